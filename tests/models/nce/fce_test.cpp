#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/nce/nce.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/small_model.h"
#include "support/stir.h"

namespace gradzoo {
using namespace test;
namespace {

std::unique_ptr<Fce> small_fce(std::vector<std::string> more, const char* toy = "mixture") {
  std::vector<std::string> all{"hidden=8", "flow_hidden=8", "flow_couplings=2", "seed=4", "ema=0"};
  all.insert(all.end(), more.begin(), more.end());
  return small_model<Fce>("fce", all, toy_shape(toy));
}

TEST_CASE("data without a density are refused with the reason") {
  CHECK(error_message([] {
          small_fce({}, "bars-and-stripes");
        }).starts_with("fce: points of 0 and 1 have probabilities but no density"));
}

TEST_CASE("the loss tells data from the flow's samples by both densities; the flow goes the other way") {
  const auto model = small_fce({"warm_up=0"});
  Rng points(1, "fce_test"), draws(4, "nce/noise");
  const Tensor x = toy_shape("mixture").toy->sample(30, points);
  for (int64_t step = 0; step < 3; ++step) {
    const Tensor y = model->flow().sample(30, draws);
    // D = p / (p + q)
    const auto d = [&](const Tensor& at) {
      const Tensor p = exp(model->network().log_density(at) - model->network().constant());
      return p / (p + exp(model->flow().log_prob(at)));
    };
    const Tensor right = d(x), wrong = d(y);
    const double loss = -(mean(log(right)).item() + mean(log(1.0 - wrong)).item());
    std::map<std::string, double> metrics = step_on(*model, x, 0.01, step);
    CHECK(metrics["nce_loss_nats"] == approx(loss).epsilon(1e-4));
    CHECK(metrics["d_data"] == approx(mean(right).item()).epsilon(1e-4));
    CHECK(metrics["d_noise"] == approx(mean(wrong).item()).epsilon(1e-4));
  }
}

TEST_CASE("the flow warms up by likelihood, then goes against the energy, which always learns") {
  const auto toy = toy_shape("mixture").toy;
  Rng points(2, "fce_test");
  const Tensor x = toy->sample(64, points);
  const auto after_a_step = [&](const char* warm_up, double rate) {
    const auto model = small_fce({warm_up});
    step_on(*model, x, rate);
    return std::pair{parameter_values(model->flow()), parameter_values(model->network())};
  };
  const auto still = after_a_step("warm_up=0", 0), by_likelihood = after_a_step("warm_up=1", 0.01),
             against = after_a_step("warm_up=0", 0.01);
  CHECK(by_likelihood.first != still.first);
  CHECK(against.first != still.first);
  CHECK(against.first != by_likelihood.first);
  CHECK(against.second == by_likelihood.second);  // told from the same samples
  CHECK(against.second != still.second);
}

TEST_CASE("against a flow that is far off both models come near a Gaussian") {
  const DataShape shape = toy_shape("gaussian");
  const auto model = small_model<Fce>(
      "fce", {"hidden=32,32", "flow_hidden=16", "flow_couplings=4", "warm_up=0", "ema=0", "seed=3"}, shape);
  const Examples none;
  const auto kls = [&] {
    const Quantities found = model->validate({none, none, 1});
    return std::pair{found[kKl].value, found[kFlowKl].value};
  };
  const auto before = kls();
  Rng rng(5, "fce_test");
  for (int64_t step = 0; step < 400; ++step)
    step_on(*model, shape.toy->sample(256, rng), 0.005 * (1 - static_cast<double>(step) / 400), step, 400);
  const auto after = kls();
  CHECK(before.first > 0.1);
  CHECK(before.second > 0.1);
  CHECK(after.first < 0.03);
  CHECK(after.second < 0.03);
}

TEST_CASE("the flow learns at its own rate, and is clipped as asked for") {
  const Tensor x = [] {
    Rng points(7, "fce_test");
    return toy_shape("mixture").toy->sample(64, points);
  }();
  const auto moved_by = [&](std::vector<std::string> options) {
    const auto model = small_fce(std::move(options));
    const std::vector<double> before = parameter_values(model->flow());
    step_on(*model, x, 0.01);
    return largest_difference(parameter_values(model->flow()), before);
  };
  // Adam's first step is as long as the rate.
  CHECK(moved_by({"flow_rate=0.5"}) == approx(0.005).epsilon(0.01));
  CHECK(moved_by({"flow_rate=2"}) == approx(0.02).epsilon(0.01));
  // But where the gradient is no longer than its 1e-8.
  CHECK(moved_by({"flow_rate=0.5", "clip=1e-9"}) < 0.001);
}

TEST_CASE("the flow begins at the data: mean 0 and variance 1 of what it makes of them") {
  const auto model = small_fce({}, "two-moons");
  const auto toy = toy_shape("two-moons").toy;
  Rng points(9, "fce_test");
  const Tensor x = toy->sample(4000, points);
  const auto error = [&] {
    const Tensor z = model->flow().map(x).to;
    return std::max(max(abs(mean(z, 0))).item(), max(abs(stddev_axis(z, 0) - 1.0)).item());
  };
  CHECK(error() > 0.3);
  const Examples none;
  model->prepare(none);
  CHECK(error() < 5 / std::sqrt(512.0));  // standard errors of 512 points
}

TEST_CASE("samples are the energy's unless the flow's are asked for") {
  const auto model = small_fce({});
  Rng one(6, "fce_test"), two(6, "fce_test");
  const Tensor drawn = model->sample({.n = 20, .rng = one, .options = {"draw=flow"}});
  CHECK(drawn.to_vector() == model->flow().sample(20, two).to_vector());
  CHECK(model->sample({.n = 20, .rng = one}).shape() == Shape{20, 2});
}

TEST_CASE("a flow needs two numbers, as fce's and as nce's noise") {
  check_refused("one coordinate is too few", [] { small_fce({}, "gamma"); });
  check_refused("one coordinate is too few",
                [] { small_model<Nce>("nce", {"noise=flow"}, toy_shape("gamma")); });
}

}  // namespace
}  // namespace gradzoo
