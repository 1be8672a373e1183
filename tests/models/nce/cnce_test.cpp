#include "models/nce/cnce.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/small_model.h"

namespace gradzoo {
using namespace test;

TEST_CASE("a step compares x with pairs x +- eps xi: the mean of -log sigmoid(f(x) - f(y))") {
  const auto model = small_model<Cnce>("cnce", {"hidden=8", "eps=0.7", "nu=3", "seed=4"}, toy_shape("ring8"));
  Rng points(1, "cnce_test"), noise(4, "nce/noise");
  const Tensor x = randn({20, 2}, points);
  Tensors neighbours;
  for (int pair = 0; pair < 3; ++pair) {
    const Tensor xi = randn({20, 2}, noise);
    neighbours.push_back(x + xi * 0.7);
    neighbours.push_back(x - xi * 0.7);
  }
  double loss = 0, right = 0;
  const double norm = gradient_norm(model->network(), [&] {
    const Tensor f = model->network().log_density(x);
    Tensor total = zeros({});
    for (const Tensor& y : neighbours) {
      const Tensor ahead = f - model->network().log_density(y);
      total = total + mean(log(1.0 + exp(neg(ahead)))) / 6.0;
      for (const double a : ahead.to_vector()) right += a > 0 ? 1.0 / 120 : 0;
    }
    loss = total.item();
    return total;
  });
  std::map<std::string, double> metrics = step_on(*model, x, 0);
  CHECK(metrics["cnce_loss_nats"] == approx(loss).epsilon(1e-5));
  CHECK(metrics["right_order"] == approx(right).epsilon(1e-6));
  CHECK(metrics["grad_norm"] == approx(norm).epsilon(1e-4));
}

}  // namespace gradzoo
