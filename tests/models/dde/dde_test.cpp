#include "models/dde/dde.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/base/mode_quantities.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

TEST_CASE("of the true noisy density the offset is one constant, and the KL 0") {
  const double sigma = 0.3;
  const auto noisy = make_toy("gaussian");
  // A Gaussian toy with noise is a Gaussian: f = log p^ + 5.
  Rng rng(1, "dde_test");
  const Tensor many = noisy->sample(1'000'000, rng, DType::f64);
  const Tensor centre = mean(many, 0), away = many - centre;
  const Tensor covariance = matmul(away, away, true) / 1e6 + eye(2, DType::f64) * (sigma * sigma);
  const auto wider = make_gaussian(centre, covariance);
  const auto log_density = [&](double scale) {
    return dde_fit(*noisy, sigma, [&](const Tensor& x) { return wider->log_prob(x) * scale + 5.0; });
  };
  const DdeFit right = log_density(1);
  CHECK(right.offset.sd < 0.01);
  CHECK(right.offset.largest < 0.05);
  CHECK(std::abs(right.kl) < 1e-3);
  // A log-density a tenth too steep: the offset is a tenth of log p^'s own spread, whose sd is 1 in the
  // plane.
  const DdeFit steep = log_density(1.1);
  CHECK(steep.offset.sd == doctest::Approx(0.1).epsilon(0.05));
  // KL(N(0,1) || N(0,1/1.1)) in two dimensions: 1.1 - 1 - log 1.1.
  CHECK(steep.kl == doctest::Approx(0.1 - std::log(1.1)).epsilon(0.05));
}

TEST_CASE("a step's loss is |grad f + e|^2 / sigma^2 a number, over +e and -e, f = sigma^2 log p^") {
  const DataShape ring = test::toy_shape("ring8");
  const auto model = test::small_model<Dde>("dde", {"hidden=8", "sigma=0.2", "ema=0"}, ring);
  Rng points(1, "dde_test"), draws(0, "dde/noise");
  const Tensor x = ring.toy->sample(20, points), e = randn({20, 2}, draws) * 0.2;
  double wanted = 0;
  for (const double sign : {1.0, -1.0}) {
    const Tensor at = (x + e * sign).clone().requires_grad_();
    const Tape tape;
    const Tensor f = model->log_density(at) * 0.04;
    wanted += mean(square(grad(sum(f), at) + e * sign)).item() / 0.04 / 2;
  }
  std::vector<double> row(model->metrics().size());
  model->train_step({0, 10, 0, {x, {}, {}}}, MetricRow(row));
  CHECK(row[0] == doctest::Approx(wanted).epsilon(1e-4));
}

TEST_CASE("the generator goes down the gap of the densities of its own and of the true data") {
  const DataShape ring = test::toy_shape("ring8");
  const auto train = [&](const char* fake_density) {
    auto model = test::small_model<Dde>(
        "dde",
        {"hidden=64,64", "generator_hidden=32,32", "generator=true", "ema=0", "sigma=0.2", fake_density},
        ring);
    Rng points(2, "dde_test");
    for (int64_t step = 0; step < 700; ++step)
      test::step_on(*model, ring.toy->sample(200, points), 0.003, step, 700);
    return model;
  };
  const auto spread = [](Dde& model) {
    Rng rng(3, "samples");
    return sum(var_axis(model.sample({.n = 2000, .rng = rng}), 0)).item();
  };
  Rng points(4, "dde_test");
  const double truth = sum(var_axis(ring.toy->sample(2000, points), 0)).item();
  const double both = spread(*train("fake_density=true")), alone = spread(*train("fake_density=false"));
  CHECK(both > 0.5 * truth);
  CHECK(alone < 0.5 * both);
}

TEST_CASE("without a generator samples are chains on f_p, and modes are counted of a generator's alone") {
  const DataShape ring = test::toy_shape("ring8");
  const auto plain = test::small_model<Dde>("dde", {"hidden=8", "chain_steps=3"}, ring);
  const auto drawing =
      test::small_model<Dde>("dde", {"hidden=8", "generator=true", "generator_hidden=8"}, ring);
  Rng points(5, "dde_test"), rng(6, "dde_test");
  const Examples held_out{ring.toy->sample(50, points), Tensor(), arange(50, DType::i64)};
  CHECK(plain->sample({.n = 5, .rng = rng}).shape() == Shape{5, 2});
  CHECK(plain->validate({held_out, held_out, 1, ring.toy.get()}).find(kModesCovered) == nullptr);
  CHECK(drawing->validate({held_out, held_out, 1, ring.toy.get()}).find(kModesCovered) != nullptr);
}

}  // namespace
}  // namespace gradzoo
