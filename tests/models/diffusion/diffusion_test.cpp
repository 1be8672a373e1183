#include "models/diffusion/diffusion.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/networks/noise_path.h"
#include "models/diffusion/pictures.h"
#include "models/networks/clusters.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/stir.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kImages{.example = {8, 8}, .classes = 3};

template <class M>
std::unique_ptr<M> image_model(const char* name, const Strings& more = {}) {
  return small_model<M>(name, joined({"channels=8", "classes=none", "ema=0", "sample_steps=4"}, more),
                        kImages);
}

template <class M>
void check_learns_gaussian(const char* name, int64_t steps) {
  const DataShape shape = toy_shape("gaussian");
  const auto model = small_model<M>(name, {"hidden=64,64", "sample_steps=60", "ema=0", "solver=ddim"}, shape);
  Rng data(1, "data");
  for (int64_t step = 0; step < steps; ++step)
    step_on(*model, shape.toy->sample(500, data), step < steps / 2 ? 0.004 : 0.001, step, steps);
  Rng rng(2, "samples"), truth(3, "truth");
  const Tensor x = model->sample({.n = 20000, .rng = rng}), y = shape.toy->sample(20000, truth);
  const auto near = [](const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); };
  CHECK(near(mean(x, 0), mean(y, 0)) < 0.15);
  CHECK(near(sqrt(var_axis(x, 0)), sqrt(var_axis(y, 0))) < 0.15);
}

TEST_CASE("diffusion carries noise to the mean and width of a Gaussian") {
  check_learns_gaussian<Ddpm>("ddpm", 800);
}
TEST_CASE("so do scores at many noise levels") { check_learns_gaussian<Ncsn>("ncsn", 800); }

TEST_CASE("a step's loss is the error of the noise, at a time for each example") {
  const auto model = image_model<Ddpm>("ddpm");
  Rng pixels(1, "pixels"), draws(0, "ddpm/noise");
  const Tensor x = rand({6, 64}, pixels);
  const Tensor data = x * 2.0 - 1.0, t = stratified_times(6, draws), noise = randn(x.shape(), draws);
  const PathPoints at = points_on(cosine_path(), noise, data, t);
  const NoGrad quiet;
  const MixingColumns mixed = mixing_columns(cosine_path(), t);
  const Tensor said = mixed.noise * at.x + mixed.data * model->network().predict(at.x, t, {});
  const double wanted = mean(square(said - noise)).item();
  CHECK(step_on(*model, x, 0)[model->metrics()[0].key()] == approx(wanted).epsilon(1e-5));
}

TEST_CASE("noise levels are seen at unit scale, and a denoised image is among images") {
  const auto ncsn = image_model<Ncsn>("ncsn");
  Rng rng(2, "diffusion_test");
  for (int64_t step = 0; step < 5; ++step) step_on(*ncsn, rand({8, 64}, rng), 0.02, step);
  const NoGrad quiet;
  const double t = 0.3, sigma = 20 * std::pow(0.01 / 20, t);
  const Tensor x = randn({4, 64}, rng) * sigma;
  const double length = std::sqrt(1 + sigma * sigma);
  const Tensor told = ncsn->network().predict(x / length, full({4}, t), {});
  const Tensor said = x * (sigma / (length * length)) + told / length;
  const Tensor denoised = clamp(x - said * sigma, -1, 1);
  const Prediction prediction = ncsn->predict(x, t);
  CHECK(max_error(prediction.denoised, denoised.to_vector()) < 1e-4);
  CHECK(max_error(prediction.noise * sigma + prediction.denoised, x.to_vector()) < 1e-3);
  // Not clamped, v = b' eps.
  const Tensor velocity = said * (sigma * std::log(0.01 / 20));
  CHECK(max_error(ncsn->velocity(x, t), velocity.to_vector()) < 1e-2 * sigma);
}

TEST_CASE("chains walk on the score in the data's own units, at any level") {
  const auto model = image_model<Ddpm>("ddpm");
  Rng rng(3, "diffusion_test");
  for (int64_t step = 0; step < 5; ++step) step_on(*model, rand({8, 64}, rng), 0.02, step);
  const NoGrad quiet;
  const Target target = model->abilities().target;
  const Tensor y = rand({4, 64}, rng);
  const double sigma = 0.2, t = model->time_of_level(2 * sigma);
  const Mixing at = model->path()(t);
  CHECK(at.noise / at.data == approx(2 * sigma).epsilon(1e-9));
  const Tensor x = (y * 2.0 - 1.0) * at.data;
  // Tweedie in y: E[y_1 | y] = y + sigma^2 s.
  const Tensor denoised = (model->predict(x, t).denoised + 1.0) * 0.5;
  CHECK(max_error(y + target.noisy_score(y, sigma) * (sigma * sigma), denoised.to_vector()) < 1e-4);
  CHECK(target.score(y).shape() == Shape{4, 64});
}

// Before it has learned anything the U-Net says 0, and on a path of constant length nothing moves.
TEST_CASE("bits a dimension are those of the flow that an untrained network stands for") {
  const auto model = image_model<Ddpm>("ddpm", {"pixels=dequantised"});
  Rng pixels(4, "diffusion_test");
  Examples images{cast(rand({6, 8, 8}, pixels) * 255.0, DType::u8), Tensor(), arange(6, DType::i64)};
  double told = 0;
  const Quantities found = image_bits(*model, {images, images, 5}, 6, [&](double share) { told = share; });
  CHECK(told == 1);
  const NoisePath path = cosine_path();
  const double noise = path(0).noise;
  double wanted = 0;
  for_each_batch(images, Pixels::dequantised, 5, 6, [&](const Batch& batch) {
    const Tensor x0 = (batch.x * 2.0 - 1.0) * path(1).data;
    const Tensor log_p = sum(square(x0), 1) * (-0.5 / (noise * noise)) -
                         32 * std::log(2 * std::numbers::pi * noise * noise) +
                         64 * std::log(2 * path(1).data);
    wanted = mean(log_p).item() / (-64 * std::numbers::ln2) + 8;
  });
  CHECK(found[kBitsPerDim].value == approx(wanted).epsilon(1e-3));
  CHECK(model->evaluate_at_length({images, images, 5}).size() == 1);
  CHECK(image_model<FlowMatching>("flow-matching", {"pixels=dequantised"})
            ->evaluate_at_length({images, images, 5})
            .size() == 1);
  CHECK(image_model<Ddpm>("ddpm", {"pixels=grey"})->evaluate_at_length({images, images, 5}).empty());
}

TEST_CASE("the truth's score under noise is that of the Gaussian it makes") {
  const DataShape shape = toy_shape("gaussian");
  Rng rng(5, "diffusion_test");
  const Tensor y = shape.toy->sample(30, rng, DType::f64);
  const Tensor many = shape.toy->sample(400'000, rng, DType::f64);
  const Tensor centre = mean(many, 0);
  const Tensor away = many - centre;
  const Tensor covariance = matmul(away, away, true) / 400'000.0 + eye(2, DType::f64) * 0.25;
  const Tensor wanted = -transpose(solve(covariance, transpose(y - centre)));
  CHECK(max(abs(score_at(noised_toy(*shape.toy, 0.5), y) - wanted)).item() < 0.03);
}

TEST_CASE("solvers draw what they should: the same start by ddim whatever the stream, by ancestral not") {
  const auto model = image_model<Ddpm>("ddpm");
  Rng a(1, "a"), b(2, "b"), start(6, "diffusion_test");
  const Tensor x = randn({3, 64}, start);
  CHECK(same_bytes(model->carry(x, {}, a, model->route()), model->carry(x, {}, b, model->route())));
  const auto drawing = image_model<Ddpm>("ddpm", {"solver=ancestral"});
  CHECK_FALSE(
      same_bytes(drawing->carry(x, {}, a, drawing->route()), drawing->carry(x, {}, b, drawing->route())));
}

TEST_CASE("one energy learns what noise is, and says so at every level") {
  for (const char* net : {"net=energy", "net=mdsm"}) {
    const auto model = image_model<Ncsn>("ncsn", {net, "sigma_begin=3", "sigma_end=0.1"});
    Rng rng(7, "diffusion_test");
    double first = 0, last = 0;
    for (int64_t step = 0; step < 40; ++step) {
      const double error = step_on(*model, bernoulli(full({16, 64}, 0.5), rng), 0.005, step)["noise_error"];
      (step < 5 ? first : last) += error / (step < 5 ? 5 : 35);
    }
    CHECK(last < 0.9 * first);
    const NoGrad quiet;
    const Tensor x = randn({2, 64}, rng);
    const Prediction at = model->predict(x, 0.5);
    const double sigma = model->path()(0.5).noise;
    CHECK(max_error(at.denoised + at.noise * sigma, x.to_vector()) < 1e-4);
  }
}

TEST_CASE("optimal pairing leaves less for the velocity to average over") {
  const DataShape shape = toy_shape("ring8");
  const auto error_after = [&](const char* pairing) {
    const auto model = small_model<FlowMatching>("flow-matching", {"hidden=64,64", pairing}, shape);
    Rng rng(8, "diffusion_test");
    double late = 0;
    for (int64_t step = 0; step < 300; ++step) {
      const double error = step_on(*model, shape.toy->sample(200, rng), 0.003, step, 300)["velocity_error"];
      if (step >= 200) late += error / 100;
    }
    return late;
  };
  CHECK(error_after("pairing=optimal") < 0.5 * error_after("pairing=independent"));
}

TEST_CASE("samples that are only watched are drawn by few steps where the model takes hundreds") {
  const auto drawn = [](Model& model, const std::vector<std::string>& options) {
    Rng rng(1, "samples");
    return model.sample({.n = 3, .rng = rng, .options = options}).to_vector();
  };
  const auto levels = image_model<Ncsn>("ncsn");
  CHECK(drawn(*levels, levels->quick_sampling()) == drawn(*levels, {"solver=ddim", "sample_steps=20"}));
  CHECK(drawn(*levels, levels->quick_sampling()) != drawn(*levels, {}));
  CHECK(image_model<Ncsn>("ncsn", {"solver=euler"})->quick_sampling().empty());
  CHECK(image_model<Ddpm>("ddpm")->quick_sampling().empty());
}

TEST_CASE("what does not go together is refused") {
  check_refused_options("flow-matching", {{{"pairing=optimal"}, kImages, "for points"}});
  check_refused_options("ncsn", {{{"net=mdsm"}, toy_shape("ring8"), "net=energy"},
                                 {{"sigma_begin=0.1", "sigma_end=0.2"}, kImages, "the first the largest"},
                                 {{"sigma_end=0"}, kImages, "sigma_end"},
                                 {{"sample_steps=1"}, kImages, "one noise level"}});
  check_refused_options("ddpm", {{{"sample_steps=0"}, kImages, "sample_steps"},
                                 {{"guidance=2", "classes=none"}, kImages, "Hint: set classes=labels"},
                                 {{"guidance=2"}, toy_shape("ring8"), "the model has none"},
                                 {{"classes=none"}, kImages, ""}});
}

TEST_CASE("classes are labels, clusters, clusters within labels, or none") {
  const DataShape labelled{.example = {8, 8}, .classes = 3}, bare{.example = {8, 8}};
  for (const char* text :
       {"cluster:9", "clusters", "clusters:", "clusters:0", "clusters:9x", "labels:-1", "none:3", ""})
    check_refused_options("ddpm", {{{std::string("classes=") + text}, labelled, "Hint: "}});
  check_refused_options("ddpm", {{{"classes=labels:10"}, labelled, "Hint: use 9"},
                                 {{"classes=labels"}, bare, "classes=clusters:100"},
                                 {{"classes=clusters:4"}, toy_shape("ring8"), "for images"}});
  CHECK(option_text("ddpm", {}, labelled, "classes") == "labels:30");
  CHECK(option_text("ddpm", {}, bare, "classes") == "clusters:100");
  CHECK(option_text("ddpm", {}, toy_shape("ring8"), "classes") == "none");
  CHECK(option_text("ncsn", {"net=energy"}, bare, "classes") == "clusters:100");
  CHECK(option_text("ncsn", {"net=mdsm"}, bare, "sigma_begin") == "4");
  CHECK(option_text("ncsn", {"net=mdsm"}, bare, "sigma_end") == "0.1");
  CHECK(option_text("ncsn", {"net=energy"}, bare, "sigma_begin") != "4");
  CHECK(option_text("ddpm", {"classes=clusters:20"}, labelled, "guidance") == "1.5");
  CHECK(option_text("ddpm", {"classes=labels:30"}, labelled, "guidance") == "1.25");
  const auto labels_of = [&](const std::string& classes) {
    return small_model<Ddpm>("ddpm", {"channels=8", "classes=" + classes}, labelled)->labels().size();
  };
  CHECK(labels_of("labels") == 3);
  CHECK(labels_of("labels:30") == 3);
  CHECK(labels_of("clusters:20") == 0);
  CHECK(labels_of("none") == 0);
}

TEST_CASE("a network is told the clusters of what it trains on, and those that samples are drawn of") {
  const DataShape labelled{.example = {8, 8}, .classes = 3};
  const auto model =
      small_model<Ddpm>("ddpm", {"channels=8", "classes=labels:6", "ema=0", "pixels=grey"}, labelled);
  CHECK(model->network().classes() == 6);
  Rng rng(2, "diffusion_test");
  std::vector<uint8_t> labels;
  for (int i = 0; i < 60; ++i) labels.push_back(static_cast<uint8_t>(i % 3));
  // Of each label a bright and a dark kind.
  const Tensor bright = tile_rows(tensor({0, 0, 0, 1, 1, 1}, {6, 1, 1}), 10);
  const Examples examples{cast(rand({60, 8, 8}, rng) * 50.0 + bright * 200.0, DType::u8),
                          tensor(labels, {60}), arange(60, DType::i64)};
  model->prepare(examples);
  const Tensor asked = tensor(std::vector<int64_t>{2, 0, 1, 2}, {4});
  for (int i = 0; i < 20; ++i) {
    const Tensor told = model->classes().draw(4, asked, rng);
    for (int64_t j = 0; j < 4; ++j) CHECK(told.data<int64_t>()[j] / 2 == asked.data<int64_t>()[j]);
  }
  State state;
  model->register_state(state);
  CHECK(state.find("ddpm.clusters.centres") != nullptr);
  // The network says something, and something else of each cluster: an image's error is that of its own.
  stir(const_cast<TimeNetwork&>(model->network()), 3);
  const DataView view{examples, examples, 1};
  const double told = model->validate(view)[kNoiseError].value;
  Clusters clusters(6, 3, 64);
  clusters.fit(examples, 0);
  const Batch batch = read_examples(examples, 0, 60, Pixels::grey, Rng(0));
  const Tensor own = clusters.of(batch.x, batch.labels);
  const auto error_by = [&](const Tensor& classes) {
    const NoGrad quiet;
    Rng draws(1, "ddpm/evaluation");
    const Tensor data = batch.x * 2.0 - 1.0, t = stratified_times(60, draws), noise = randn({60, 64}, draws);
    const PathPoints at = points_on(cosine_path(), noise, data, t);
    const MixingColumns mixing = mixing_columns(cosine_path(), t);
    const Tensor said = mixing.noise * at.x + mixing.data * model->network().predict(at.x, t, classes);
    return mean(square(said - noise)).item();
  };
  CHECK(told == approx(error_by(own)).epsilon(1e-4));
  CHECK(std::abs(told - error_by(flip(own, 0))) > 1e-4);

  // Two images of a pair lie in clusters of their own, so that neither they nor their label say which way.
  const auto between = [&](int64_t label) {
    Rng draws(4, "diffusion_test");
    const Batch ends{batch.x.rows(0, 2).clone(), full({2}, static_cast<double>(label), DType::i64), {}};
    return model->abilities().interpolate({ends, draws}).to_vector();
  };
  CHECK(between(0) == between(2));
}

TEST_CASE("the first noise is as wide as data lie apart") {
  DataShape wide = kImages;
  wide.image_diameter = 7;
  CHECK(option_text("ncsn", {}, wide, "sigma_begin") == "14");  // pixels as [-1,1]
  const DataShape ring = toy_shape("ring8");
  CHECK(option_text("ncsn", {}, ring, "sigma_begin") == fmt::format("{:.2g}", ring.diameter()));
}

}  // namespace
}  // namespace gradzoo
