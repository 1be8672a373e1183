#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/vae/vae.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

/// Seven images of three classes and a network that is told them.
struct Told {
  Rng rng{3, "eval_test"};
  VaeNetwork network{{.data = {.example = {2, 3}, .classes = 3}, .classes = 3, .latent = 2, .hidden = 5},
                     rng};
  Examples images{cast(rand({7, 2, 3}, rng) * 255.0, DType::u8),
                  tensor({0, 1, 2, 0, 1, 2, 2}, {7}, DType::u8), arange(7, DType::i64)};
};

TEST_CASE("the bound's parts are those of each image under its label, at one z of the encoder's spread") {
  Told told;
  const NoGrad quiet;
  const VaeBound bound =
      vae_bound(told.network, VaePrior(0, told.network.shape().latent, 0), told.images, Pixels::grey, 9);
  const Batch batch = read_examples(told.images, 0, 7, Pixels::grey, Rng(0));
  const Posterior q = told.network.encode(batch.x, batch.labels);
  Rng noise(9, "eval/noise");
  const Tensor z = q.mean + sqrt(exp(q.logvar)) * randn({7, 2}, noise);
  const Tensor p = sigmoid(told.network.decode(z, batch.labels));
  const Tensor error = sum(batch.x * log(p) + (1.0 - batch.x) * log(1.0 - p), 1);
  const std::vector<double> mu = q.mean.to_vector(), lv = q.logvar.to_vector();
  double by_dimension[2] = {0, 0};
  for (size_t i = 0; i < 7; ++i) {
    double kl = 0;
    for (size_t j = 0; j < 2; ++j) {
      const double term = (std::exp(lv[2 * i + j]) + mu[2 * i + j] * mu[2 * i + j] - 1 - lv[2 * i + j]) / 2;
      kl += term;
      by_dimension[j] += term / 7;
    }
    CHECK(bound.kl.to_vector()[i] == approx(kl).epsilon(1e-5));
    CHECK(bound.reconstruction.to_vector()[i] == approx(-error.to_vector()[i]).epsilon(1e-5));
  }
  for (size_t j = 0; j < 2; ++j)
    CHECK(bound.kl_by_dimension.to_vector()[j] == approx(by_dimension[j]).epsilon(1e-5));
}

TEST_CASE("a posterior mean that varies by more than 0.01 is active, by less it is not") {
  const auto active = [](double swing) {  // variance 4/3 swing^2 over four images
    VaeBound bound;
    bound.codes.mean = tensor({swing, -swing, swing, -swing}, {4, 1});
    return active_units(bound);
  };
  CHECK(active(0.088) == 1);  // 0.0103
  CHECK(active(0.085) == 0);  // 0.0096
}

}  // namespace
}  // namespace gradzoo
