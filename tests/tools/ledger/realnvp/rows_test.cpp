#include "tools/ledger/realnvp/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

const DataShape kPoints{.example = {3}};

Tensor points() {
  Rng rng(1, "rows_test");
  return randn({4, 3}, rng, DType::f64);
}

TEST_CASE("flow.inverse holds, and sees an inverse that forgets a shift or rounds") {
  const auto flow = stirred_flow(kPoints, 1);
  const auto map = [&](const Tensor& x) { return flow->map(x); };
  CHECK(flow_inverse_error(
            map, [&](const Tensor& z) { return flow->inverse(z); }, points()) < 1e-11);
  CHECK(flow_inverse_error(
            map, [&](const Tensor& z) { return flow->inverse(z + 1e-6); }, points()) > 1e-8);
  const auto rounded = [&](const Tensor& z) { return flow->inverse(cast(cast(z, DType::f32), DType::f64)); };
  CHECK(flow_inverse_error(map, rounded, points()) > 1e-10);
}

TEST_CASE("flow.logdet holds, and sees a layer that is left out and a sign") {
  const auto flow = stirred_flow(kPoints, 1);
  CHECK(flow_logdet_error([&](const Tensor& x) { return flow->map(x); }, points()) < 1e-9);
  const auto forgotten = [&](const Tensor& x) {
    return Mapped{flow->map(x * 1.1).to, flow->map(x * 1.1).log_det};
  };
  CHECK(flow_logdet_error(forgotten, points()) > 0.2);  // 3 log 1.1
  const auto reversed = [&](const Tensor& x) { return Mapped{flow->map(x).to, -flow->map(x).log_det}; };
  CHECK(flow_logdet_error(reversed, points()) > 0.2);
}

TEST_CASE("flow.normalised sees a density that leaves the determinant or the noise's constant out") {
  const auto normal = [](const Tensor& x) { return sum(square(x), 1) * -0.5 - std::log(2 * M_PI); };
  CHECK(flow_mass_error(normal) < 1e-12);
  CHECK(flow_mass_error([&](const Tensor& x) { return normal(x) + 1e-4; }) > 1e-6);
  CHECK(flow_mass_error([&](const Tensor& x) { return normal(x * 1.01); }) > 1e-6);
}

}  // namespace
}  // namespace gradzoo
