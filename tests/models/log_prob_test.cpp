#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/dbn/dbn.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/rbm/rbm.h"
#include "gradzoo/models/vae/vae.h"
#include "models/diffusion/diffusion.h"
#include "models/diffusion/pictures.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"

// That what each family says of log p(x) is what it calls it: sums and integrals of its exponential.
namespace gradzoo {
namespace {

const DataShape kFourPixels{.example = {2, 2}};

// All 16 patterns of four pixels.
Tensor all_patterns() {
  std::vector<double> bits;
  for (int pattern = 0; pattern < 16; ++pattern)
    for (int pixel = 0; pixel < 4; ++pixel) bits.push_back(pattern >> pixel & 1);
  return tensor(bits, {16, 4});
}

LogProb log_prob_of(Model& model) {
  const Abilities able = model.abilities();
  REQUIRE(able.log_prob);
  return *able.log_prob;
}

Tensor repeated(const Tensor& row, int64_t n) {
  return broadcast_to(reshape(row, {1, row.size()}), {n, row.size()});
}

// log of the mean over n draws of exp, for each pattern: (16).
std::vector<double> log_mean_exp(const LogProb& log_prob, int64_t n) {
  std::vector<double> out;
  const Tensor patterns = all_patterns();
  for (int64_t i = 0; i < 16; ++i) {
    Rng rng(static_cast<uint64_t>(i), "log_prob_test");
    const Tensor drawn = log_prob.of(repeated(patterns.rows(i, i + 1), n).clone(), rng);
    out.push_back(logsumexp(drawn, 0).item() - std::log(static_cast<double>(n)));
  }
  return out;
}

double log_sum(const std::vector<double>& values) {
  return logsumexp(tensor(values, {std::ssize(values)}, DType::f64), 0).item();
}

double log_sum_over_patterns(const LogProb& log_prob) {
  Rng rng(1);
  return log_sum(log_prob.of(all_patterns(), rng).to_vector());
}

double log_integral(const LogProb& log_prob, double half_side) {
  Rng rng(1);
  const Grid grid({{-half_side, -half_side}, {half_side, half_side}}, 100);
  return log_partition(grid, on_grid(
                                 grid, [&](const Tensor& x) { return log_prob.of(x, rng); }, DType::f32));
}

TEST_CASE("exact ones sum to 1, those up to a constant to Z") {
  const auto made = test::small_model<Model>("made", {"hidden=8"}, kFourPixels);
  CHECK(std::abs(log_sum_over_patterns(log_prob_of(*made))) < 1e-5);
  CHECK_FALSE(log_prob_of(*made).up_to_constant);
  const auto rbm = test::small_model<Rbm>("rbm", {"hidden=3"}, kFourPixels);
  CHECK(log_sum_over_patterns(log_prob_of(*rbm)) == approx(exact_log_partition(rbm->layer())));
  CHECK(log_prob_of(*rbm).up_to_constant);
  const auto flow = test::small_model<Model>("realnvp", {"hidden=8"}, test::toy_shape("ring8"));
  CHECK(std::abs(log_integral(log_prob_of(*flow), 12)) < 1e-3);
  CHECK_FALSE(log_prob_of(*flow).up_to_constant);
}

TEST_CASE("the flow of a path is normalised in the plane, and of images it is what bits/dim are made of") {
  const auto plane = test::small_model<Diffusion>("flow-matching", {"hidden=8"}, test::toy_shape("ring8"));
  CHECK(log_prob_of(*plane).draws == 0);
  CHECK(std::abs(log_integral(log_prob_of(*plane), 8)) < 1e-3);
  const DataShape shape{.example = {4, 4}};
  for (const char* name : {"flow-matching", "ncsn"}) {
    const auto model = test::small_model<Diffusion>(name, {"channels=8", "pixels=dequantised"}, shape);
    const Examples images{full({3, 4, 4}, 99, DType::u8), {}, arange(3, DType::i64)};
    const double bits = image_bits(*model, {images, images, 1}, 3, [](double) {})[kBitsPerDim].value;
    const Tensor x = read_examples(images, 0, 3, Pixels::dequantised, Rng(1, "eval/pixels")).x;
    Rng probes(1, "diffusion/probes");
    const LogProb log_prob = log_prob_of(*model);
    CHECK(log_prob.draws > 1);
    CHECK(mean(bits_per_dim(log_prob.of(x, probes), 16)).item() == approx(bits).epsilon(1e-5));
  }
  const auto grey = test::small_model<Model>("flow-matching", {"channels=8"}, shape);
  CHECK_FALSE(grey->abilities().log_prob);
}

TEST_CASE("a noise-contrastive model tells f less its learned constant, a conditional one f") {
  const auto nce = test::small_model<Nce>("nce", {"hidden=8"}, test::toy_shape("ring8"));
  Rng rng(1, "log_prob_test");
  const Tensor x = randn({5, 2}, rng);
  nce->network().constant().detach().mutable_data<float>()[0] = 1.5F;
  CHECK(
      max(abs(log_prob_of(*nce).of(x, rng) - cast(nce->network().log_density(x) - 1.5, DType::f64))).item() <
      1e-5);
  CHECK_FALSE(log_prob_of(*nce).up_to_constant);
  const auto cnce = test::small_model<Model>("cnce", {"hidden=8"}, test::toy_shape("ring8"));
  CHECK(log_prob_of(*cnce).up_to_constant);
}

// A draw's exponential is unbiased for p(x) Z of the top machine.
TEST_CASE("a deep belief network's draws are a bound of log p + log Z: their exponentials sum to Z") {
  const auto dbn = test::small_model<Dbn>("dbn", {"hidden=3,2"}, kFourPixels);
  const LogProb log_prob = log_prob_of(*dbn);
  CHECK((log_prob.is_bound && log_prob.up_to_constant && log_prob.draws > 1));
  const double log_z = exact_log_partition(*dbn->layers().back());
  CHECK(log_sum(log_mean_exp(log_prob, 4000)) == approx(log_z).epsilon(0.01));
}

TEST_CASE("a VAE's bound sums to 1 by many codes, and of greys lies below the mean over their drawings") {
  const auto of_bits = test::small_model<Vae>(
      "vae", {"hidden=8", "latent=1", "pixels=dynamic-binary", "importance_samples=5000"}, kFourPixels);
  const LogProb log_prob = log_prob_of(*of_bits);
  CHECK((log_prob.is_bound && !log_prob.up_to_constant));
  test::check_says(log_prob.meaning, {"lower bound of log p(x)", "5000 codes"});
  CHECK(std::abs(log_sum_over_patterns(log_prob)) < 0.02);
  const auto of_greys =
      test::small_model<Vae>("vae", {"hidden=8", "latent=1", "importance_samples=5000"}, kFourPixels);
  const LogProb greys = log_prob_of(*of_greys);
  test::check_says(greys.meaning, {"mean log p(b)"});
  const std::vector<double> x = {0.1, 0.5, 0.7, 0.9};
  Rng rng(1, "log_prob_test");
  const std::vector<double> of_patterns = greys.of(all_patterns(), rng).to_vector();
  double mean_over_drawings = 0;
  for (size_t pattern = 0; pattern < 16; ++pattern) {
    double chance = 1;
    for (size_t pixel = 0; pixel < 4; ++pixel)
      chance *= (pattern >> pixel & 1) != 0 ? x[pixel] : 1 - x[pixel];
    mean_over_drawings += chance * of_patterns[pattern];
  }
  const double bound = greys.of(tensor(x, {1, 4}), rng).item();
  CHECK(bound < mean_over_drawings + 0.01);
  CHECK(bound > mean_over_drawings - 0.5);
  const auto told =
      test::small_model<Vae>("vae", {"hidden=8", "conditional=true"}, {.example = {2, 2}, .classes = 3});
  CHECK_FALSE(told->abilities().log_prob);
}

TEST_CASE("what draws alone, or has a score alone, tells none") {
  const auto gan = test::small_model<Model>("gan", {"net=mlp", "generator_hidden=4"}, kFourPixels);
  CHECK_FALSE(gan->abilities().log_prob);
  const auto score = test::small_model<Model>("score", {"hidden=4", "net=vector"}, kFourPixels);
  CHECK_FALSE(score->abilities().log_prob);
  const auto energy = test::small_model<Model>("score", {"hidden=4", "net=energy", "sigma=0.3"}, kFourPixels);
  CHECK(test::contains(log_prob_of(*energy).meaning, "x + 0.3 z"));
}

}  // namespace
}  // namespace gradzoo
