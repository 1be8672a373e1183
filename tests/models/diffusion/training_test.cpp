#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "models/diffusion/diffusion.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const DataShape kLabelled{.example = {8, 8}, .classes = 3};

/// A conditional model of images after some steps: before them the U-Net gives 0 whatever the label.
struct Trained {
  std::unique_ptr<FlowMatching> model = test::small_model<FlowMatching>(
      "flow-matching", {"channels=8", "label_dropout=0.5", "sample_steps=2", "ema=0", "classes=labels"},
      kLabelled);
  Rng rng{1, "training_test"};
  Tensor labels = tensor({0, 1, 2, 0, 1, 2, 0, 1}, {8}, DType::i64);
  Batch batch{rand({8, 64}, rng), labels, {}};
  static constexpr int64_t kSteps = 5;
  Trained() {
    for (int64_t step = 0; step < kSteps; ++step) train(step, 0.01);
  }
  double train(int64_t step, double rate) const {
    return test::step_on(*model, batch, rate, step, 10)[model->metrics()[0].key()];
  }
  // |u(x_t, t, y) - (x_1 - x_0)|^2 a number, pixels in [-1, 1].
  Tensor error(const Tensor& x, const Tensor& told, Rng& draws) const {
    const NoGrad quiet;
    const Tensor data = x * 2.0 - 1.0, t = stratified_times(x.dim(0), draws);
    const Tensor noise = randn(x.shape(), draws), share = reshape(t, {x.dim(0), 1});
    const Tensor at = noise * (1.0 - share) + data * share;
    return mean(square(model->network().predict(at, t, told) - data + noise), 1);
  }
};

TEST_CASE("a step's loss is the error of the velocity along its paths, a share of the labels hidden") {
  const Trained trained;
  Rng draws(0, "flow/noise");
  draws.set_draw(4 * Trained::kSteps);  // labels, the times' order and place, noise
  const Tensor hidden = bernoulli(full({8}, 0.5), draws);
  Tensor told = trained.labels.clone();
  int64_t count = 0;
  for (int64_t i = 0; i < 8; ++i) {
    if (hidden.data<float>()[i] == 0) continue;
    told.mutable_data<int64_t>()[i] = 3;
    ++count;
  }
  CHECK(count > 0);
  const double wanted = mean(trained.error(trained.batch.x, told, draws)).item();
  CHECK(trained.train(Trained::kSteps, 0) == approx(wanted).epsilon(1e-5));
}

TEST_CASE("an evaluation is the error over all examples, each under its own label") {
  const Trained trained;
  Rng pixels(2, "training_test"), draws(5, "flow/evaluation");
  Examples images{cast(rand({9, 8, 8}, pixels) * 255.0, DType::u8), zeros({9}, DType::u8),
                  arange(9, DType::i64)};
  for (int64_t i = 0; i < 9; ++i) images.labels.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(i % 3);
  const Batch batch = read_examples(images, 0, 9, Pixels::grey, Rng(0));
  const double wanted = mean(trained.error(batch.x, batch.labels, draws)).item();
  CHECK(trained.model->evaluate({images, images, 5})[kVelocityError].value == approx(wanted).epsilon(1e-5));
}

TEST_CASE("a velocity without a label is that of the label that stands for none") {
  const Trained trained;
  const NoGrad quiet;
  const TimeNetwork& network = trained.model->network();
  const Tensor x = test::wave({2, 64}, DType::f32), t = full({2}, 0.4);
  CHECK(network.predict(x, t, {}).to_vector() == network.predict(x, t, network.no_labels(2)).to_vector());
  CHECK(network.predict(x, t, {}).to_vector() != network.predict(x, t, zeros({2}, DType::i64)).to_vector());
}

TEST_CASE("points' perceptron sees bounded points and slow times; Euler steps ask it at their beginnings") {
  const DataShape ring = test::toy_shape("ring8");
  const auto model = test::small_model<FlowMatching>("flow-matching", {"hidden=6", "sample_steps=3"}, ring);
  Rng init(0, "flow/init"), a(3, "training_test"), b(3, "training_test");
  const Mlp mlp({18, 6, 2}, init, {.activation = "silu"});
  const NoGrad quiet;
  const double reach = 2 * std::max(4.0, ring.diameter());
  const auto velocity = [&](const Tensor& x, double t) {
    const Tensor seen = x / sqrt(square(x) / (reach * reach) + 1.0);
    return mlp.forward(concat(seen, time_features(full({x.dim(0)}, t * 0.01), 16), 1));
  };
  Tensor x = randn({20, 2}, b);
  for (const double t : {0.0, 1.0 / 3, 2.0 / 3}) x = x + velocity(x, t) / 3.0;
  CHECK(test::max_error(model->sample({20, a}), x.to_vector()) < 1e-5);
}

TEST_CASE("filling in takes each step ten times, known pixels on their paths, back by fresh noise") {
  const auto model = test::small_model<FlowMatching>(
      "flow-matching", {"channels=8", "sample_steps=3", "classes=none", "ema=0"}, {.example = {8, 8}});
  Rng rng(6, "training_test");
  for (int64_t step = 0; step < 4; ++step) test::step_on(*model, rand({8, 64}, rng), 0.01, step);
  const Tensor images = rand({2, 64}, rng), known = bernoulli(full({64}, 0.5), rng),
               data = images * 2.0 - 1.0;
  Rng a(7, "training_test"), b(7, "training_test");
  const NoGrad quiet;
  Tensor x = randn({2, 64}, b);
  for (int64_t step = 0; step < 3; ++step) {
    const double t = static_cast<double>(step) / 3, later = t + 1.0 / 3;
    for (int repeat = 0; repeat < 10; ++repeat) {
      const Tensor path = randn({2, 64}, b) * (1 - t) + data * t;
      x = path * known + x * (1.0 - known);
      x = x + model->network().predict(x, full({2}, t), {}) / 3.0;
      if (repeat == 9) continue;
      // Of (1 - later) eps the share t/later stays; fresh noise makes up what is missing to (1 - t) eps.
      const double share = t / later, kept = share * (1 - later);
      x = x * share + randn({2, 64}, b) * std::sqrt((1 - t) * (1 - t) - kept * kept);
    }
  }
  const Tensor filled = clamp((x + 1.0) * 0.5, 0, 1), wanted = images * known + filled * (1.0 - known);
  CHECK(test::max_error(model->abilities().inpaint({images, known, a}), wanted.to_vector()) < 1e-4);
}

TEST_CASE("the optimiser is Adam with beta2 of 0.99") {
  const DataShape ring = test::toy_shape("ring8");
  const auto model = test::small_model<FlowMatching>("flow-matching", {"hidden=6", "clip=0", "ema=0"}, ring);
  TimeNetworkOptions options;
  options.hidden = {6};
  options.bounded = true;
  Rng init(0, "flow/init"), draws(0, "flow/noise"), points(4, "training_test");
  const TimeNetwork twin(options, ring, 0, init);
  Learner learner(twin, {.optimizer = adam({.beta2 = 0.99})});
  for (int64_t step = 0; step < 6; ++step) {
    const Tensor x = ring.toy->sample(30, points);
    test::step_on(*model, x, 0.05, step);
    const Tensor t = stratified_times(30, draws);
    const PathPoints paths = points_on(straight_path(), randn({30, 2}, draws), x, t);
    const Tape tape;
    learner.step(mean(square(twin.predict(paths.x, t, {}) - paths.velocity)), 0.05);
  }
  const Tensor got = model->network().named_parameters()[0].tensor;
  CHECK(test::max_error(got, twin.named_parameters()[0].tensor.to_vector()) < 1e-5);
}

TEST_CASE("stratified times lie anywhere in their parts") {
  Rng rng(5, "training_test");
  std::vector<double> t = stratified_times(1000, rng).to_vector();
  double squares = 0;  // of the place in the part, from its middle: uniform, so of variance 1/12
  for (const double at : t) squares += std::pow(at * 1000 - std::floor(at * 1000) - 0.5, 2) / 1000;
  // The variance of (u - 1/2)^2 is 1/180: five standard errors.
  CHECK(std::abs(squares - 1.0 / 12) < 5 / std::sqrt(180.0 * 1000));
}

TEST_CASE("ddim taken back finds the noise of an image, so that rows begin and end with the images") {
  Rng rng(5, "test/interpolate");
  const Tensor ends = rand({4, 64}, rng);
  const Tensor labels = tensor({2, 2, 0, 0}, {4}, DType::i64);
  const auto check = [&](const auto& model) {
    const Tensor rows = model->abilities().interpolate({{ends, labels, {}}, rng});
    REQUIRE(rows.shape() == Shape{40 / 2, 64});
    const auto apart = [](const Tensor& a, const Tensor& b) { return mean(abs(a - b)).item(); };
    CHECK(apart(rows.rows(0, 1), ends.rows(0, 1)) < 0.05);
    CHECK(apart(rows.rows(19, 20), ends.rows(3, 4)) < 0.05);
    CHECK(apart(rows.rows(5, 6), ends.rows(0, 1)) > 0.05);
  };
  check(test::small_model<FlowMatching>("flow-matching", {"channels=8", "ema=0"}, kLabelled));
  const auto ddpm = test::small_model<Ddpm>("ddpm", {"channels=8", "ema=0"}, kLabelled);
  check(ddpm);
  test::check_refused("pair 0 has two different labels", [&] {
    ddpm->abilities().interpolate({{ends, tensor({2, 1, 0, 0}, {4}, DType::i64), {}}, rng});
  });
}

}  // namespace
}  // namespace gradzoo
