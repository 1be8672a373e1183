#include "models/score/score.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/registry.h"
#include "models/run/trainer.h"
#include "samplers/chains.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;

Settings settings_of(std::initializer_list<const char*> assignments) {
  const ModelEntry entry = score_entry();
  Settings settings = default_settings(entry);
  for (const char* assignment : assignments) settings.assign(assignment);
  entry.resolve(settings);
  return settings;
}

DataShape toy_shape(const char* name) {
  const std::shared_ptr<const Toy> toy = make_toy(name);
  return {.example = {toy->dimensions()}, .toy = toy};
}

const DataShape kImages{.example = {4, 4}};

std::string refusal(const DataShape& shape, std::initializer_list<const char*> assignments) {
  return error_message([&] { score_entry().create(settings_of(assignments), shape); });
}

TEST_CASE("what score matching cannot learn is refused with the reason") {
  const DataShape ring = toy_shape("ring8"), board = toy_shape("checkerboard");
  for (const char* objective : {"objective=ism", "objective=ssm", "objective=ssm-vr"}) {
    CHECK(contains(refusal(kImages, {objective, "hidden=8"}), "unbounded below on images without noise"));
    CHECK(refusal(kImages, {objective, "hidden=8", "data_noise=0.3"}) == "");
    CHECK(contains(refusal(board, {"data=checkerboard", objective}), "checkerboard: the score is 0"));
    CHECK(refusal(board, {"data=checkerboard", objective, "data_noise=0.3"}) == "");
    CHECK(refusal(ring, {"data=ring8", objective}) == "");
    CHECK(contains(refusal(ring, {"data=ring8", objective, "net=vector", "activation=relu"}), "relu"));
  }
  CHECK(contains(refusal(kImages, {"objective=esm"}), "Hint: objective=dsm, or a toy"));
  CHECK(contains(refusal(board, {"data=checkerboard", "objective=esm"}), "checkerboard: the score is 0"));
  CHECK(contains(refusal(ring, {"data=ring8", "objective=esm", "data_noise=0.1"}), "Hint: objective=dsm"));
  CHECK(contains(refusal(ring, {"data=ring8", "activation=leaky_relu"}), "Hint: softplus"));
  CHECK(refusal(ring, {"data=ring8", "net=vector", "activation=relu"}) == "");
}

TEST_CASE("defaults follow the data: a vector net and sigma 0.5 for images, an energy for points") {
  const Settings images = settings_of({}), points = settings_of({"data=ring8", "toy_scale=2"});
  CHECK(images.text("net") == "vector");
  CHECK(images.real("confinement") == images.real("sigma"));
  CHECK(points.text("net") == "energy");
  CHECK(points.real("sigma") == doctest::Approx(0.1));
  CHECK(points.real("input_scale") == doctest::Approx(1.5));
}

TEST_CASE("a network's score is its energy's gradient, or its field with the pull to the origin") {
  Rng rng(1, "score_test");
  const Tensor x = test::wave({4, 2});
  const ScoreNetwork energy({.hidden = {5}, .confinement = 2, .dtype = DType::f64}, rng);
  Tape tape;
  CHECK(test::max_error(energy.score(x), score_at(energy.function(), x).to_vector()) < 1e-13);
  ScoreShape shape{.is_energy = false, .hidden = {5}, .dtype = DType::f64};
  Rng one(2, "score_test"), two(2, "score_test");
  const ScoreNetwork plain(shape, one);
  shape.output_scale = 3;
  shape.confinement = 0.5;
  const ScoreNetwork pulled(shape, two);
  CHECK(test::max_error(pulled.score(x), (plain.score(x) * 3.0 - x * 4.0).to_vector()) < 1e-13);
  CHECK(contains(error_message([&] { plain(test::wave({4, 3})); }), "must have the same width"));
}

/// A short run on a toy.
struct ToyRun {
  explicit ToyRun(std::initializer_list<const char*> assignments, const char* toy, int64_t steps)
      : shape(toy_shape(toy)),
        settings(settings_of(assignments)),
        model(settings, shape),
        batches(shape.toy, {.batch = 256}) {
    struct Quiet : TrainObserver {
      void on_log(const LogRow&) override {}
      void on_epoch(int64_t) override {}
      bool should_stop(int64_t) override { return false; }
    } quiet;
    Trainer trainer(model, batches, {steps, steps, steps, 0.01, "linear"});
    State state;
    model.register_state(state);
    trainer.register_state(state);
    trainer.run(state, quiet);
    Rng rng(3, "score_test");
    const Tensor points = shape.toy->sample(2000, rng);
    held_out = {points, {}, arange(2000, DType::i64)};
  }
  double value(std::string_view name) {
    for (const Quantity& quantity : model.validate({held_out, held_out, 1}))
      if (quantity.name == name) return quantity.value;
    return NAN;
  }

  DataShape shape;
  Settings settings;
  Score model;
  ToyBatches batches;
  Examples held_out;
};

TEST_CASE("every objective learns a Gaussian's score, as an energy and as a field") {
  for (const char* objective :
       {"objective=esm", "objective=ism", "objective=ssm", "objective=ssm-vr", "objective=dsm"}) {
    for (const char* net : {"net=energy", "net=vector"}) {
      CAPTURE(objective);
      CAPTURE(net);
      ToyRun run({"data=gaussian", objective, net, "hidden=32", "layers=1", "sigma=0.3", "input_scale=1"},
                 "gaussian", 400);
      CHECK(run.value("fisher_divergence") < 0.05);
    }
  }
}

TEST_CASE("samples of a learned Gaussian have its moments, and Tweedie's step takes the noise off") {
  ToyRun run({"data=gaussian", "hidden=32", "layers=1", "sigma=0.7", "input_scale=1", "sample_steps=300"},
             "gaussian", 600);
  Rng rng(4, "score_test");
  const Tensor truth = run.shape.toy->sample(4000, rng), x = run.model.sample(4000, rng);
  CHECK(x.shape() == truth.shape());
  const std::vector<double> got = mean(x, 0).to_vector(), wanted = mean(truth, 0).to_vector();
  for (size_t i = 0; i < wanted.size(); ++i) CHECK(std::abs(got[i] - wanted[i]) < 0.15);
  // Of N(m, C), x + sigma^2 s has the covariance C (C + sigma^2)^-1 C: below C.
  const std::vector<double> narrow = var_axis(x, 0).to_vector(), full = var_axis(truth, 0).to_vector();
  for (size_t i = 0; i < full.size(); ++i) {
    CHECK(narrow[i] < full[i]);
    CHECK(narrow[i] == doctest::Approx(full[i] * full[i] / (full[i] + 0.49)).epsilon(0.25));
  }
}

TEST_CASE("chains may walk on the log-density of an energy, and on the score of a field") {
  const DataShape ring = toy_shape("ring8");
  const auto energy = score_entry().create(settings_of({"data=ring8"}), ring),
             field = score_entry().create(settings_of({"data=ring8", "net=vector"}), ring);
  CHECK(energy->target().log_prob);
  CHECK(!field->target().log_prob);
  CHECK(field->target().score);
  Rng rng(1, "score_test");
  const ChainResult walked = run_chains(field->target(), zeros({3, 2}), {.steps = 5}, rng);
  CHECK(all_finite(walked.x));
}

TEST_CASE("an image model shows chains raw and denoised, and its samples are pixels") {
  Score model(settings_of({"hidden=16", "layers=1", "sample_steps=8"}), kImages);
  Rng rng(1, "score_test");
  const Tensor x = model.sample(7, rng);
  CHECK(x.shape() == Shape{7, 4, 4});
  for (const double value : x.to_vector()) CHECK((value >= 0 && value <= 1));
  const Examples images{zeros({3, 4, 4}, DType::u8), {}, arange(3, DType::i64)};
  const Picture frame = model.snapshot({images, images, 1}, rng);
  CHECK(std::get<ImageGrid>(frame.content).pixels.dim(0) == 100);
  CHECK(std::get<ImageGrid>(frame.content).row_captions == std::vector<std::string>{"raw", "denoised"});
}

}  // namespace
}  // namespace gradzoo
