#include "tools/verify/ledger/samplers/line_density.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "tools/verify/ledger/statistics.h"

namespace gradzoo {
namespace {

// log of weight N(x; mu, s^2), x (B, 1) -> (B, 1), without the factor 1/sqrt(2 pi) that all share.
Tensor log_component(const Tensor& x, double weight, double mu, double s) {
  return square((x - mu) / s) * -0.5 + std::log(weight / s);
}

}  // namespace

LineDensity standard_normal_density() {
  return {{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5, 1); }}, [](int64_t n, Rng& rng) {
            return randn({n, 1}, rng, DType::f64);
          }};
}

LineDensity lopsided_density() {
  constexpr double kWeight = 0.3;
  const auto log_prob = [](const Tensor& x) {
    return logsumexp(concat(log_component(x, kWeight, -1.5, 0.5), log_component(x, 1 - kWeight, 1, 1), 1), 1);
  };
  const auto sample = [](int64_t n, Rng& rng) {
    const Tensor z = randn({n, 1}, rng, DType::f64), u = rand({n, 1}, rng, DType::f64);
    return where(lt(u, full({n, 1}, kWeight, DType::f64)), z * 0.5 - 1.5, z + 1.0);
  };
  return {{.log_prob = log_prob}, sample};
}

double exchange_z(const LineDensity& density, Kernel kernel, int64_t pairs, uint64_t seed) {
  Rng rng(seed, "ledger/exchange");
  const NoGrad quiet;
  const Tensor x = density.sample(pairs, rng), moved = kernel(x, rng);
  const Tensor low = x * moved * (x - moved);                   // x^2 x' - x x'^2
  const Tensor high = x * moved * (square(x) - square(moved));  // x^3 x' - x x'^3
  return std::max(std::abs(z_score(low, 0)), std::abs(z_score(high, 0)));
}

}  // namespace gradzoo
