#include "tools/ledger/quality/rows.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "autograd/ops.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE("quality.one_percent sees a model with a tenth of the data, and one that lacks a constant") {
  const auto mixture = [](double share, double lost) {
    return [share, lost](const Tensor& log_p, const Tensor& log_noise) {
      return logsumexp(stack({log_p + std::log(share), log_noise + std::log(1 - share)}), 0) - lost;
    };
  };
  const double bound = std::log(100.0);
  for (const int64_t d : {1, 30, 1000}) CHECK(mixture_loss(mixture(0.01, 0), d, 1) <= bound + 1e-9);
  CHECK(mixture_loss(mixture(0.01, 0), 1000, 1) > bound - 1e-6);
  CHECK(mixture_loss(mixture(0.01, 0), 1, 1) < bound - 0.5);
  CHECK(mixture_loss(mixture(0.001, 0), 1000, 1) > bound + 1);
  CHECK(mixture_loss(mixture(0.01, 0.1), 1000, 1) > bound + 0.05);
}

TEST_CASE("quality.memoriser sees a model that does not memorise, and one whose samples are off") {
  const Memory right = measure_memory({kernel_log_density, kernel_samples}, 1);
  CHECK(std::ranges::is_sorted(right.log_px, std::greater<>()));
  CHECK(right.log_px.back() < -1e3);
  CHECK(right.p_value > 1e-3);
  const Memory wide = measure_memory(
      {[](const Tensor& train, double, const Tensor& x) { return kernel_log_density(train, 0.1, x); },
       [](const Tensor& train, double width, int64_t n, Rng& rng) {
         return kernel_samples(train, width, n, rng) * 1.2;
       }},
      1);
  CHECK(wide.log_px.back() > -10);
  CHECK(wide.p_value <= 1e-3);
}

}  // namespace
}  // namespace gradzoo
