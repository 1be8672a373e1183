#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "tools/ledger/autodiff/rows.h"

namespace gradzoo {
namespace {

double largest_difference(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = a.to_vector(), y = b.to_vector();
  double worst = x.size() == y.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) worst = std::max(worst, std::abs(x[i] - y[i]));
  return worst;
}

/// A smooth scalar network (B,d) -> (B).
struct Network {
  Tensor w1, b1, w2;
  explicit Network(int64_t d) {
    Rng rng(5, "ledger/network");
    w1 = randn({9, d}, rng, DType::f64);
    b1 = randn({9}, rng, DType::f64);
    w2 = randn({1, 9}, rng, DType::f64);
  }
  Tensor operator()(const Tensor& x) const {
    const Tensor h = softplus(linear(x, w1, b1));
    return reshape(linear(tanh(h) * h, w2), {x.dim(0)});
  }
};

/// The Hessian of the network at one point, d x d, row-major.
std::vector<double> network_hessian(int64_t d) {
  Rng rng(6, "ledger/point");
  const Network f(d);
  return hessian([&](const Tensor& x) { return sum(f(x)); }, randn({1, d}, rng, DType::f64)).to_vector();
}

double quadratic_form(const std::vector<double>& h, const std::vector<double>& v) {
  const size_t d = v.size();
  double total = 0;
  for (size_t i = 0; i < d; ++i) {
    for (size_t j = 0; j < d; ++j) total += v[i] * h[i * d + j] * v[j];
  }
  return total;
}

// Mean and variance of v'Hv, v's coordinates independent, each with the given values and weights: all
// combinations.
struct Moments {
  double mean = 0, variance = 0;
};
Moments enumerate_probes(const std::vector<double>& h, size_t d, const std::vector<double>& values,
                         const std::vector<double>& weights) {
  size_t count = 1;
  for (size_t i = 0; i < d; ++i) count *= values.size();
  double first = 0, second = 0;
  std::vector<double> v(d);
  for (size_t code = 0; code < count; ++code) {
    double weight = 1;
    for (size_t i = 0, rest = code; i < d; ++i, rest /= values.size()) {
      v[i] = values[rest % values.size()];
      weight *= weights[rest % values.size()];
    }
    const double q = quadratic_form(h, v);
    first += weight * q;
    second += weight * q * q;
  }
  return {first, second - first * first};
}

double trace(const std::vector<double>& h, size_t d) {
  double total = 0;
  for (size_t i = 0; i < d; ++i) total += h[i * d + i];
  return total;
}

}  // namespace

double hessian_trace_error(HessianTrace laplacian_of) {
  constexpr int64_t kD = 6, kRows = 5;
  Rng rng(3, "ledger/hessian");
  const Tensor x = randn({kRows, kD}, rng, DType::f64), v = randn({kD}, rng, DType::f64);
  const Tensor a = randn({kD, kD}, rng, DType::f64);
  const auto quadratic = [&](const Tensor& t) { return sum(t * matmul(t, a), 1) * 0.5; };
  double worst =
      largest_difference(laplacian_of(quadratic, x), full({kRows}, trace(a.to_vector(), kD), DType::f64));

  const Network f(kD);
  const Tensor traces = laplacian_of(f, x);
  for (int64_t row = 0; row < kRows; ++row) {
    const auto one = [&](const Tensor& t) { return sum(f(reshape(t, {1, kD}))); };
    const Tensor point = reshape(x.rows(row, row + 1), {kD});
    const Tensor h = hessian(one, point);
    worst = std::max(worst, std::abs(trace(h.to_vector(), kD) - traces.rows(row, row + 1).item()));
    worst = std::max(worst, largest_difference(h, transpose(h)));
    worst = std::max(worst,
                     largest_difference(hvp(one, point, v), reshape(matmul(h, reshape(v, {kD, 1})), {kD})));
  }
  return worst;
}

double probe_variance(Probe probe, const std::vector<double>& h, size_t d) {
  double all = 0, diagonal = 0;
  for (double value : h) all += value * value;
  for (size_t i = 0; i < d; ++i) diagonal += h[i * d + i] * h[i * d + i];
  return probe == Probe::rademacher ? 2 * (all - diagonal) : 2 * all;
}

double hutchinson_error(FunctionRef<double(Probe, const std::vector<double>&, size_t)> variance) {
  double worst = 0;
  const auto compare = [&](Probe probe, size_t d, const std::vector<double>& values,
                           const std::vector<double>& weights) {
    const std::vector<double> h = network_hessian(static_cast<int64_t>(d));
    const Moments found = enumerate_probes(h, d, values, weights);
    const double expected = variance(probe, h, d);
    worst = std::max(worst, std::abs(found.mean - trace(h, d)) / std::max(1.0, std::abs(trace(h, d))));
    worst = std::max(worst, std::abs(found.variance - expected) / std::max(1.0, std::abs(expected)));
  };
  compare(Probe::rademacher, 8, {-1, 1}, {0.5, 0.5});
  const double root3 =
      std::sqrt(3.0);  // three-point Gauss-Hermite: exact for polynomials of degree 5 in each coordinate
  compare(Probe::gaussian, 6, {-root3, 0, root3}, {1.0 / 6, 2.0 / 3, 1.0 / 6});
  return worst;
}

double closed_form_score_error(FunctionRef<Tensor(TensorFn, const Tensor&)> score) {
  constexpr int64_t kPoints = 200;
  Rng rng(7, "ledger/scores");
  const Tensor normal = randn({kPoints}, rng, DType::f64) * 2.0,
               positive = rand({kPoints}, rng, DType::f64) * 5.0 + 0.05;
  double worst = 0;
  const auto compare = [&](TensorFn log_density, const Tensor& x, FunctionRef<double(double)> expected) {
    const std::vector<double> found = score(log_density, x).to_vector(), points = x.to_vector();
    for (size_t i = 0; i < found.size(); ++i) {
      const double truth = expected(points[i]);
      worst = std::max(worst, std::abs(found[i] - truth) / std::max(1.0, std::abs(truth)));
    }
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
  return worst;
}

KinkGradients gradient_penalty_gradients(Tensor (*activation)(const Tensor&)) {
  // f(x) = sum_j a_j act(w_j x + b_j); J(b) = E_x |f'(x)|^2 / 2 under N(0,1), by quadrature on a grid fine
  // enough to see kinks move.
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

double lost_gradient_error(const KinkGradients& relu, const KinkGradients& smooth) {
  double autodiff = 0, truth = 0, disagreement = 0;
  for (size_t j = 0; j < relu.autodiff.size(); ++j) {
    autodiff = std::max(autodiff, std::abs(relu.autodiff[j]));
    truth = std::max(truth, std::abs(relu.differences[j]));
    disagreement = std::max(disagreement, std::abs(smooth.autodiff[j] - smooth.differences[j]));
  }
  return autodiff + std::max(0.0, 0.05 - truth) + disagreement;
}

}  // namespace gradzoo
