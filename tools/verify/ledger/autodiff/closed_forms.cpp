#include <numbers>
#include <utility>

#include <fmt/ranges.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/base/function_ref.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// A gradient of a log-density in x.
using ScoreOf = Tensor (*)(TensorFn log_density, const Tensor& x);

/// Returns the largest relative error of grad log p: a Gaussian, a Gamma and a mixture of Gaussians.
RowResult closed_form_scores(ScoreOf score, const RowContext&) {
  constexpr int64_t kPoints = 200;
  Rng rng(7, "ledger/scores");
  const Tensor normal = randn({kPoints}, rng, DType::f64) * 2.0,
               positive = rand({kPoints}, rng, DType::f64) * 5.0 + 0.05;
  double worst = 0;
  const auto compare = [&](TensorFn log_density, const Tensor& x, FunctionRef<double(double)> expected) {
    const std::vector<double> found = score(log_density, x).to_vector(), points = x.to_vector();
    for (size_t i = 0; i < found.size(); ++i)
      worst = std::max(worst, relative_error(found[i], expected(points[i])));
  };
  const double mu = 0.7, s = 1.3, a = 2.5, b = 0.8;
  compare(
      [&](const Tensor& x) {
        return square((x - mu) / s) * -0.5 - std::log(s * std::sqrt(2 * std::numbers::pi));
      },
      normal, [&](double x) { return -(x - mu) / (s * s); });
  compare([&](const Tensor& x) { return log(x) * (a - 1) - x * b + (a * std::log(b) - std::lgamma(a)); },
          positive, [&](double x) { return (a - 1) / x - b; });

  const std::vector<double> weights = {0.2, 0.5, 0.3}, means = {-2, 0.5, 3}, sds = {0.5, 1, 0.8};
  const auto mixture = [&](const Tensor& x) {
    Tensors parts;
    for (size_t k = 0; k < 3; ++k) {
      parts.push_back(
          reshape(square((x - means[k]) / sds[k]) * -0.5 + std::log(weights[k] / sds[k]), {1, kPoints}));
    }
    return logsumexp(concat(parts, 0), 0);
  };
  compare(mixture, normal, [&](double x) {
    double density = 0, slope = 0;
    for (size_t k = 0; k < 3; ++k) {
      const double z = (x - means[k]) / sds[k], p = weights[k] / sds[k] * std::exp(-z * z / 2);
      density += p;
      slope -= p * z / sds[k];
    }
    return slope / density;
  });
  return {worst, AtMost{1e-12},
          "f64, 200 points each: Gaussian, Gamma, mixture of three Gaussians; value: largest relative error"};
}

Tensor score_by_autodiff(TensorFn log_density, const Tensor& x) {
  Tape tape;
  const Tensor at = x.detach().requires_grad_();
  return grad(sum(log_density(at)), at);
}

constexpr int64_t kAxisPoints = 4001;

/// Equally spaced points for the trapezoid rule, spectrally accurate if f vanishes at both ends.
struct LineGrid {
  Tensor x;  // (n) f64
  double step;
  LineGrid(double low, double high, int64_t n = kAxisPoints)
      : x(arange(n, DType::f64) * ((high - low) / static_cast<double>(n - 1)) + low),
        step((high - low) / static_cast<double>(n - 1)) {}
};

/// Returns the logarithm of the sum of exp f over the grid.
using LogSum = Tensor (*)(const Tensor& f);

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

// Three unnormalised Gaussians: Z = sqrt(2 pi) sum_k c_k s_k.
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

// p(x) = exp(t1 x + t2 x^2 - log Z(t)), t1 = mu/s^2, t2 = -1/(2 s^2): grad log Z = (mu, mu^2 + s^2).
double exponential_family_error(LogSum log_sum) {
  const LineGrid grid(-14, 16);
  const double mu = 0.9, s = 1.2;
  const Tensor t1 = scalar(mu / (s * s), DType::f64).requires_grad_(),
               t2 = scalar(-0.5 / (s * s), DType::f64).requires_grad_();
  Tape tape;
  const Tensor log_z = log_sum(t1 * grid.x + t2 * square(grid.x)) + std::log(grid.step);
  const Tensors g = grad(log_z, {t1, t2});
  return std::max(std::abs(g[0].item() - mu), std::abs(g[1].item() - (mu * mu + s * s)));
}

RowResult partition_quadrature(LogSum log_sum, const RowContext&) {
  const double worst = std::max({gaussian_error(log_sum), exponential_error(log_sum), mixture_error(log_sum),
                                 chain_error(log_sum), exponential_family_error(log_sum)});
  return {worst, AtMost{1e-9},
          "f64: a Gaussian, an exponential, a mixture of three Gaussians, a chain of 5 Gaussians (transfer "
          "matrices), and grad log Z = E[T]; value: largest error"};
}

Tensor log_sum_over_grid(const Tensor& f) { return logsumexp(f, 0); }

/// d/db of E|grad_x f|^2/2 for an energy with one hidden layer, from autodiff and finite differences.
struct KinkGradients {
  std::vector<double> autodiff, differences;
};

KinkGradients gradient_penalty_gradients(Tensor (*activation)(const Tensor&)) {
  // f(x) = sum_j a_j act(w_j x + b_j); J(b) = E |f'(x)|^2 / 2 under N(0,1). The grid resolves the kinks.
  constexpr int64_t kPoints = 200001;
  const Tensor w = tensor({1.0, -0.8, 1.4, 0.6, -1.1}, {5, 1}, DType::f64),
               a = tensor({0.9, 0.7, -0.5, 1.2, 0.4}, {1, 5}, DType::f64);
  const std::vector<double> biases = {0.3, -0.2, 0.5, 1.0, -0.9};
  const Tensor x =
      (reshape(arange(kPoints, DType::f64), {kPoints, 1}) * (16.0 / (kPoints - 1)) - 8.0).requires_grad_();
  const Tensor weight =
      exp(square(x.detach()) * -0.5) * (16.0 / (kPoints - 1) / std::sqrt(2 * std::numbers::pi));
  const auto objective = [&](const Tensor& b) {
    const Tensor f = linear(activation(linear(x, w, b)), a);
    return sum(square(grad(sum(f), x, {.create_graph = true})) * weight) * 0.5;
  };
  KinkGradients out;
  const Tensor b = tensor(biases, {5}, DType::f64).requires_grad_();
  Tape tape;
  out.autodiff = grad(objective(b), b).to_vector();
  constexpr double kStep = 0.02;
  for (size_t j = 0; j < biases.size(); ++j) {
    std::vector<double> up = biases, down = biases;
    up[j] += kStep, down[j] -= kStep;
    const double above = objective(tensor(up, {5}, DType::f64)).item(),
                 below = objective(tensor(down, {5}, DType::f64)).item();
    out.differences.push_back((above - below) / (2 * kStep));
  }
  return out;
}

/// An activation with kinks and a smooth one.
struct Activations {
  Tensor (*kinked)(const Tensor&) = relu;
  Tensor (*smooth)(const Tensor&) = softplus;
};

/// Returns 0 if autodiff loses ReLU's nonzero gradient and is exact for the smooth activation.
RowResult relu_lost_gradient(const Activations& of, const RowContext&) {
  const KinkGradients lost = gradient_penalty_gradients(of.kinked),
                      kept = gradient_penalty_gradients(of.smooth);
  double autodiff = 0, truth = 0, disagreement = 0;
  for (size_t j = 0; j < lost.autodiff.size(); ++j) {
    autodiff = std::max(autodiff, std::abs(lost.autodiff[j]));
    truth = std::max(truth, std::abs(lost.differences[j]));
    disagreement = std::max(disagreement, std::abs(kept.autodiff[j] - kept.differences[j]));
  }
  return {autodiff + std::max(0.0, 0.05 - truth) + disagreement, AtMost{1e-4},
          fmt::format("energy network 1-5-1, d/db E|f'(x)|^2/2 with ReLU: autodiff ({:.2g}), finite "
                      "differences ({:.3f}); with softplus both agree",
                      fmt::join(lost.autodiff, ", "), fmt::join(lost.differences, ", "))};
}

}  // namespace

Rows closed_form_rows() {
  return {
      identity(
          {"autodiff.closed_form_scores",
           "grad log p from automatic differentiation equals the score in closed form", "closed forms", 1},
          closed_form_scores, score_by_autodiff,
          {{"a score of the wrong sign",
            [](TensorFn log_density, auto& x) { return neg(score_by_autodiff(log_density, x)); }}}),
      identity({"autodiff.partition_quadrature",
                "quadrature gives the exact log Z, and grad log Z = E[T] in an exponential family",
                "Wainwright & Jordan 2008, prop. 3.1", 1},
               partition_quadrature, log_sum_over_grid,
               {{"Z twice as large", [](auto& f) { return logsumexp(f, 0) + std::log(2.0); }},
                {"the maximum instead of the sum", [](auto& f) { return max(f, 0); }}}),
      identity(
          {"autodiff.relu_lost_gradient",
           "autodiff loses the gradient of E|f'(x)|^2 in a ReLU network's biases (0 instead of its value)",
           "the kinks of ReLU move with the biases", 1},
          relu_lost_gradient, {},
          {{"an activation whose gradient is not lost", {.kinked = softplus}},
           {"a smooth activation whose gradient is lost", {.smooth = relu}}})};
}

}  // namespace gradzoo
