#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "models/vae/marginal.h"
#include "models/vae/pictures.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/short_names.h"
#include "support/small_model.h"

// A VAE of points, whose decoder is Gaussian, and of bits.
namespace gradzoo {
using namespace test;
namespace {

const Strings kLinear = {"latent=1", "hidden=4", "encoder_activation=identity",
                         "decoder_activation=identity"};

Examples points_of(const DataShape& shape, int64_t n, uint64_t seed = 1) {
  Rng rng(seed, "points_test");
  return {shape.toy->sample(n, rng), {}, arange(n, DType::i64)};
}

double sigma_of(Vae& vae) { return std::exp(vae.network().decoder_logvar().to_vector()[0] / 2); }

TEST_CASE(
    "a linear VAE of one code finds the principal axis: sigma^2 is the other eigenvalue, the bound exact") {
  const DataShape shape = toy_shape("gaussian");  // eigenvalues 1.6 along (1, 1) and .4
  const auto vae = small_model<Vae>("vae", kLinear, shape);
  Rng rng(2, "points_test");
  constexpr int64_t kSteps = 1500;
  for (int64_t step = 0; step < kSteps; ++step) {
    const double left = 1 - static_cast<double>(step) / kSteps;
    step_on(*vae, shape.toy->sample(500, rng), 0.02 * left, step, kSteps);
  }
  const NoGrad quiet;
  CHECK(std::pow(sigma_of(*vae), 2) == approx(0.4).epsilon(0.05));
  const Doubles axis =
      (vae->network().decode(ones({1, 1})) - vae->network().decode(zeros({1, 1}))).to_vector();
  CHECK(axis[0] * axis[0] + axis[1] * axis[1] == approx(1.6 - 0.4).epsilon(0.05));
  CHECK(axis[0] == approx(axis[1]).epsilon(0.05));
  const Examples held_out = points_of(shape, 4000);
  const Quantities found = vae->evaluate({held_out, held_out, 1, shape.toy.get()});
  CHECK(found[kVaeKlToTruth].value < 1e-3);
  CHECK(std::abs(found[kLogZ].value) < 1e-6);
  CHECK(found[kVaeElbo].value == approx(found[kVaeLogPx].value).epsilon(0.01));
  CHECK(found[kVaeSigma].value == approx(sigma_of(*vae)));
}

TEST_CASE("sigma is learned, one or of each coordinate, or given: then it is no parameter") {
  const DataShape ring = toy_shape("ring8");
  const auto parameters = [&](const Strings& more) {
    return small_model<Vae>("vae", joined({"hidden=5"}, more), ring)->parameter_count();
  };
  const int64_t given = parameters({"decoder_sigma=0.3"});
  CHECK(parameters({}) == given + 1);
  CHECK(parameters({"sigmas=each"}) == given + 2);
  const auto vae = small_model<Vae>("vae", {"hidden=5", "decoder_sigma=0.3"}, ring);
  for (int64_t step = 0; step < 3; ++step) step_on(*vae, points_of(ring, 20).values, 0.1, step);
  CHECK(sigma_of(*vae) == approx(0.3));
  // A learned one begins at a tenth of the data's extent, at any scale.
  for (const double scale : {1.0, 100.0}) {
    const DataShape scaled = toy_shape("ring8", {.scale = scale});
    const auto learns = small_model<Vae>("vae", {"hidden=5"}, scaled);
    const double begins = 0.1 * scaled.diameter() / scale;
    CHECK(sigma_of(*learns) == approx(begins).epsilon(1e-6));
    step_on(*learns, scaled.units.to_model(points_of(scaled, 20).values), 0.1);
    CHECK(std::abs(sigma_of(*learns) / begins - 1) > 0.01);
  }
}

TEST_CASE(
    "a point is drawn from p(x|z) unless its mean is asked for, with sigma's noise in each coordinate") {
  const DataShape ring = toy_shape("ring8");
  const auto vae = small_model<Vae>("vae", {"hidden=5", "sigmas=each"}, ring);
  const double wide = 0.7, narrow = 0.1;
  Tensor logvar = vae->network().decoder_logvar();
  logvar.mutable_data<float>()[0] = static_cast<float>(2 * std::log(wide));
  logvar.mutable_data<float>()[1] = static_cast<float>(2 * std::log(narrow));
  constexpr int64_t kDraws = 20'000;
  const auto drawn = [&](const Strings& options) {
    Rng rng(3, "points_test");
    return vae->sample({.n = kDraws, .rng = rng, .options = options});
  };
  Rng rng(3, "points_test");
  const NoGrad quiet;
  const Tensor means = vae->network().decode(randn({kDraws, 2}, rng));
  CHECK(drawn({"draw=mean"}).to_vector() == means.to_vector());
  const Tensor off = cast(drawn({}) - means, DType::f64);
  const Doubles mean_off = mean(off, 0).to_vector(), variance = mean(square(off), 0).to_vector();
  for (const auto& [at, sigma] : {std::pair<size_t, double>{0, wide}, {1, narrow}}) {
    CHECK(std::abs(mean_off[at]) < 5 * sigma / std::sqrt(kDraws));
    CHECK(variance[at] == approx(sigma * sigma).epsilon(5 * std::sqrt(2.0 / kDraws)));
  }
  const Tensor both = slice(off, 1, 0, 1) * slice(off, 1, 1, 2);
  CHECK(std::abs(sum(both).item()) < 5 * wide * narrow * std::sqrt(kDraws));
}

TEST_CASE("an evaluation of points has the bound, log p(x) above it, and one number to compare by") {
  const auto evaluated = [](const DataShape& shape, const Strings& options) {
    const auto vae = small_model<Vae>("vae", joined({"hidden=8", "importance_samples=50"}, options), shape);
    const Examples some = points_of(shape, 300);
    Quantities found = vae->evaluate({some, some, 1, shape.toy.get()});
    CHECK(found[kVaeLogPx].value > found[kVaeElbo].value);
    CHECK(found[kVaeElbo].unit == "nats");
    if (shape.size() > 2 || shape.toy->binary()) {
      CHECK(found.find(kVaeKlToTruth) == nullptr);
    } else {
      const VaeMarginal marginal(vae->network(), vae->prior(), Prior::normal);
      CHECK(found[kVaeLogPx].value == approx(mean(marginal.log_prob(some.values)).item()).epsilon(1e-6));
      const DensityFit fit = density_fit(
          *shape.toy, [&](const Tensor& x) { return marginal.log_prob(x); }, DType::f64, 100);
      CHECK(found[kVaeKlToTruth].value == approx(fit.kl).epsilon(1e-9));
      CHECK(std::abs(found[kLogZ].value) < 1e-3);
    }
    std::string kinds;
    for (const Quantity& quantity : found) kinds += quantity.density_kind;
    return kinds;
  };
  CHECK(evaluated(toy_shape("ring8"), {}) == kKlToTruth);
  CHECK(evaluated(toy_shape("gamma"), {}) == kKlToTruth);
  CHECK(evaluated(toy_shape("bars-and-stripes"), {"latent=2"}) == "log p(x)");
  CHECK(evaluated(toy_shape("bars-and-stripes"), {"latent=3"}) == "bound of log p(x)");
  CHECK(evaluated(find_kind("points of many numbers").small(), {}) == "bound of log p(x)");
}

TEST_CASE("codes, bounds and samples of points are there as those of images; bits are drawn as bits") {
  const DataShape ring = toy_shape("ring8");
  const auto vae = small_model<Vae>("vae", {"hidden=8"}, ring);
  const Abilities can = vae->abilities();
  const Tensor x = points_of(ring, 6).values;
  const NoGrad quiet;
  const Posterior q = vae->network().encode(x);
  CHECK(can.encode(x).to_vector() == q.mean.to_vector());
  CHECK_FALSE(can.interpolate);
  Rng rng(4, "points_test"), again(4, "points_test");
  const AnomalyScores judged = can.anomaly({x, rng});
  const Tensor z = draw_codes(q, again);
  const Tensor wrong = sum(square(x - vae->network().decode(z)), 1) / std::pow(sigma_of(*vae), 2) * 0.5 +
                       2 * std::log(sigma_of(*vae)) + std::log(2 * 3.14159265358979);
  CHECK(largest_difference(judged.scores, wrong + kl_standard_normal_rows(q.mean, q.logvar)) < 1e-4);
  CHECK(contains(judged.statistic, "lower bound of log p(x)"));

  const auto bits = small_model<Vae>("vae", {"hidden=8"}, toy_shape("bars-and-stripes"));
  CHECK_FALSE(bits->network().shape().gaussian);
  const Tensor patterns = bits->sample({20, rng});
  CHECK(patterns.shape() == Shape{20, 16});
  for (const double bit : patterns.to_vector()) CHECK((bit == 0 || bit == 1));
}

TEST_CASE("the report of points has their codes, the decoder's means and the learned density") {
  const auto pictures = [](const DataShape& shape, const Strings& options) {
    const auto vae = small_model<Vae>("vae", joined({"hidden=8"}, options), shape);
    const Examples some = points_of(shape, 300);
    return vae->pictures({some, some, 1, shape.toy.get()});
  };
  const auto names = [](const std::vector<Picture>& all) {
    std::string text;
    for (const Picture& picture : all) text += picture.name + " ";
    return text;
  };
  const DataShape ring = toy_shape("ring8");
  const std::vector<Picture> two = pictures(ring, {}), one = pictures(ring, {"latent=1"});
  CHECK(names(two) == "codes density decoded kl_by_dimension ");
  CHECK(names(one) == names(two));
  CHECK(names(pictures(toy_shape("gamma"), {})) == "codes kl_by_dimension ");
  CHECK(names(pictures(toy_shape("bars-and-stripes"), {})) == "kl_by_dimension ");
  CHECK(std::holds_alternative<Bars>(one[0].content));  // beside N(0, 1)
  const DataShape grid = toy_shape("grid25");
  const std::vector<Picture> of_grid = pictures(grid, {});
  const Doubles labels = std::get<Scatter>(of_grid[0].content).labels.to_vector(),
                x = points_of(grid, 300).values.to_vector(), centers = grid.modes()->centers.to_vector();
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto distance = [&](size_t mode) {
      return std::hypot(x[2 * i] - centers[2 * mode], x[2 * i + 1] - centers[2 * mode + 1]);
    };
    for (size_t mode = 0; mode < 25; ++mode)
      CHECK(distance(static_cast<size_t>(labels[i])) <= distance(mode) + 1e-6);
  }
  const auto decoded = [](const std::vector<Picture>& all) {
    return std::get<Planes>(all[2].content).planes[0].points;
  };
  const auto vae = small_model<Vae>("vae", {"hidden=8"}, ring);
  const NoGrad quiet;
  constexpr double kEnd = 2.2414027276049446, kNext = 1.7804643416920260;  // quantiles at 1/80 and 3/80
  const Tensor shown = vae->network().decode(tensor({-kEnd, -kEnd, -kEnd, -kNext}, {2, 2}));
  CHECK(largest_difference(decoded(two).rows(0, 2), shown) < 1e-5);
  CHECK(decoded(one).dim(0) == 400);
}

TEST_CASE("defaults of points, and what is refused of them, of bits and of images") {
  check_options("vae", {}, toy_shape("ring8"),
                {"latent=2", "prior=mixture", "draw=sample", "decoder_sigma=0"});
  check_options("vae", {}, toy_shape("gamma"), {"latent=1"});
  check_options("vae", {}, {.example = {50}, .toy = make_gaussian(zeros({50}), eye(50))}, {"latent=20"});
  check_options("vae", {}, toy_shape("bars-and-stripes"), {"latent=16", "draw=sample"});
  const DataShape ring = toy_shape("ring8"), image{.example = {28, 28}};
  check_refused_options("vae",
                        {{{"preset=textbook"}, ring, "for images, and the data are points. Hint: "},
                         {{"decoder_sigma=0.1"}, image, "p(x|z) of images is Bernoulli. Hint: "},
                         {{"sigmas=each"}, image, "p(x|z) of images is Bernoulli. Hint: "},
                         {{"decoder_sigma=0.1"}, toy_shape("bars-and-stripes"), "is Bernoulli. Hint: "},
                         {{"decoder_sigma=0.1", "sigmas=each"},
                          ring,
                          "decoder_sigma=0.1 fixes them. Hint: set decoder_sigma=0"},
                         {{"decoder_sigma=-1"}, ring, "out of range"}});
  for (const char* setting : {"net=conv", "conditional=true"})
    CHECK_FALSE(error_message([&] { options_for("vae", {setting}, ring); }).empty());
}

}  // namespace
}  // namespace gradzoo
