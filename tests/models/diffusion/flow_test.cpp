#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "models/diffusion/diffusion.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kDigits{.example = {8, 8}, .classes = 3};

TEST_CASE("straight paths begin at noise, end at data, and go at one speed") {
  const Tensor noise = wave({3, 4}), data = wave({3, 4}, DType::f64, 1);
  const PathPoints paths = points_on(straight_path(), noise, data, tensor({0, 0.25, 1}, {3}, DType::f64));
  CHECK(max_error(paths.velocity, (data - noise).to_vector()) == 0);
  const std::vector<double> x = paths.x.to_vector(), a = noise.to_vector(), b = data.to_vector();
  for (size_t i = 0; i < 4; ++i) {
    CHECK(x[i] == a[i]);
    CHECK(x[4 + i] == approx(0.75 * a[4 + i] + 0.25 * b[4 + i]));
    CHECK(x[8 + i] == approx(b[8 + i]));
  }
}

TEST_CASE("stratified times hold one of each part of [0, 1], in a random order") {
  Rng rng(1, "times");
  std::vector<double> t = stratified_times(100, rng).to_vector();
  CHECK_FALSE(std::ranges::is_sorted(t));
  std::ranges::sort(t);
  for (size_t i = 0; i < t.size(); ++i) {
    CHECK(t[i] >= 0.01 * static_cast<double>(i) - 1e-7);
    CHECK(t[i] <= 0.01 * static_cast<double>(i + 1) + 1e-7);
  }
}

TEST_CASE("labels are asked for by a model that learned them alone, and decide what is drawn") {
  const auto conditional =
      small_model<FlowMatching>("flow-matching", {"channels=8", "sample_steps=2"}, kDigits);
  Rng pixels(1, "pixels");
  const Batch batch{rand({6, 64}, pixels), tensor({0, 1, 2, 0, 1, 2}, {6}, DType::i64), {}};
  for (int64_t step = 0; step < 3; ++step) step_on(*conditional, batch, 0.01, step, 10);
  const auto drawn = [&](double label) {
    Rng rng(1, "samples");
    return conditional->sample({.n = 2, .rng = rng, .labels = full({2}, label, DType::i64)}).to_vector();
  };
  CHECK(drawn(0) != drawn(2));
  CHECK(drawn(1) == drawn(1));
  CHECK(error_message([&] { drawn(3); }) == "label 3 is not a learned class. Hint: use 0 to 2");
  CHECK(error_message([&] { drawn(-1); }) == "label -1 is not a learned class. Hint: use 0 to 2");
  Rng any(1, "samples");
  check_refused("labels are i64 (2) for 3 samples",
                [&] { conditional->sample({.n = 3, .rng = any, .labels = zeros({2}, DType::i64)}); });
  const auto plain =
      small_model<FlowMatching>("flow-matching", {"channels=8", "classes=none", "sample_steps=2"}, kDigits);
  Rng rng(1, "samples");
  CHECK(plain->network().classes() == 0);
  CHECK(plain->sample({.n = 5, .rng = rng}).shape() == Shape{5, 8, 8});
  check_refused("not trained on labels",
                [&] { plain->sample({.n = 1, .rng = rng, .labels = zeros({1}, DType::i64)}); });
  check_refused("'guidance' is not known",
                [&] { plain->sample({.n = 1, .rng = rng, .options = {"guidance=2"}}); });
}

TEST_CASE("hidden labels teach the row of none alone") {
  const auto model = small_model<FlowMatching>(
      "flow-matching", {"channels=8", "label_dropout=1", "sample_steps=1", "classes=labels"}, kDigits);
  const auto table = [&] {
    for (const NamedTensor& p : model->network().named_parameters()) {
      if (p.name == "unet.labels.weight") return p.tensor.detach().clone();
    }
    return Tensor();
  };
  const Tensor before = table();
  Rng pixels(1, "pixels");
  const Batch batch{rand({6, 64}, pixels), tensor({0, 1, 2, 0, 1, 2}, {6}, DType::i64), {}};
  for (int64_t step = 0; step < 4; ++step) step_on(*model, batch, 0.01, step, 10);
  const Tensor after = table();
  CHECK(before.shape() == Shape{4, 128});
  CHECK(same_bytes(before.rows(0, 3).clone(), after.rows(0, 3).clone()));
  CHECK_FALSE(same_bytes(before.rows(3, 4).clone(), after.rows(3, 4).clone()));
}

TEST_CASE("a single Euler step goes along the velocity at t = 0, and guidance is linear in its weight") {
  const DataShape ring = toy_shape("ring8");
  const auto points = small_model<FlowMatching>("flow-matching", {"hidden=16", "sample_steps=1"}, ring);
  Rng draw(1, "samples"), again(1, "samples");
  const Tensor x0 = randn({50, 2}, again);
  const Tensor wanted = x0 + points->network().predict(x0, zeros({50}), {});
  CHECK(max_error(points->sample({.n = 50, .rng = draw}), wanted.to_vector()) < 1e-6);

  const auto images = small_model<FlowMatching>("flow-matching", {"channels=8", "sample_steps=1"}, kDigits);
  Rng pixels(1, "pixels");
  const Batch batch{rand({6, 64}, pixels), tensor({0, 1, 2, 0, 1, 2}, {6}, DType::i64), {}};
  for (int64_t step = 0; step < 10; ++step) step_on(*images, batch, 0.01, step, 10);
  const auto drawn = [&](const char* guidance) {
    Rng rng(1, "samples");
    return images->sample({.n = 4, .rng = rng, .labels = full({4}, 2, DType::i64), .options = {guidance}})
        .to_vector();
  };
  const std::vector<double> a = drawn("guidance=0"), b = drawn("guidance=1"), c = drawn("guidance=2");
  const auto inside = [](double v) { return v > 0 && v < 1; };
  int compared = 0;
  double moved = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!inside(a[i]) || !inside(b[i]) || !inside(c[i])) continue;
    CHECK(std::abs((c[i] - b[i]) - (b[i] - a[i])) < 1e-5);
    moved = std::max(moved, std::abs(b[i] - a[i]));
    ++compared;
  }
  CHECK(compared > 50);
  CHECK(moved > 1e-4);
}

// The velocity of straight paths to N(m, s^2), and the density at their end.
TEST_CASE("the density by the divergence along the flow is the Gaussian's that the flow ends in") {
  constexpr double kMean = 0.7, kStd = 0.4;
  const auto u = [&](const Tensor& x, double t) {
    const double slope = (t * kStd * kStd - (1 - t)) / ((1 - t) * (1 - t) + t * t * kStd * kStd);
    return (x - t * kMean) * slope + kMean;
  };
  const Tensor x = wave({20, 3}) * 0.5 + kMean;
  const Tensor wanted =
      sum(square((x - kMean) / kStd) * -0.5 - std::log(kStd * std::sqrt(2 * std::numbers::pi)), 1);
  CHECK(max_error(flow_log_density(u, x, {.steps = 64}), wanted.to_vector()) < 1e-5);
  CHECK(max_error(flow_log_density(u, x, {.steps = 4}), wanted.to_vector()) >
        1e-4);  // too few steps are seen
}

TEST_CASE("the film strip of a conditional model has a row a class") {
  const ClassRows rows = class_rows({{0, "0"}, {1, "1"}, {2, "2"}});
  CHECK(rows.captions == std::vector<std::string>{"0", "1", "2"});
  for (int64_t i = 0; i < 30; ++i) CHECK(rows.labels.data<int64_t>()[i] == i / 10);
  CHECK(class_rows(DataShape{.example = {2, 2}, .classes = 47}.labels()).labels.dim(0) == 100);
  CHECK(class_rows({{3, "cat"}, {7, "7"}}).captions == std::vector<std::string>{"cat", "7"});
  CHECK(class_rows({{3, "cat"}, {7, "7"}}).labels.data<int64_t>()[10] == 7);
  CHECK(any_labels(5, {{0, "0"}, {3, "cat"}, {7, "7"}}).to_vector() == std::vector<double>{0, 3, 7, 0, 3});
}

TEST_CASE("images whose sides are no multiples of 4 are padded, which is said; odd channels are refused") {
  const auto model =
      small_model<FlowMatching>("flow-matching", {"channels=8", "sample_steps=1"}, {.example = {6, 7}});
  Rng rng(1, "samples");
  CHECK(model->sample({.n = 2, .rng = rng}).shape() == Shape{2, 6, 7});
  const Examples none;
  CHECK(contains(model->interpretation({none, none, 1}), "6x7 are padded to 8x8"));
  check_refused("channels=12", [&] { options_for("flow-matching", {"channels=12"}, kDigits); });
}

// Data N(m, s^2): the velocity that straight paths have in the mean is known, and Euler steps along it bring
// N(0, 1) to N(m, s^2). Learned from points alone.
TEST_CASE("on a Gaussian the learned flow carries noise to the mean and width of the data") {
  const DataShape shape = toy_shape("gaussian");
  const auto model =
      small_model<FlowMatching>("flow-matching", {"hidden=64,64", "sample_steps=50", "ema=0"}, shape);
  Rng data(1, "data");
  for (int64_t step = 0; step < 600; ++step) step_on(*model, shape.toy->sample(500, data), 0.004, step, 600);
  Rng rng(2, "samples"), truth(3, "truth");
  const Tensor x = model->sample({.n = 20000, .rng = rng}), y = shape.toy->sample(20000, truth);
  const auto near = [](const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); };
  CHECK(near(mean(x, 0), mean(y, 0)) < 0.1);
  CHECK(near(sqrt(var_axis(x, 0)), sqrt(var_axis(y, 0))) < 0.1);

  // What lies under noise is y + sigma^2 times the score of the Gaussian that is wider by it.
  constexpr double kSigma = 0.7;
  const Tensor clean = y.rows(0, 2000), noisy = clean + randn_like(clean, rng) * kSigma;
  const auto wider =
      make_gaussian(zeros({2}, DType::f64),
                    tensor({1 + kSigma * kSigma, 0.6, 0.6, 1 + kSigma * kSigma}, {2, 2}, DType::f64));
  const Tensor best = noisy + wider->score(noisy) * (kSigma * kSigma);
  const Tensor guess = model->abilities().denoise({noisy, kSigma, rng});
  CHECK(std::sqrt(mean(square(guess - best)).item()) < 0.1);
  CHECK(std::sqrt(mean(square(noisy - best)).item()) > 0.3);
}

TEST_CASE("the hidden half of an image is drawn as the known half asks for") {
  // Images are all lit or all dark.
  const DataShape shape{.example = {8, 8}};
  const auto model = small_model<FlowMatching>(
      "flow-matching", {"channels=8", "sample_steps=10", "classes=none", "ema=0"}, shape);
  Rng rng(4, "flow_test");
  for (int64_t step = 0; step < 150; ++step) {
    const Tensor lit = bernoulli(full({32, 1}, 0.5), rng);
    step_on(*model, broadcast_to(lit, {32, 64}).clone(), 0.01, step, 150);
  }
  const Tensor truth = broadcast_to(tensor({0, 1, 0, 1, 0, 1, 0, 1}, {8, 1}), {8, 64}).clone();
  Tensor known = zeros({64});
  std::fill_n(known.mutable_data<float>(), 32, 1.0F);
  const Tensor filled = model->abilities().inpaint({truth, known, rng});
  CHECK(mean(abs(filled - truth)).item() < 0.05);
  const Tensor noisy = truth + randn_like(truth, rng) * 0.5;
  CHECK(mean(abs(model->abilities().denoise({noisy, 0.5, rng, {0, 1}}) - truth)).item() < 0.1);
}

}  // namespace
}  // namespace gradzoo
