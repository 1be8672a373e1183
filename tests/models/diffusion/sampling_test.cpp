#include <cmath>
#include <numbers>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "models/diffusion/diffusion.h"
#include "models/diffusion/pictures.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
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

TEST_CASE("an image is completed along the path by the run's solver, without a label, each step ten times") {
  for (const char* solver : {"langevin", "ancestral"}) {
    const auto model = stirred<Ncsn>("ncsn",
                                     {"sample_steps=2", "sigma_begin=2", "sigma_end=0.5", "level_repeats=4",
                                      "level_step=0.1", std::string("solver=") + solver},
                                     kPlain);
    Rng a(3, "sampling_test"), b(3, "sampling_test"), images(4, "sampling_test");
    const Tensor truth = rand({3, 16}, images), known = bernoulli(full({16}, 0.5), images);
    const NoisePath& path = model->path();
    const auto predict = [&](const Tensor& x, double t) { return model->predict(x, t); };
    const Trajectory trajectory{path, predict, b, {.repeats = 1, .step = 0.1}, {}};
    const NoGrad quiet;
    const Tensor begin = randn({3, 16}, b) * path(0).noise;
    const Tensor x = complete_path(trajectory, value_named(kSolvers, solver, "solver"), begin,
                                   {truth * 2.0 - 1.0, known}, 2, 10);
    const Tensor wanted = truth * known + clamp((x + 1.0) * 0.5, 0, 1) * (1.0 - known);
    CHECK(max_error(model->abilities().inpaint({truth, known, a}), wanted.to_vector()) < 1e-5);
  }
}

// A network that says 0 takes data for N(0, I): E[x|y] = y / (1 + s^2) at every noise s of its path, of
// velocity 0 y / (1 + s).
TEST_CASE("noise is taken away by the score at its own level, within the levels of the path") {
  const DataShape ring = toy_shape("ring8");
  Rng rng(9, "sampling_test");
  const Tensor y = randn({40, 2}, rng) * 3.0;
  const auto check = [&](Model& model, double sigma, double share) {
    CAPTURE(sigma);
    const Tensor guess = model.abilities().denoise({y, sigma, rng});
    CHECK(max_error(guess / y, full(y.shape(), share).to_vector()) < 2e-4);
  };
  const auto ddpm = small_model<Ddpm>("ddpm", {"hidden=8"}, ring);
  const auto ncsn = small_model<Ncsn>("ncsn", {"hidden=8", "sigma_begin=3", "sigma_end=0.1"}, ring);
  const auto flow = small_model<FlowMatching>("flow-matching", {"hidden=8"}, ring);
  for (Diffusion* model : {static_cast<Diffusion*>(ddpm.get()), static_cast<Diffusion*>(ncsn.get()),
                           static_cast<Diffusion*>(flow.get())}) {
    auto& network = const_cast<TimeNetwork&>(model->network());
    for (NamedTensor& p : network.named_parameters()) assign_values(p.tensor, zeros_like(p.tensor));
  }
  for (const double sigma : {0.1, 0.5, 3.0}) {
    check(*ddpm, sigma, 1 / (1 + sigma * sigma));
    check(*ncsn, sigma, 1 / (1 + sigma * sigma));
    check(*flow, sigma, 1 / (1 + sigma));
  }
  const auto refusal = [&](Model& model, double sigma) {
    return error_message([&] { model.abilities().denoise({y, sigma, rng}); });
  };
  check_says(refusal(*ncsn, 3.1), "noise of 3.1 is above 3, the largest");
  CHECK(contains(refusal(*ddpm, 26), "above 24.98"));
  CHECK(refusal(*flow, 1000).empty());
  // Below the least level the missing noise is drawn: eight guesses at that level.
  const Tensor fine = full({20'000, 2}, 2.0);
  const Tensor guess = ncsn->abilities().denoise({fine, 0.06, rng});
  const double share = 1 / 1.01, sd = share * std::sqrt((0.01 - 0.0036) / 8);
  CHECK(std::abs(mean(guess).item() - 2 * share) < 4 * sd / 200);
  CHECK(std::abs(std::sqrt(var(guess).item()) / sd - 1) < 4 / std::sqrt(80'000.0));
}

TEST_CASE("levels are in the data's units, and a target without a level is at one that the path has") {
  const auto ncsn = small_model<Ncsn>("ncsn", {"channels=8", "sigma_begin=4", "sigma_end=0.1"}, kPlain);
  CHECK(ncsn->noise_range().least == approx(0.05).epsilon(1e-9));  // pixels in [-1, 1] are twice as long
  CHECK(ncsn->noise_range().most == approx(2).epsilon(1e-9));
  const Target target = ncsn->abilities().target;
  CHECK(target.data_noise == approx(0.05).epsilon(1e-9));
  CHECK(target.noise_range.most == approx(2).epsilon(1e-9));
  const auto flow = small_model<FlowMatching>("flow-matching", {"hidden=8"}, toy_shape("ring8"));
  CHECK(flow->noise_range().least == 0);
  CHECK(flow->noise_range().most == INFINITY);
  CHECK(flow->abilities().target.data_noise == 0.02);
}

TEST_CASE("guidance by a prediction that was not trained is refused, and what rests on it is not offered") {
  const auto refusal = [](const Strings& settings, const std::string& guidance) {
    const auto model =
        stirred<FlowMatching>("flow-matching", joined({"sample_steps=1", "classes=labels"}, settings), kTiny);
    Rng rng(10, "sampling_test");
    return error_message([&] { model->sample({.n = 2, .rng = rng, .options = {"guidance=" + guidance}}); });
  };
  for (const char* guidance : {"0", "1.25"}) {
    const std::string said = refusal({"label_dropout=0"}, guidance);
    check_says(said, "without a label, which label_dropout=0 does not train. Hint: use guidance=1");
  }
  for (const char* guidance : {"1", "1.25"}) {
    const std::string said = refusal({"label_dropout=1"}, guidance);
    check_says(said, "given a label, which label_dropout=1 does not train. Hint: use guidance=0");
  }
  CHECK(refusal({"label_dropout=0"}, "1").empty());
  CHECK(refusal({"label_dropout=1"}, "0").empty());
  for (const char* guidance : {"0", "1", "2"}) CHECK(refusal({}, guidance).empty());
  // Before the first step of a run, where the setting was chosen; a default follows from the dropout.
  const Examples none{zeros({4, 4, 4}, DType::u8), tensor({0, 1, 2, 0}, {4}, DType::i64),
                      arange(4, DType::i64)};
  const auto begun = [&](const Strings& settings) {
    const auto model =
        small_model<FlowMatching>("flow-matching", joined({"channels=8", "classes=labels"}, settings), kTiny);
    return error_message([&] { model->prepare(none); });
  };
  CHECK(contains(begun({"label_dropout=0", "guidance=2"}), "guidance=2 needs"));
  CHECK(contains(begun({"label_dropout=1", "guidance=2"}), "guidance=2 needs"));
  for (const char* dropout : {"label_dropout=0", "label_dropout=1"}) CHECK(begun({dropout}).empty());
  check_options("flow-matching", {"classes=labels", "label_dropout=0"}, kTiny, {"guidance=1"});
  check_options("flow-matching", {"classes=labels", "label_dropout=1"}, kTiny, {"guidance=0"});
  check_options("flow-matching", {"classes=labels"}, kTiny, {"guidance=1.25"});
  check_options("flow-matching", {"classes=none", "label_dropout=0"}, kTiny, {"guidance=1.25"});

  const auto able = [](const char* dropout) {
    return stirred<FlowMatching>("flow-matching", {"classes=labels", "pixels=dequantised", dropout}, kTiny)
        ->abilities();
  };
  const Abilities lacks = able("label_dropout=0"), has = able("label_dropout=1");
  CHECK_FALSE((lacks.inpaint || lacks.denoise || lacks.anomaly || lacks.log_prob || lacks.target.score));
  CHECK((has.inpaint && has.denoise && has.anomaly && has.log_prob && has.target.score));
  CHECK(contains(lacks_target(lacks, "denoise"), "is conditional on a label"));
  // Labels that were never shown change nothing.
  const auto model = stirred<FlowMatching>("flow-matching", {"classes=labels", "label_dropout=1"}, kTiny);
  Rng rng(11, "sampling_test");
  const Tensor x = randn({3, 16}, rng);
  CHECK(same_bytes(model->predict(x, 0.5, zeros({3}, DType::i64)).noise, model->predict(x, 0.5).noise));
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
