#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "models/diffusion/diffusion.h"
#include "models/diffusion/pictures.h"
#include "support/approx.h"
#include "support/small_model.h"
#include "support/stir.h"
#include "support/tensor_values.h"

// What a model along a path draws, fills in and says of a density, beside what it learns.
namespace gradzoo {
using namespace test;
namespace {

const DataShape kTiny{.example = {4, 4}, .classes = 3}, kPlain{.example = {4, 4}};

// Networks begin with zeros, which are no test of what is done with what they say.
template <class M>
std::unique_ptr<M> stirred(const char* name, const Strings& settings, const DataShape& shape) {
  auto model = small_model<M>(name, joined({"channels=8", "ema=0"}, settings), shape);
  auto& network = const_cast<TimeNetwork&>(model->network());
  stir(network, 1);
  return model;
}

TEST_CASE("more images than are drawn at once are each drawn under their own label") {
  const auto model = stirred<FlowMatching>("flow-matching", {"sample_steps=1", "classes=labels"}, kTiny);
  constexpr int64_t kAtOnce = 250, kMore = 6;
  const Tensor labels = concat(zeros({kAtOnce}, DType::i64), full({kMore}, 2, DType::i64), 0);
  Rng all(1, "sampling_test"), parts(1, "sampling_test");
  const Tensor drawn = model->sample({.n = kAtOnce + kMore, .rng = all, .labels = labels});
  randn({kAtOnce, 16}, parts);  // what the first images begin at
  const Tensor start = randn({kMore, 16}, parts);
  const auto under = [&](double label) {
    Rng none(2, "sampling_test");
    const Tensor told = full({kMore}, label, DType::i64);
    return clamp(model->carry(start, told, none, model->route()), 0, 1);
  };
  const Tensor last = drawn.rows(kAtOnce, kAtOnce + kMore);
  CHECK(max_error(last, under(2).to_vector()) < 1e-5);
  CHECK(max_error(last, under(0).to_vector()) > 1e-3);
}

TEST_CASE("an image is filled in by single steps at a level, and what noise its path ends in is taken away") {
  const auto model = stirred<Ncsn>(
      "ncsn", {"sample_steps=2", "sigma_begin=2", "sigma_end=0.5", "level_repeats=4", "level_step=0.1"},
      kPlain);
  Rng a(3, "sampling_test"), b(3, "sampling_test"), images(4, "sampling_test");
  const Tensor truth = rand({3, 16}, images), known = bernoulli(full({16}, 0.5), images),
               data = truth * 2.0 - 1.0;
  const NoisePath& path = model->path();
  const auto predict = [&](const Tensor& x, double t) { return model->predict(x, t); };
  const Trajectory trajectory{path, predict, b, {.repeats = 1, .step = 0.1}};
  const NoGrad quiet;
  Tensor x = randn({3, 16}, b) * path(0).noise;
  for (const double t : {0.0, 0.5})
    for (int repeat = 0; repeat < 10; ++repeat) {
      const Tensor on_path = randn({3, 16}, b) * path(t).noise + data;
      x = langevin_step(trajectory, on_path * known + x * (1.0 - known), t, t + 0.5);
      if (repeat < 9) x = noise_back(path, x, t, t + 0.5, b);
    }
  const Tensor clean = clamp((model->predict(x, 1).denoised + 1.0) * 0.5, 0, 1);
  const Tensor wanted = truth * known + clean * (1.0 - known);
  CHECK(max_error(model->abilities().inpaint({truth, known, a}), wanted.to_vector()) < 1e-4);
}

TEST_CASE("chains that name no level walk on the score at the noise that the target tells") {
  const auto model = stirred<Ddpm>("ddpm", {"classes=none"}, kPlain);
  const NoGrad quiet;
  const Target target = model->abilities().target;
  Rng rng(5, "sampling_test");
  const Tensor y = rand({3, 16}, rng);
  CHECK(same_bytes(target.score(y), target.noisy_score(y, target.data_noise)));
  CHECK_FALSE(same_bytes(target.score(y), target.noisy_score(y, 2 * target.data_noise)));
}

TEST_CASE("images that diffusion takes to lie under noise are images; points may lie anywhere") {
  const auto images = stirred<Ddpm>("ddpm", {"classes=none"}, kPlain);
  const auto points = stirred<Ddpm>("ddpm", {"hidden=8"}, toy_shape("ring8"));
  Rng rng(6, "sampling_test");
  const NoGrad quiet;
  const auto furthest = [&](const Diffusion& model, int64_t numbers) {
    return max(abs(model.predict(randn({20, numbers}, rng) * 5.0, 0.9).denoised)).item();
  };
  CHECK(furthest(*images, 16) <= 1);
  CHECK(furthest(*points, 2) > 1);
}

TEST_CASE("bits are measured of as many images as are asked for") {
  const auto model = stirred<Ddpm>("ddpm", {"classes=none", "pixels=dequantised"}, kPlain);
  Rng pixels(7, "sampling_test");
  const Examples images{cast(rand({5, 4, 4}, pixels) * 255.0, DType::u8), Tensor(), arange(5, DType::i64)};
  OptionTable options;
  model->describe_evaluation(options);
  options.assign("likelihood_images=2");
  const double found = model->evaluate_at_length({images, images, 5})[kBitsPerDim].value;
  const auto bits_of = [&](int64_t count) {
    return image_bits(*model, {images, images, 5}, count, [](double) {})[kBitsPerDim].value;
  };
  CHECK(found == bits_of(2));
  CHECK(found != bits_of(5));
}

// A U-Net that says 0 takes the data for N(0, I): from N(0, s_0^2 I) its flow leads to N(0, v I),
// v = (1 + s_1^2) s_0^2 / (1 + s_0^2).
TEST_CASE("bits by noise levels are those of the Gaussian that their flow ends in") {
  const auto model = small_model<Ncsn>("ncsn", {"channels=8", "sigma_begin=3", "sigma_end=0.5"}, kPlain);
  Rng rng(8, "sampling_test");
  const Examples images{cast(rand({4, 4, 4}, rng) * 255.0, DType::u8), Tensor(), arange(4, DType::i64)};
  const Tensor x = read_examples(images, 0, 4, Pixels::dequantised, Rng(5, "eval/pixels")).x * 2.0 - 1.0;
  const double v = (1 + 0.25) * 9 / (1 + 9);
  const double log_p = mean(sum(square(x), 1)).item() * (-0.5 / v) - 8 * std::log(2 * std::numbers::pi * v);
  const double bits = image_bits(*model, {images, images, 5}, 4, [](double) {})[kBitsPerDim].value;
  CHECK(bits == approx(7 - log_p / (16 * std::numbers::ln2)).epsilon(1e-3));
}

}  // namespace
}  // namespace gradzoo
