#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/score/eval.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/tweedie.h"
#include "models/score/score.h"
#include "samplers/given.h"
#include "support/approx.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kImages{.example = {4, 4}};

// Where chains end that begin at x: Langevin steps on s.
Tensor walked(const Target& target, const Tensor& x, double step, int64_t steps, Rng& rng) {
  UnadjustedLangevin sampler({.step = step});
  return run_chains(target, x, sampler, {.steps = steps}, rng).x;
}

TEST_CASE("the network has the sizes, scales and activation asked for; dsm's field gives 1/sigma of it") {
  for (const char* objective : {"objective=dsm", "objective=ssm"}) {
    CAPTURE(objective);
    const auto model = small_model<Score>("score",
                                          {objective, "hidden=5", "sigma=0.25", "activation=tanh",
                                           "data_noise=0.1", "input_scale=2", "confinement=0.7"},
                                          kImages);
    Rng init(0, "score/init");
    const bool dsm = std::string(objective) == "objective=dsm";
    const ScoreNetwork wanted({.inputs = 16,
                               .is_energy = false,
                               .hidden = {5},
                               .activation = "tanh",
                               .input_scale = 2,
                               .output_scale = dsm ? 4.0 : 1.0,
                               .confinement = 0.7},
                              init);
    const Tensor x = wave({3, 16}, DType::f32);
    CHECK(max_error(model->network().score(x), wanted.score(x).to_vector()) < 1e-6);
  }
}

TEST_CASE("samples of images are Langevin's from noise, by a tenth of its variance, denoised at the end") {
  const Strings options = {"hidden=8", "sigma=0.4", "data_noise=0.3", "sample_steps=6"};
  const auto model = small_model<Score>("score", options, kImages);
  const auto drawn = [&](const Strings& asked) {
    Rng rng(2, "sampling_test");
    return model->sample({.n = 5, .rng = rng, .options = asked});
  };
  const auto wanted = [&](double step, int64_t steps, bool denoise) {
    Rng rng(2, "sampling_test");
    const Target target{.score = [&](const Tensor& x) { return model->network().score(x); }};
    const Tensor raw = walked(target, randn({5, 16}, rng) * 0.5, step, steps, rng);
    return clamp(denoise ? raw + model->network().score(raw) * 0.25 : raw, 0, 1).to_vector();
  };
  CHECK(max_error(drawn({}), wanted(0.025, 6, true)) < 1e-5);
  CHECK(max_error(drawn({"denoise=false"}), wanted(0.025, 6, false)) < 1e-5);
  CHECK(max_error(drawn({"sample_step=0.01", "sample_steps=9"}), wanted(0.01, 9, true)) < 1e-5);
  CHECK(wanted(0.025, 6, true) != wanted(0.025, 6, false));
}

TEST_CASE("samples of a toy begin about its box's middle and step by the score's own size") {
  const DataShape shape = toy_shape("two-moons");
  const auto model = small_model<Score>("score", {"hidden=8", "sigma=0.3", "sample_steps=4", "ema=0"}, shape);
  Rng a(3, "sampling_test"), b(3, "sampling_test"), of_step(0, "score/step");
  const Tensor points = shape.toy->sample(2000, of_step), noise = randn({2000, 2}, of_step);
  const double step = 0.1 / mean(square(model->network().score(points + noise * 0.3))).item();
  const Box box = shape.toy->box();
  Tensor from = randn({50, 2}, b);
  for (int64_t i = 0; i < 100; ++i) {
    const auto axis = static_cast<size_t>(i % 2);
    float& x = from.mutable_data<float>()[i];
    x = static_cast<float>((box.high[axis] + box.low[axis]) / 2 +
                           static_cast<double>(x) * (box.high[axis] - box.low[axis]) / 4);
  }
  const Target target{.score = [&](const Tensor& x) { return model->network().score(x); }};
  const Tensor raw = walked(target, from, step, 4, b);
  const Tensor wanted = raw + model->network().score(raw) * 0.09;
  CHECK(max_error(model->sample({50, a}), wanted.to_vector()) < 1e-4);
}

TEST_CASE("a conditional model's samples walk on the score of the labels that are asked for") {
  const auto model =
      small_model<Score>("score", {"conditional=true", "hidden=8", "sample_steps=3", "sigma=0.5"},
                         {.example = {4, 4}, .classes = 3});
  const Tensor labels = tensor({2, 0, 2, 1}, {4}, DType::i64);
  Rng a(4, "sampling_test"), b(4, "sampling_test");
  const Target target{.score = [&](const Tensor& x) { return model->network().score(x, labels); }};
  const Tensor raw = walked(target, randn({4, 16}, b) * 0.5, 0.025, 3, b);
  const Tensor wanted = clamp(raw + model->network().score(raw, labels) * 0.25, 0, 1);
  CHECK(max_error(model->sample({4, a, labels}), wanted.to_vector()) < 1e-5);
}

TEST_CASE("what fills an image in walks given the noisy known pixels, and is denoised with them") {
  const auto model = small_model<Score>("score", {"hidden=8", "sigma=0.5", "sample_steps=4"}, kImages);
  Rng a(5, "sampling_test"), b(5, "sampling_test"), pixels(6, "sampling_test");
  const Tensor images = rand({3, 16}, pixels), known = bernoulli(full({16}, 0.5), pixels);
  const Tensor values = images + randn({3, 16}, b) * 0.5;
  const Target free{.score = [&](const Tensor& x) { return model->network().score(x); }};
  const Tensor raw = walked(given(free, values, known), randn({3, 16}, b) * 0.5, 0.025, 4, b);
  const Tensor x = completed(raw, values, known);
  const Tensor wanted = completed(clamp(x + model->network().score(x) * 0.25, 0, 1), images, known);
  CHECK(max_error(model->abilities().inpaint({images, known, a}), wanted.to_vector()) < 1e-5);
}

TEST_CASE("a pixel's error after denoising and the curl are those of examples with the learned noise") {
  const auto model = small_model<Score>("score", {"hidden=8", "sigma=0.5"}, kImages);
  Rng rng(7, "sampling_test");
  const Examples images{cast(rand({9, 4, 4}, rng) * 255.0, DType::u8), {}, arange(9, DType::i64)};
  const Tensor x = read_examples(images, 0, 9, Pixels::grey, Rng(0)).x;
  const NoGrad quiet;
  const Quantities found = model->evaluate({images, images, 8});
  Rng of_error(8, "eval/denoise"), of_curl(8, "eval/curl");
  const Tensor noisy = x + randn({9, 16}, of_error) * 0.5;
  const Tensor off = noisy + model->network().score(noisy) * 0.25 - x;
  CHECK(found[kScoreDenoisedRmse].value == approx(std::sqrt(mean(square(off)).item())).epsilon(1e-5));
  const Tensor at = x + randn({9, 16}, of_curl) * 0.5;
  CHECK(found[kScoreCurl].value == approx(curl_share(model->network(), at, of_curl)).epsilon(1e-5));
}

TEST_CASE("what chains walk on is the score itself, of a conditional model that of the classes in turn") {
  const auto plain = small_model<Score>("score", {"hidden=8", "ema=0"}, kImages);
  const auto told = small_model<Score>("score", {"conditional=true", "hidden=8", "ema=0"},
                                       {.example = {4, 4}, .classes = 3});
  const Tensor x = wave({4, 16}, DType::f32);
  CHECK(plain->abilities().target.score(x).to_vector() == plain->network().score(x).to_vector());
  const Tensor turns = tensor({0, 1, 2, 0}, {4}, DType::i64);
  CHECK(told->abilities().target.score(x).to_vector() == told->network().score(x, turns).to_vector());
}

}  // namespace
}  // namespace gradzoo
