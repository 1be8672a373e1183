#include "gradzoo/models/nce/nce.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"
#include "models/nce/cnce.h"
#include "models/nce/correction.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/stir.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

template <class M>
std::unique_ptr<M> small(const std::string& name, const DataShape& shape) {
  return small_model<M>(name, {"hidden=32,32", "batch=256", "ema=0.99", "seed=3"}, shape);
}

void train(Model& model, const Toy& toy, int64_t steps) {
  Rng rng(5, "test");
  for (int64_t step = 0; step < steps; ++step) {
    const double rate = 0.005 * (1 - static_cast<double>(step) / static_cast<double>(steps));
    step_on(model, toy.sample(256, rng), rate, step, steps);
  }
}

// What a held-out set looks like; quadrature reads none of it.
Quantities validated(Model& model) {
  const Examples none;
  return model.validate({none, none, 1});
}

}  // namespace

TEST_CASE("the classifier's odds are those of the densities, and its losses their logarithms") {
  const Tensor log_model = tensor({-1, 0.5, 3}, {3}, DType::f64),
               log_noise = tensor({0.2, -2, 1}, {3}, DType::f64);
  const double nu = 3;
  const Tensor logit = nce_logit(log_model, log_noise, nu);
  for (size_t i = 0; i < 3; ++i) {
    const double p = std::exp(log_model.to_vector()[i]), q = nu * std::exp(log_noise.to_vector()[i]);
    CHECK(std::abs(nce_data_loss(logit).to_vector()[i] + std::log(p / (p + q))) < 1e-12);
    CHECK(std::abs(nce_noise_loss(logit).to_vector()[i] + std::log(q / (p + q))) < 1e-12);
  }
  const Tensor far = nce_logit(full({1}, 2000, DType::f64), zeros({1}, DType::f64));
  CHECK(nce_data_loss(far).item() == 0);
  CHECK(nce_noise_loss(far).item() == 2000);
  check_refused("0 noise points", [&] { nce_logit(far, far, 0); });
}

TEST_CASE("noise is as wide as the data, times the width, whichever kind it is") {
  Rng rng(1, "test");
  const Tensor axes = tensor({2, 0, 0.6, 0.8}, {2, 2}, DType::f64);
  const Tensor points = linear(randn({20'000, 2}, rng, DType::f64), axes) + tensor({5, -1}, {2}, DType::f64);
  const auto covariance_of = [](const Tensor& x) {
    const Tensor away = x - mean(x, 0);
    return (matmul(away, away, true) / static_cast<double>(x.dim(0))).to_vector();
  };
  const std::vector<double> wanted = covariance_of(points);
  const Tensor fitted = contrasting_noise(NoiseKind::fitted, points, 1.5)->sample(200'000, rng, DType::f64);
  for (size_t i = 0; i < 4; ++i) CHECK(std::abs(covariance_of(fitted)[i] - 2.25 * wanted[i]) < 0.1);
  CHECK(std::abs(mean(fitted, 0).to_vector()[0] - 5) < 0.05);
  const Tensor round = contrasting_noise(NoiseKind::gaussian, points, 2)->sample(200'000, rng, DType::f64);
  CHECK(std::abs(covariance_of(round)[0] - 4 * wanted[0]) < 0.3);
  CHECK(std::abs(covariance_of(round)[3] - 4 * wanted[0]) < 0.3);
  CHECK(std::abs(covariance_of(round)[1]) < 0.3);
  const auto kernels = contrasting_noise(NoiseKind::mixture, points, 1);
  REQUIRE(kernels->modes() != nullptr);
  CHECK(kernels->modes()->centers.dim(0) == 100);
  // Of few points: the covariance divides by n - 1.
  const Tensor three = tensor({0, 0, 2, 0, 1, 3}, {3, 2}, DType::f64),
               at = tensor({0.5, 0.25}, {1, 2}, DType::f64);
  const auto exact = make_gaussian(tensor({1, 1}, {2}, DType::f64), tensor({1, 0, 0, 3}, {2, 2}, DType::f64));
  CHECK(contrasting_noise(NoiseKind::fitted, three, 1)->log_prob(at).item() ==
        approx(exact->log_prob(at).item()).epsilon(1e-12));
  CHECK(kernels->modes()->sigma == approx(std::sqrt(wanted[0]) * std::pow(100, -1.0 / 6)).epsilon(0.01));
}

TEST_CASE("on a Gaussian nce learns the density, and c its log Z") {
  const DataShape shape = toy_shape("gaussian");
  const auto model = small<Nce>("nce", shape);
  CHECK(validated(*model)[kKl].value > 0.1);
  train(*model, *shape.toy, 600);
  const Quantities found = validated(*model);
  CHECK(found[kKl].value < 0.02);
  CHECK(std::abs(found[kNceConstantError].value) < 0.05);
}

TEST_CASE("cnce learns the density without any constant") {
  const DataShape shape = toy_shape("gaussian");
  const auto model = small<Cnce>("cnce", shape);
  State state;
  model->register_state(state);
  CHECK(state.find("log_z") == nullptr);
  train(*model, *shape.toy, 600);
  const Quantities found = validated(*model);
  CHECK(found[kKl].value < 0.02);
  CHECK(found.find(kNceConstantError) == nullptr);
}

TEST_CASE("samples are noise drawn again by the learned density") {
  const DataShape shape = toy_shape("two-moons");
  const auto model = small<Nce>("nce", shape);
  train(*model, *shape.toy, 100);
  const Grid grid(Box{{-8, -8}, {8, 8}}, 200);
  const auto learned = [&](const Tensor& x) { return model->abilities().target.log_prob(x); };
  const Tensor f = on_grid(grid, learned, DType::f32);
  const Tensor points = grid.points(0, grid.count());
  const Tensor weight = exp(f - log_partition(grid, f)) * grid.volume;
  Rng rng(4, "test");
  const Tensor x = cast(model->sample({20'000, rng}), DType::f64);
  for (int axis = 0; axis < 2; ++axis) {
    const Tensor on_axis = slice(points, 1, axis, axis + 1), drawn = slice(x, 1, axis, axis + 1);
    const double first = sum(reshape(on_axis, {grid.count()}) * weight).item();
    const double second = sum(reshape(square(on_axis), {grid.count()}) * weight).item();
    // Six standard errors, twice as wide as those of 20,000 independent draws for the finite pool.
    const double spread = 12 / std::sqrt(20'000.0);
    CHECK(std::abs(mean(drawn).item() - first) < spread * std::sqrt(second - first * first));
    CHECK(std::abs(mean(square(drawn)).item() - second) < spread * 2 * second);
  }
}

TEST_CASE("what noise-contrastive estimation cannot learn is refused with the reason") {
  check_refused("probabilities but no density", [] { small<Nce>("nce", toy_shape("bars-and-stripes")); });
  check_refused("score and dae learn images", [] { small<Cnce>("cnce", {.example = {28, 28}}); });
  const auto model = small<Nce>("nce", toy_shape("gaussian"));
  check_refused("(4,3)", [&] { step_on(*model, zeros({4, 3}), 0.1); });
}

TEST_CASE("a step tells data from nu noise points each, of the kind and width that are asked for") {
  const DataShape shape = toy_shape("mixture");
  struct Setting {
    const char *kind, *width;
    NoiseKind noise;
    double factor;
  };
  for (const Setting& s : {Setting{"noise=gaussian", "noise_width=1.5", NoiseKind::gaussian, 1.5},
                           {"noise=mixture", "noise_width=2", NoiseKind::mixture, 2},
                           {"noise=fitted", "noise_width=1", NoiseKind::fitted, 1}}) {
    CAPTURE(s.kind);
    const auto model =
        small_model<Nce>("nce", {"hidden=8", "nu=3", "seed=4", "ema=0", s.kind, s.width}, shape);
    Rng fit(4, "nce/fit"), draws(4, "nce/noise"), points(1, "test");
    const auto noise = contrasting_noise(s.noise, shape.toy->sample(20'000, fit, DType::f64), s.factor);
    for (int64_t step = 0; step < 3; ++step) {
      const Tensor x = shape.toy->sample(20, points), y = noise->sample(60, draws);
      double loss = 0, of_data = 0, of_noise = 0;
      const double norm = gradient_norm(model->network(), [&] {
        // D = p / (p + 3 q)
        const auto d = [&](const Tensor& at) {
          const Tensor p = exp(model->network().log_density(at) - model->network().constant());
          return p / (p + exp(noise->log_prob(at)) * 3.0);
        };
        const Tensor right = d(x), wrong = d(y), total = neg(mean(log(right))) - mean(log(1.0 - wrong)) * 3.0;
        loss = total.item();
        of_data = mean(right).item();
        of_noise = mean(wrong).item();
        return total;
      });
      const double c = model->network().constant().item();
      std::map<std::string, double> metrics = step_on(*model, x, 0.05, step);
      CHECK(metrics["nce_loss_nats"] == approx(loss).epsilon(1e-4));
      CHECK(metrics["d_data"] == approx(of_data).epsilon(1e-4));
      CHECK(metrics["d_noise"] == approx(of_noise).epsilon(1e-4));
      CHECK(metrics["c_nats"] == c);
      CHECK((c == 0) == (step == 0));
      CHECK(metrics["grad_norm"] == approx(norm).epsilon(1e-3));
    }
  }
}

TEST_CASE("an evaluation gives c's error as c - log Z, and the mean of f - c") {
  const DataShape shape = toy_shape("gamma");
  const auto model = small_model<Nce>("nce", {"hidden=8", "ema=0"}, shape);
  Rng rng(2, "test");
  for (int64_t step = 0; step < 3; ++step) step_on(*model, shape.toy->sample(50, rng), 0.1, step);
  const Examples held_out{shape.toy->sample(30, rng), {}, arange(30, DType::i64)};
  const Quantities found = model->evaluate({held_out, held_out, 1});
  const double c = model->network().constant().item();
  CHECK(c != 0);
  CHECK(found[kNceConstantError].value == approx(c - found[kLogZ].value).epsilon(1e-6));
  CHECK(found[kNceLogProb].value ==
        approx(mean(model->network().log_density(held_out.values)).item() - c).epsilon(1e-5));
}

TEST_CASE("a single sample is drawn from the model, not from its noise") {
  // f = -x^2 / (2 0.5^2), and noise nearly three times as wide.
  const auto model = small_model<Nce>("nce", {"hidden=4", "confinement=0.5", "ema=0"}, toy_shape("gaussian"));
  fill_parameters(model->network(), 0.0F);
  Rng rng(3, "test");
  double squares = 0;
  for (int i = 0; i < 400; ++i) squares += sum(square(model->sample({1, rng}))).item() / 800;
  CHECK(std::abs(squares - 0.25) <
        5 * 0.25 * std::sqrt(2.0 / 800) + 0.05);  // five standard errors; the pool is finite
}

TEST_CASE("noise=flow fits the flow before the first step, and holds it from there on") {
  const DataShape shape = toy_shape("two-moons");
  const auto model = small_model<Nce>(
      "nce", {"noise=flow", "hidden=8", "flow_couplings=4", "flow_hidden=16", "flow_steps=150", "ema=0"},
      shape);
  const auto noise_log_prob = [&] {
    State state;
    model->register_state(state);
    std::vector<std::vector<double>> all;
    for (const State::Entry& entry : state.entries())
      if (entry.name.starts_with("nce.flow.")) all.push_back(std::get<Tensor>(entry.target).to_vector());
    return all;
  };
  const auto fresh = noise_log_prob();
  CHECK(fresh.size() > 8);
  const Examples none;
  model->prepare(none);
  const auto fitted = noise_log_prob();
  CHECK(fitted != fresh);
  Rng rng(1, "test");
  // A Gaussian as wide as two-moons is told from it with a loss of 0.95 nats at best; a good flow hardly.
  std::map<std::string, double> metrics;
  for (int64_t step = 0; step < 30; ++step)
    metrics = step_on(*model, shape.toy->sample(256, rng), 0.01, step);
  CHECK(noise_log_prob() == fitted);
  CHECK(metrics["d_data"] == approx(1.0 / 3).epsilon(0.3));
  CHECK(metrics["d_noise"] == approx(1.0 / 3).epsilon(0.3));
}

TEST_CASE("rejection keeps noise in proportion to its weight") {
  // Noise N(0, I), f = -|x|^2: kept with probability e^(-|x|^2 / 2) over that of the likeliest point.
  const Noise noise = noise_of(make_gaussian(zeros({2}, DType::f64), eye(2, DType::f64)));
  Rng rng(2, "test");
  const Tensor points = noise.sample(20'000, rng);
  const auto log_weight = [&](const Tensor& x) { return -sum(square(x), 1) - noise.log_prob(x); };
  const Tensor kept = kept_by_rejection({noise, nullptr, log_weight}, points, rng);
  // E e^(-r^2/2) = 1/2 in the plane; what is kept is N(0, I / 2).
  CHECK(std::abs(static_cast<double>(kept.dim(0)) / 20'000 - 0.5) < 5 * std::sqrt(0.25 / 20'000) + 0.001);
  CHECK(std::abs(mean(square(kept)).item() - 0.5) < 5 * 0.5 * std::sqrt(2.0 / 20'000));
}
