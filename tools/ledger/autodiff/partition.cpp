#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "tools/ledger/autodiff/rows.h"

/// log Z by quadrature against closed forms.
namespace gradzoo {
namespace {

constexpr int64_t kAxisPoints = 4001;

/// Equally spaced points and the spacing: the trapezoid rule, spectrally accurate for what vanishes at both
/// ends.
struct LineGrid {
  Tensor x;  // (n) f64
  double step;
  LineGrid(double low, double high, int64_t n = kAxisPoints)
      : x(arange(n, DType::f64) * ((high - low) / static_cast<double>(n - 1)) + low),
        step((high - low) / static_cast<double>(n - 1)) {}
};

using LogSum = FunctionRef<Tensor(const Tensor&)>;

double gaussian_error(LogSum log_sum) {
  const LineGrid grid(-14, 16);
  const double s = 1.3;
  const double found = log_sum(square((grid.x - 0.7) / s) * -0.5).item() + std::log(grid.step);
  return std::abs(found - std::log(s * std::sqrt(2 * std::numbers::pi)));
}

// f(x) = -b x on x > 0, sampled in u = log x with the Jacobian: Z = 1/b.
double exponential_error(LogSum log_sum) {
  const LineGrid grid(-40, 8);
  const double b = 0.6;
  return std::abs(log_sum(neg(exp(grid.x) * b) + grid.x).item() + std::log(grid.step) + std::log(b));
}

// Three unnormalised bumps: Z = sqrt(2 pi) sum_k c_k s_k.
double mixture_error(LogSum log_sum) {
  const LineGrid grid(-12, 14);
  const std::vector<double> heights = {0.4, 1.5, 0.7}, means = {-2, 0.5, 3}, sds = {0.5, 1, 0.8};
  Tensors parts;
  double z = 0;
  for (size_t k = 0; k < 3; ++k) {
    parts.push_back(
        reshape(square((grid.x - means[k]) / sds[k]) * -0.5 + std::log(heights[k]), {1, kAxisPoints}));
    z += heights[k] * sds[k] * std::sqrt(2 * std::numbers::pi);
  }
  return std::abs(log_sum(logsumexp(concat(parts, 0), 0)).item() + std::log(grid.step) - std::log(z));
}

// Chain of five: f = -sum a x_i^2/2 - sum c (x_i+1 - x_i)^2/2 = -x'Qx/2, log Z = (5 log 2 pi - log det Q)/2,
// Q tridiagonal. By transfer matrices: m_(i+1)(y) = log int exp(m_i(x) - a x^2/2 - c (y-x)^2/2) dx.
double chain_error(LogSum log_sum) {
  constexpr int64_t kChain = 5, kCoarse = 301;
  const double a = 0.8, c = 1.7;
  const LineGrid grid(-12, 12, kCoarse);
  const Tensor column = reshape(grid.x, {kCoarse, 1}), row = reshape(grid.x, {1, kCoarse});
  const Tensor coupling = square(row - column) * (-0.5 * c), site = square(column) * (-0.5 * a);
  Tensor message = zeros({kCoarse, 1}, DType::f64);
  for (int64_t i = 0; i + 1 < kChain; ++i) {
    message = reshape(log_sum(message + site + coupling), {kCoarse, 1}) + std::log(grid.step);
  }
  const double found = log_sum(reshape(message + site, {kCoarse})).item() + std::log(grid.step);
  // det Q by the continuant: Q_ii = a + c (degree of i), Q_i,i+1 = -c
  double previous = 1, determinant = a + c;
  for (int64_t i = 1; i < kChain; ++i) {
    const double diagonal = a + c * (i + 1 < kChain ? 2 : 1);
    previous = std::exchange(determinant, diagonal * determinant - c * c * previous);
  }
  return std::abs(
      found - 0.5 * (static_cast<double>(kChain) * std::log(2 * std::numbers::pi) - std::log(determinant)));
}

// p(x) = exp(t1 x + t2 x^2 - log Z(t)): grad log Z = (E x, E x^2) = (mu, mu^2 + s^2), t1 = mu/s^2, t2 = -1/(2
// s^2).
double exponential_family_error(LogSum log_sum) {
  const LineGrid grid(-14, 16);
  const double mu = 0.9, s = 1.2;
  const Tensor t1 = scalar(mu / (s * s), DType::f64).requires_grad_(),
               t2 = scalar(-0.5 / (s * s), DType::f64).requires_grad_();
  Tape tape;
  const Tensor log_z = log_sum(t1 * grid.x + t2 * square(grid.x)) + std::log(grid.step);
  const Tensor wanted[] = {t1, t2};
  const Tensors g = grad(log_z, wanted);
  return std::max(std::abs(g[0].item() - mu), std::abs(g[1].item() - (mu * mu + s * s)));
}

}  // namespace

double partition_error(LogSum log_sum) {
  return std::max({gaussian_error(log_sum), exponential_error(log_sum), mixture_error(log_sum),
                   chain_error(log_sum), exponential_family_error(log_sum)});
}

}  // namespace gradzoo
