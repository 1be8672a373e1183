#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/networks/noise_path.h"
#include "support/tensor_values.h"

namespace gradzoo {

// dx/dt = c x carries N(0, s^2 I) to N(0, (s e^c)^2 I).
TEST_CASE("the density at the end of a growing flow is that of its noise, spread by as much") {
  const Tensor x = test::wave({7, 3});
  for (const double s : {0.5, 1.0, 3.0})
    for (const double c : {0.0, 0.4, -0.7}) {
      const double width = s * std::exp(c);
      const Tensor wanted =
          sum(square(x / width) * -0.5 - 0.5 * std::log(2 * std::numbers::pi) - std::log(width), 1);
      const auto u = [&](const Tensor& at, double) { return at * c; };
      CHECK(test::max_error(flow_log_density(u, x, {.noise = s}), wanted.to_vector()) < 1e-5);
    }
}

}  // namespace gradzoo
