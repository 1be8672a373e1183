#include <doctest/doctest.h>

#include "support/extremes.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Real logistic(Real x) { return 1 / (1 + std::exp(-x)); }

Truth softplus_truth(Real x) {
  return {x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)), logistic(x),
          logistic(x) * logistic(-x)};
}

// s = sigmoid(x): silu'' = s' (2 + x (1 - 2s)), s' = s (1 - s).
Truth silu_truth(Real x) {
  const Real s = logistic(x), q = logistic(-x);
  return {x * s, s * (1 + x * q), s * q * (2 + x * (q - s))};
}

// gelu' = Phi + x phi, gelu'' = phi (2 - x^2).
Truth gelu_truth(Real x) {
  const Real cdf = std::erfc(-x / std::sqrt(Real(2))) / 2;
  const Real pdf = std::exp(-x * x / 2) / std::sqrt(2 * std::acos(Real(-1)));
  return {x * cdf, cdf + x * pdf, pdf * (2 - x * x)};
}

}  // namespace

TEST_CASE("activations, losses and both derivatives are true at the ends of the domain, f64 and f32") {
  check_rows({
      {"sigmoid", sigmoid,
       [](Real x) {
         const Real s = logistic(x), q = logistic(-x);
         return Truth(s, s * q, s * q * (q - s));
       },
       Truth(0, 0, 0), Truth(1, 0, 0), -kInf, kInf, 1.0},
      {"tanh", tanh,
       [](Real x) {
         const Real y = std::tanh(x), slope = 1 / (std::cosh(x) * std::cosh(x));
         return Truth(y, slope, -2 * y * slope);
       },
       Truth(-1, 0, 0), Truth(1, 0, 0), -kInf, kInf, 1.0},
      {"softplus", softplus, softplus_truth, Truth(0, 0, 0), Truth(kInf, 1, 0)},
      {"log_sigmoid", log_sigmoid,
       [](Real x) {
         const Truth mirrored = softplus_truth(-x);
         return Truth(-mirrored.value, mirrored.first, -mirrored.second);
       },
       Truth(-kInf, 1, 0), Truth(0, 0, 0)},
      {"relu", relu, [](Real x) { return Truth(std::fmax(x, 0), x > 0 ? 1.0L : 0.0L, 0); }, Truth(0, 0, 0),
       Truth(kInf, 1, 0)},
      {"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.25); },
       [](Real x) { return Truth(x > 0 ? x : x / 4, x > 0 ? 1.0L : 0.25L, 0); }, Truth(-kInf, 0.25, 0),
       Truth(kInf, 1, 0)},
      {"elu", [](const Tensor& x) { return elu(x); },
       [](Real x) { return x > 0 ? Truth(x, 1, 0) : Truth(std::expm1(x), std::exp(x), std::exp(x)); },
       Truth(-1, 0, 0), Truth(kInf, 1, 0)},
      {"silu", silu, silu_truth, Truth(0, 0, 0), Truth(kInf, 1, 0)},
      {"gelu", gelu, gelu_truth, Truth(0, 0, 0), Truth(kInf, 1, 0)},
      {"erf", erf,
       [](Real x) {
         const Real slope = 2 / std::sqrt(std::acos(Real(-1))) * std::exp(-x * x);
         return Truth(std::erf(x), slope, -2 * x * slope);
       },
       Truth(-1, 0, 0), Truth(1, 0, 0)},
      {"bce at target 0", [](const Tensor& l) { return binary_cross_entropy_with_logits(l, zeros_like(l)); },
       softplus_truth, Truth(0, 0, 0), Truth(kInf, 1, 0), -kInf, kInf, 1.0},
      {"bce at target 1", [](const Tensor& l) { return binary_cross_entropy_with_logits(l, ones_like(l)); },
       [](Real l) {
         const Truth t = softplus_truth(-l);
         return Truth(t.value, -t.first, t.second);
       },
       Truth(kInf, -1, 0), Truth(0, 0, 0), -kInf, kInf, 1.0},
      {"bce at target 1/4",
       [](const Tensor& l) { return binary_cross_entropy_with_logits(l, full(l.shape(), 0.25, l.dtype())); },
       [](Real l) {
         const Truth t = softplus_truth(l);
         return Truth(l > 0 ? 0.75L * l + std::log1p(std::exp(-l)) : t.value - l / 4, t.first - 0.25L,
                      t.second);
       },
       Truth(kInf, -0.25L, 0), Truth(kInf, 0.75L, 0), -kInf, kInf, 1.0},
      {"bce in its target, logit -1000",
       [](const Tensor& t) {
         return binary_cross_entropy_with_logits(full(t.shape(), -1000.0, t.dtype()), t);
       },
       [](Real t) { return Truth(1000 * t, 1000, 0); }, kUndefined, kUndefined, 0.0, 1.0},
  });
}
