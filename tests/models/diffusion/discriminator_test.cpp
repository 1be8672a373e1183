#include "models/diffusion/discriminator.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/nn/learn/schedule.h"
#include "models/diffusion/diffusion.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/stir.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kSmall{.example = {8, 8}};

// A model whose last half of twenty steps belongs to the discriminator.
template <class M>
std::unique_ptr<M> halved(const char* name, const Strings& more = {}) {
  return small_model<M>(
      name, joined({"channels=8", "classes=none", "ema=0", "sample_steps=3", "discriminator=0.5"}, more),
      kSmall);
}

TEST_CASE("a discriminator begins undecided, its slope is that of its logit, and data are what it raises") {
  Rng rng(1, "discriminator_test");
  const NoisyDiscriminator fresh(kSmall, rng);
  NoisyDiscriminator net(kSmall, rng);
  stir(net, 2);
  const Tensor x = randn({3, 64}, rng), along = randn_like(x, rng), other = randn_like(x, rng);
  const NoGrad quiet;
  CHECK(max(abs(fresh.logit(x))).item() == 0);
  CHECK(fresh.loss(x, other).item() == approx(2 * std::numbers::ln2).epsilon(1e-6));
  const auto logit = [&](double h) { return cast(net.logit(x + along * h), DType::f64); };
  const Tensor slope = (logit(0.01) - logit(-0.01)) / 0.02;
  CHECK(max_error(sum(net.slope(x) * along, 1), slope.to_vector()) < 0.02 * max(abs(slope)).item());
  const double wanted = (mean(softplus(-net.logit(x))) + mean(softplus(net.logit(other)))).item();
  CHECK(net.loss(x, other).item() == approx(wanted).epsilon(1e-5));
  CHECK(error_message([&] { NoisyDiscriminator(toy_shape("ring8"), rng); }) != "");
}

TEST_CASE("the network learns for the first share of the steps, the discriminator for the last") {
  const auto model = halved<Ddpm>("ddpm");
  Rng rng(3, "discriminator_test");
  const auto weights = [&](size_t learner) {
    return model->learners()[learner]->parameters().flat().to_vector();
  };
  for (int64_t step = 0; step < 20; ++step) {
    const auto network = weights(0), told = weights(1);
    const auto row = step_on(*model, rand({8, 64}, rng), 0.01, step, 20);
    CHECK((weights(0) != network) == (step < 10));
    CHECK((weights(1) != told) == (step >= 10));
    CHECK((row.at("discriminator_loss") == 2 * std::numbers::ln2) == (step < 10));
    CHECK(row.at("noise_error") > 0);
  }
}

TEST_CASE("each learns by a decay of its own, and by half the network's rate") {
  const auto first_steps = [](const Strings& more, int64_t step, double rate, size_t learner) {
    const auto model = halved<Ddpm>("ddpm", more);
    Rng rng(4, "discriminator_test");
    const Tensor before = model->learners()[learner]->parameters().flat().clone();
    step_on(*model, rand({8, 64}, rng), rate, step, 200);
    return max(abs(model->learners()[learner]->parameters().flat() - before)).item();
  };
  // Adam's first step is as long as its rate.
  CHECK(first_steps({}, 50, 1e-3, 0) == approx(1e-3 * hold_linear_decay(50, 100)).epsilon(1e-3));
  CHECK(first_steps({}, 75, 1e-3, 0) == approx(1e-3 * hold_linear_decay(75, 100)).epsilon(1e-3));
  CHECK(first_steps({}, 150, 1e-3, 1) == approx(0.5e-3 * cosine_decay(50, 100)).epsilon(1e-3));
  CHECK(option_text("ddpm", {"discriminator=0.5"}, kSmall, "schedule") == "constant");
  CHECK(option_text("ddpm", {}, kSmall, "schedule") == "hold-linear");
}

// Samples of a network that knows nothing, and data that are all of one grey: whoever tells them apart draws
// samples there.
TEST_CASE("a discriminator's slope leads samples to the data, on every path and by its weight") {
  for (const char* name : {"ddpm", "ncsn", "flow-matching"}) {
    const Strings narrow =
        std::string(name) == "ncsn" ? Strings{"sigma_begin=2", "sigma_end=0.1"} : Strings{};
    Strings settings = joined({"channels=8", "classes=none", "ema=0", "discriminator=0.9"}, narrow);
    const auto made = options_for(name, settings, kSmall)->make_model(kSmall);
    auto& model = dynamic_cast<Diffusion&>(*made);
    const Tensor data = full({16, 64}, 0.9);
    for (int64_t step = 10; step < 60; ++step) step_on(model, data, 0.01, step, 100);
    const auto away = [&](const char* weight) {
      Rng rng(5, "discriminator_test");
      const Tensor x =
          model.sample({.n = 16, .rng = rng, .options = {"solver=ddim", "sample_steps=20", weight}});
      return mean(abs(x - 0.9)).item();
    };
    CAPTURE(name);
    CHECK(away("discriminator_weight=1") < 0.9 * away("discriminator_weight=0"));
    CHECK(away("discriminator_weight=2") < away("discriminator_weight=1"));
  }
}

TEST_CASE("a step along a path is the network's noise less b w times the slope of log d/(1 - d) in x_t") {
  const auto model = halved<Ncsn>("ncsn", {"sigma_begin=2", "sigma_end=0.5"});
  Rng rng(6, "discriminator_test");
  for (int64_t step = 8; step < 14; ++step) step_on(*model, rand({8, 64}, rng), 0.01, step, 20);
  const Tensor start = randn({3, 64}, rng) * 2.0;
  const auto carried = [&](double weight) {
    Rng none(7, "discriminator_test");
    return model->carry(start, {}, none, {.solver = ddim_step, .steps = 1, .discriminator = weight}) * 2.0 -
           1.0;
  };
  const NoGrad quiet;
  const auto corrected = [&](const Tensor& x, double t) {
    const Mixing at = model->path()(t);
    const Prediction plain = model->predict(x, t);
    const Tensor slope =
        model->discriminator()->slope(x / std::hypot(at.data, at.noise)) / std::hypot(at.data, at.noise);
    const Tensor noise = plain.noise - slope * (3.0 * at.noise);
    const Tensor denoised = clamp(x - noise * at.noise, -1, 1);
    return Prediction{denoised, (x - denoised) / at.noise};
  };
  const Prediction first = corrected(start, 0);
  const Prediction last = corrected(first.denoised + first.noise * model->path()(1).noise, 1);
  CHECK(max_error(carried(3), last.denoised.to_vector()) < 1e-4);
  CHECK(max_error(carried(0), last.denoised.to_vector()) > 1e-3);
}

TEST_CASE(
    "it learns from samples of the averaged network by the batch's labels, guided, within the pixels' "
    "range") {
  const DataShape labelled{.example = {8, 8}, .classes = 3};
  const auto model = small_model<FlowMatching>(
      "flow-matching",
      {"channels=8", "classes=labels", "label_dropout=0.5", "guidance=3", "ema=0.9", "discriminator=0.5"},
      labelled);
  Rng rng(9, "discriminator_test");
  const Batch batch{rand({8, 64}, rng), tensor({0, 1, 2, 0, 1, 2, 0, 1}, {8}, DType::i64), {}};
  for (int64_t step = 0; step < 30; ++step) step_on(*model, batch, 0.02, step, 40);
  const double loss = step_on(*model, batch, 0, 30, 40).at("discriminator_loss");

  const NoGrad quiet;
  Rng draws(0, "flow/noise"), none(10, "discriminator_test");
  draws.set_draw(20 * 4 + 10 * 11);  // twenty steps of the network, ten of the discriminator
  const std::shared_ptr<const void> averaged = model->learners()[0]->averaged();
  // Of a batch of eight a step draws one sample; ten have been, and the next was put behind them.
  const Tensor fresh = clamp(model->carry(randn({1, 64}, draws), batch.labels.rows(0, 1).clone(), none,
                                          {.solver = ddim_step, .steps = 20, .guidance = 3}),
                             0, 1);
  const State state = model->own_state();
  const Tensor kept = std::get<Tensor>(state.find("flow.drawn")->target);
  CHECK(max_error(fresh, kept.rows(10, 11).to_vector()) < 1e-6);
  CHECK(max(kept.rows(11, kept.dim(0))).item() == 0);
  const Tensor which = cast(floor(rand({15}, draws) * 10.0), DType::i64);
  const Tensor samples = concat(fresh, index_select(kept, 0, which), 0);
  stratified_times(8, draws), randn({8, 64}, draws);  // of the network's error
  const auto on_paths = [&](const Tensor& pixels) {
    const Tensor t = reshape(stratified_times(16, draws), {16, 1});
    const Tensor at = t * (pixels * 2.0 - 1.0) + (1.0 - t) * randn({16, 64}, draws);
    return at / sqrt(square(t) + square(1.0 - t));
  };
  const Tensor data = on_paths(concat(batch.x, batch.x, 0)), drawn = on_paths(samples);
  CHECK(loss == approx(model->discriminator()->loss(data, drawn).item()).epsilon(1e-4));
}

TEST_CASE("the oldest of the samples that are kept gives way to the newest") {
  const auto model = halved<Ddpm>("ddpm", {"batch=1"});
  const Tensor kept = std::get<Tensor>(model->own_state().find("ddpm.drawn")->target);
  Rng rng(11, "discriminator_test");
  const Tensor x = rand({1, 64}, rng);
  for (int64_t step = 200; step < 264; ++step) step_on(*model, x, 0, step, 400);
  const Tensor first = kept.clone();
  step_on(*model, x, 0, 264, 400);
  CHECK(max(sum(abs(kept - first), 1)).item() > 0);
  CHECK(same_bytes(kept.rows(1, 64).clone(), first.rows(1, 64).clone()));
}

TEST_CASE("only what has a discriminator takes its weight, and points have none") {
  check_refused("for images", [] { options_for("ddpm", {"discriminator=0.2"}, toy_shape("ring8")); });
  CHECK(error_message([] { options_for("ddpm", {"discriminator=1"}, kSmall); }) != "");
  const auto drawn = [](const Strings& more) {
    const auto model = small_model<Ddpm>("ddpm", joined({"channels=8", "sample_steps=2"}, more), kSmall);
    Rng rng(8, "discriminator_test");
    return error_message([&] { model->sample({.n = 1, .rng = rng, .options = {"discriminator_weight=1"}}); });
  };
  CHECK(drawn({"discriminator=0.5"}).empty());
  CHECK(contains(drawn({}), "discriminator_weight"));
}

}  // namespace
}  // namespace gradzoo
