#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/vae/vae.h"
#include "support/short_names.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr size_t kImages = 2, kCodes = 3, kLatent = 2;

/// Codes' distributions of two images, and the noise of three codes of each.
struct Codes {
  Tensor mean = wave({kImages, kLatent}).requires_grad_(),
         logvar = wave({kImages, kLatent}, DType::f64, 1).requires_grad_(),
         eps = wave({kImages * kCodes, kLatent}, DType::f64, 2);
};

// log p(x|z) of each code: not the same function of both images.
double log_likelihood(size_t image, const double* z) {
  return -0.5 * std::pow(z[0] - 0.3, 2) - 0.2 * z[1] * z[1] + static_cast<double>(image) * z[0];
}
Tensor log_likelihoods(const Tensor& z) {
  const Tensor a = slice(z, 1, 0, 1), b = slice(z, 1, 1, 2),
               image = tensor({0, 0, 0, 1, 1, 1}, {6, 1}, DType::f64);
  return reshape(square(a - 0.3) * -0.5 - square(b) * 0.2 + image * a, {z.dim(0)});
}

// What is subtracted from f of code k of an image: f (K) of its codes.
double baseline_of(const VaeObjectiveOptions& options, const Doubles& f, size_t k) {
  if (options.baseline == VaeBaseline::none) return 0;
  if (options.baseline == VaeBaseline::constant) return -options.baseline_value;
  double others = 0;
  for (size_t i = 0; i < f.size(); ++i) others += i == k ? 0 : f[i];
  return others / static_cast<double>(f.size() - 1);
}

TEST_CASE("the log-derivative estimator's gradient is Williams' sum, code by code, with every baseline") {
  // d log q / d mean = eps / s and d log q / d logvar = (eps^2 - 1) / 2 at z = mean + s eps held fixed.
  for (const VaeBaseline baseline : {VaeBaseline::none, VaeBaseline::constant, VaeBaseline::leave_one_out}) {
    CAPTURE(name_of(kVaeBaselines, baseline));
    Codes codes;
    const VaeObjectiveOptions options{.estimator = VaeEstimator::log_derivative,
                                      .baseline = baseline,
                                      .baseline_value = -1.7,
                                      .samples = kCodes,
                                      .kl_weight = 0.5};
    const Tape tape;
    const Tensor loss = vae_objective({codes.mean, codes.logvar}, log_likelihoods, codes.eps, options).loss;
    const Tensors gradients = grad(loss, std::vector<Tensor>{codes.mean, codes.logvar});
    const Doubles m = codes.mean.to_vector(), lv = codes.logvar.to_vector(), e = codes.eps.to_vector();
    Doubles by_mean, by_logvar;
    for (size_t image = 0; image < kImages; ++image) {
      Doubles f;
      for (size_t k = 0; k < kCodes; ++k) {
        double z[kLatent];
        for (size_t j = 0; j < kLatent; ++j) {
          const size_t at = image * kLatent + j;
          z[j] = m[at] + std::exp(lv[at] / 2) * e[(image * kCodes + k) * kLatent + j];
        }
        f.push_back(-log_likelihood(image, z));
      }
      for (size_t j = 0; j < kLatent; ++j) {
        const size_t at = image * kLatent + j;
        double score_mean = 0, score_logvar = 0;
        for (size_t k = 0; k < kCodes; ++k) {
          const double eps = e[(image * kCodes + k) * kLatent + j], above = f[k] - baseline_of(options, f, k);
          score_mean += above * eps / std::exp(lv[at] / 2) / kCodes;
          score_logvar += above * (eps * eps - 1) / 2 / kCodes;
        }
        by_mean.push_back((score_mean + 0.5 * m[at]) / kImages);
        by_logvar.push_back((score_logvar + 0.5 * (std::exp(lv[at]) - 1) / 2) / kImages);
      }
    }
    CHECK(max_error(gradients[0], by_mean) < 1e-12);
    CHECK(max_error(gradients[1], by_logvar) < 1e-12);
  }
}

TEST_CASE("the IWAE bound of an image is the logarithm of its codes' mean weight") {
  const Codes codes;
  const Tensor bound = vae_objective({codes.mean, codes.logvar}, log_likelihoods, codes.eps,
                                     {.objective = VaeObjective::iwae, .samples = kCodes})
                           .bound;
  const Doubles m = codes.mean.to_vector(), lv = codes.logvar.to_vector(), e = codes.eps.to_vector();
  Doubles wanted;
  for (size_t image = 0; image < kImages; ++image) {
    double weight = 0;
    for (size_t k = 0; k < kCodes; ++k) {
      double z[kLatent], log_w = 0;
      for (size_t j = 0; j < kLatent; ++j) {
        const size_t at = image * kLatent + j;
        const double eps = e[(image * kCodes + k) * kLatent + j];
        z[j] = m[at] + std::exp(lv[at] / 2) * eps;
        log_w += -z[j] * z[j] / 2 + eps * eps / 2 + lv[at] / 2;  // log p(z) - log q(z|x)
      }
      weight += std::exp(log_w + log_likelihood(image, z)) / kCodes;
    }
    wanted.push_back(std::log(weight));
  }
  CHECK(max_error(bound, wanted) < 1e-12);
}

TEST_CASE("importance weights draw noise of their own for every image and code") {
  Rng rng(5, "objective_test");
  const VaeNetwork network({.data = {.example = {6}}, .latent = 2, .hidden = 5, .dtype = DType::f64}, rng);
  const Tensor image = bernoulli(full({1, 6}, 0.4, DType::f64), rng);
  const Batch twins{concat(image, image, 0), {}, {}};
  const Doubles w = vae_log_weights(network, twins, 3, rng).to_vector();
  for (size_t i = 0; i < w.size(); ++i)
    for (size_t j = 0; j < i; ++j) CHECK(w[i] != w[j]);
}

}  // namespace
}  // namespace gradzoo
