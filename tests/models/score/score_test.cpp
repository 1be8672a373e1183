#include "models/score/score.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/run/trainer.h"
#include "gradzoo/models/score/eval.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kFourByFour{.example = {4, 4}};

std::string refusal(const DataShape& shape, const std::vector<std::string>& assignments) {
  return error_message([&] { small_model<Score>("score", assignments, shape); });
}

TEST_CASE("what score matching cannot learn is refused with the reason") {
  const DataShape ring = toy_shape("ring8"), board = toy_shape("checkerboard");
  for (const char* objective : {"objective=ism", "objective=ism-hutchinson", "objective=ssm",
                                "objective=ssm-vr", "objective=fd-ssm"}) {
    CHECK(contains(refusal(kFourByFour, {objective, "hidden=8"}), "unbounded below on images without noise"));
    CHECK(refusal(kFourByFour, {objective, "hidden=8", "data_noise=0.3"}) == "");
    CHECK(contains(refusal(board, {objective}), "checkerboard: the score is 0"));
    CHECK(refusal(board, {objective, "data_noise=0.3"}) == "");
    CHECK(refusal(ring, {objective}) == "");
    const bool differentiates = objective != std::string("objective=fd-ssm");
    CHECK(contains(refusal(ring, {objective, "net=vector", "activation=relu"}), "relu") == differentiates);
  }
  CHECK(contains(refusal(kFourByFour, {"objective=esm"}), "Hint: use objective=dsm, or a toy"));
  CHECK(contains(refusal(board, {"objective=esm"}), "checkerboard: the score is 0"));
  CHECK(contains(refusal(ring, {"objective=esm", "data_noise=0.1"}), "Hint: use objective=dsm"));
  CHECK(contains(refusal(ring, {"activation=leaky_relu"}), "Hint: use softplus"));
  CHECK(refusal(ring, {"net=vector", "activation=relu"}) == "");
}

TEST_CASE("defaults follow the data: a vector net and sigma 0.5 for images, an energy for points") {
  const auto of = [](const DataShape& shape, const char* key) {
    return option_text("score", {}, shape, key);
  };
  CHECK(of(kFourByFour, "net") == "vector");
  CHECK(of(kFourByFour, "confinement") == of(kFourByFour, "sigma"));
  const DataShape points = toy_shape("ring8", {.scale = 2});
  check_options("score", {}, points, {"net=energy", "sigma=0.05", "input_scale=3"});  // in the model's units
}

TEST_CASE("a network's score is its energy's gradient, or its field with the pull to the origin") {
  Rng rng(1, "score_test");
  const Tensor x = wave({4, 2});
  const ScoreNetwork energy({.hidden = {5}, .confinement = 2, .dtype = DType::f64}, rng);
  Tape tape;
  CHECK(max_error(energy.score(x), score_at(energy.function(), x).to_vector()) < 1e-13);
  ScoreShape shape{.is_energy = false, .hidden = {5}, .dtype = DType::f64};
  Rng one(2, "score_test"), two(2, "score_test");
  const ScoreNetwork plain(shape, one);
  shape.output_scale = 3;
  shape.confinement = 0.5;
  const ScoreNetwork pulled(shape, two);
  CHECK(max_error(pulled.score(x), (plain.score(x) * 3.0 - x * 4.0).to_vector()) < 1e-13);
  check_refused("Hint: use data of the model's width", [&] { plain(wave({4, 3})); });
}

/// A short run on a toy.
struct ToyRun {
  explicit ToyRun(const std::vector<std::string>& assignments, const char* toy, int64_t steps)
      : shape(toy_shape(toy)),
        model(small_model<Score>("score", assignments, shape)),
        batches(shape.toy, {.batch = 256}) {
    Unwatched quiet;
    Trainer trainer(*model, batches, {steps, steps, steps, 0.01, Decay::linear});
    trainer.run(quiet);
    Rng rng(3, "score_test");
    const Tensor points = shape.toy->sample(2000, rng);
    held_out = {points, {}, arange(2000, DType::i64)};
  }

  DataShape shape;
  std::unique_ptr<Score> model;
  ToyBatches batches;
  Examples held_out;
};

TEST_CASE("of what a validation measures only the objective continues a training's curve") {
  const ToyRun run({"hidden=4"}, "gaussian", 1);
  const Quantities found = run.model->validate({run.held_out, run.held_out, 1});
  CHECK(found[kScoreObjective].curve.has_value());
  CHECK_FALSE(found[kScoreFisher].curve.has_value());
}

TEST_CASE("every objective learns a Gaussian's score, as an energy and as a field") {
  for (const char* objective : {"objective=esm", "objective=ism", "objective=ism-hutchinson", "objective=ssm",
                                "objective=ssm-vr", "objective=fd-ssm", "objective=dsm"}) {
    for (const char* net : {"net=energy", "net=vector"}) {
      CAPTURE(objective);
      CAPTURE(net);
      ToyRun run({objective, net, "hidden=32", "sigma=0.3", "input_scale=1"}, "gaussian", 400);
      CHECK(run.model->validate({run.held_out, run.held_out, 1})[kScoreFisher].value < 0.05);
    }
  }
}

TEST_CASE("an objective reports its two terms, which add up, and data become maxima; two have none") {
  const DataShape shape = toy_shape("gaussian");
  std::map<std::string, double> row;
  for (const char* objective : {"ism", "ism-hutchinson", "ssm", "ssm-vr", "fd-ssm"}) {
    for (const char* net : {"net=energy", "net=vector"}) {
      CAPTURE(objective);
      CAPTURE(net);
      Rng rng(1, "score_test");
      const auto model = small_model<Score>(
          "score", {std::string("objective=") + objective, net, "hidden=16", "fd_eps=0.01"}, shape);
      for (int64_t step = 0; step < 300; ++step)
        row = step_on(*model, shape.toy->sample(step < 299 ? 256 : 8192, rng), 0.01, step, 300);
      CHECK(row["trace"] + row["half_square"] == approx(row["objective"]).epsilon(1e-4));
      // At the truth E tr grad s = -E|s|^2 is minus the trace of the inverse covariance, 2 / (1 - .6^2).
      CHECK(row["trace"] == approx(-3.125).epsilon(0.1));
      CHECK(row["half_square"] == approx(1.5625).epsilon(0.1));
    }
  }
  Rng rng(1, "score_test");
  const auto noisy = small_model<Score>("score", {"objective=ism", "hidden=16", "data_noise=0.5"}, shape);
  row = step_on(*noisy, shape.toy->sample(256, rng), 0.01);
  CHECK(row["trace"] + row["half_square"] == approx(row["objective"]).epsilon(1e-5));
  for (const char* objective : {"objective=esm", "objective=dsm"}) {
    const auto whole = small_model<Score>("score", {objective, "hidden=16"}, shape);
    CHECK_FALSE(step_on(*whole, shape.toy->sample(8, rng), 0.01).contains("trace"));
  }
}

TEST_CASE("samples of a learned Gaussian have its moments, and Tweedie's step takes the noise off") {
  ToyRun run({"hidden=32", "sigma=0.7", "input_scale=1", "sample_steps=300"}, "gaussian", 600);
  Rng rng(4, "score_test");
  const Tensor truth = run.shape.toy->sample(4000, rng), x = run.model->sample({4000, rng});
  CHECK(x.shape() == truth.shape());
  const std::vector<double> got = mean(x, 0).to_vector(), wanted = mean(truth, 0).to_vector();
  for (size_t i = 0; i < wanted.size(); ++i) CHECK(std::abs(got[i] - wanted[i]) < 0.15);
  // Of N(m, C), x + sigma^2 s has the covariance C (C + sigma^2)^-1 C: below C.
  const std::vector<double> narrow = var_axis(x, 0).to_vector(), full = var_axis(truth, 0).to_vector();
  for (size_t i = 0; i < full.size(); ++i) {
    CHECK(narrow[i] < full[i]);
    CHECK(narrow[i] == approx(full[i] * full[i] / (full[i] + 0.49)).epsilon(0.25));
  }
}

TEST_CASE("chains may walk on the log-density of an energy, and on the score of a field") {
  const DataShape ring = toy_shape("ring8");
  const auto energy = small_model<Score>("score", {}, ring),
             field = small_model<Score>("score", {"net=vector"}, ring);
  CHECK(energy->abilities().target.log_prob);
  CHECK(!field->abilities().target.log_prob);
  CHECK(field->abilities().target.score);
  Rng rng(1, "score_test");
  const ChainResult walked =
      run_chains(field->abilities().target, zeros({3, 2}), UnadjustedLangevin(), {.steps = 5}, rng);
  CHECK(all_finite(walked.x));
}

TEST_CASE("an image model shows chains raw and denoised, and its samples are pixels") {
  const auto model = small_model<Score>("score", {"hidden=16", "sample_steps=8"}, kFourByFour);
  Rng rng(1, "score_test");
  const Tensor x = model->sample({7, rng});
  CHECK(x.shape() == Shape{7, 4, 4});
  for (const double value : x.to_vector()) CHECK((value >= 0 && value <= 1));
  const Examples images{zeros({3, 4, 4}, DType::u8), {}, arange(3, DType::i64)};
  const Picture frame = model->snapshot({images, images, 1}, rng);
  CHECK(std::get<ImageGrid>(frame.content).pixels.dim(0) == 100);
  CHECK(std::get<ImageGrid>(frame.content).row_captions == std::vector<std::string>{"raw", "denoised"});
}

TEST_CASE("a conditional score reads each example's label, in every copy that an objective makes of it") {
  for (const bool is_energy : {true, false}) {
    CAPTURE(is_energy);
    Rng rng(12, "score_test");
    const ScoreNetwork network(
        {.inputs = 3, .classes = 4, .is_energy = is_energy, .hidden = {6}, .dtype = DType::f64}, rng);
    const Tensor x = randn({2, 3}, rng, DType::f64), eps = randn({2, 3}, rng, DType::f64);
    const Tensor labels = cast(tensor({3, 1}, {2}), DType::i64);
    const auto objective = [&](int64_t begin, int64_t end) {
      const Tape tape;
      const Tensor given = labels.rows(begin, end);
      const auto told = [&](const Tensor& at) { return network(at, given); };
      return denoising_score_matching({told, is_energy}, x.rows(begin, end).clone(),
                                      eps.rows(begin, end).clone(), {.sigma = 0.3})
          .to_vector();
    };
    const std::vector<double> both = objective(0, 2);
    CHECK(objective(0, 1)[0] == approx(both[0]).epsilon(1e-12));
    CHECK(objective(1, 2)[0] == approx(both[1]).epsilon(1e-12));
    const Tensor other = cast(tensor({0, 1}, {2}), DType::i64);
    const Tensor s = network.score(x, labels), t = network.score(x, other);
    CHECK(s.rows(0, 1).to_vector() != t.rows(0, 1).to_vector());
    CHECK(s.rows(1, 2).to_vector() == t.rows(1, 2).to_vector());
  }
}

TEST_CASE("a conditional score model is asked for classes, and knows as many as the data") {
  const DataShape image{.example = {4, 4}, .classes = 2};
  const auto made = small_model<Score>("score", {"conditional=true", "hidden=8", "sample_steps=3"}, image);
  Rng rng(13, "score_test");
  const auto labels = [](double a) { return full({2}, a, DType::i64); };
  CHECK(made->sample({2, rng, labels(1)}).shape() == Shape{2, 4, 4});
  check_refused("label 2 is not a learned class", [&] { made->sample({2, rng, labels(2)}); });
  const Target target = made->abilities().target;
  CHECK(target.score(zeros({3, 16})).shape() == Shape{3, 16});
  CHECK(contains(refusal(toy_shape("ring8"), {"conditional=true"}), "no labels"));
}

}  // namespace
}  // namespace gradzoo
