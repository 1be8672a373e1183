#pragma once

#include <fmt/core.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Activations: one family, closed under differentiation. Act is f(x); its gradient is MulAct, g f^(n)(x) in
/// one pass, and MulAct's gradients are MulAct again.
namespace gradzoo::ops {

struct ActivationFacts {
  const char* name;
  const char* formula;
  int smoothness;
};
/// Returns the facts of an activation. alpha is the slope of leaky_relu or the height of elu, whose
/// derivative is continuous only at alpha = 1.
constexpr ActivationFacts facts_of(Activation f) {
  switch (f) {
    case Activation::sigmoid:
      return {"sigmoid", "y = 1 / (1 + e^-x);  dx = g y (1 - y)", kSmooth};
    case Activation::tanh:
      return {"tanh", "y = tanh x;  dx = g (1 - y^2)", kSmooth};
    case Activation::softplus:
      return {"softplus", "y = log(1 + e^x);  dx = g sigmoid(x)", kSmooth};
    case Activation::log_sigmoid:
      return {"log_sigmoid", "y = -log(1 + e^-x);  dx = g sigmoid(-x)", kSmooth};
    case Activation::relu:
      return {"relu", "y = max(x, 0);  dx = g [x > 0]", 0};
    case Activation::leaky_relu:
      return {"leaky_relu", "y = x > 0 ? x : a x;  dx = g (x > 0 ? 1 : a)", 0};
    case Activation::elu:
      return {"elu", "y = x > 0 ? x : e^x - 1;  dx = g (x > 0 ? 1 : e^x)", 1};
    case Activation::silu:
      return {"silu", "y = x s, s = sigmoid(x);  dx = g s (1 + x (1 - s))", kSmooth};
    case Activation::gelu:
      return {"gelu", "y = x Phi(x);  dx = g (Phi(x) + x phi(x))", kSmooth};
    case Activation::erf:
      return {"erf", "y = erf x;  dx = 2 g e^(-x^2) / sqrt(pi)", kSmooth};
  }
  return {};
}

/// Returns a sample domain that keeps away from the kink at 0, if there is one.
Operand activation_domain(Activation f);

/// g f^(n)(x) elementwise; g and x have the same shape.
struct MulAct {
  Activation f = Activation::sigmoid;
  int n = 1;
  double alpha = 0.0;
  static constexpr const char* name = "mul_act";
  static constexpr const char* formula = "y = h f^(n)(x);  dh = g f^(n)(x);  dx = g h f^(n+1)(x)";
  static constexpr Kind kind = Kind::elementwise;
  int smoothness_here() const;  // f's smoothness minus n
  std::string attributes() const { return fmt::format("{}, n={}", facts_of(f).name, n); }
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0) | reads_in(1)};
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  void vjp_fast(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<MulAct>> cases();
};

/// Applies MulAct of order n, 1 <= n <= kernels::kMaxActivationOrder; throws Error for other orders.
Tensor mul_act(const Tensor& g, const Tensor& x, const MulAct& op);

/// The slopes f'(x) and f''(x) stacked: (2, ...x).
struct ActSlopes {
  Activation f = Activation::sigmoid;
  double alpha = 0.0;
  static constexpr const char* name = "act_slopes";
  static constexpr const char* formula = "y_0 = f'(x), y_1 = f''(x);  dx = g_0 f''(x) + g_1 f'''(x)";
  static constexpr Kind kind = Kind::other;
  int smoothness_here() const;  // f's smoothness minus 2
  std::string attributes() const { return facts_of(f).name; }
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape().insert(0, 2); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  void vjp_fast(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<ActSlopes>> cases();
};

void forward_activation(Activation f, double alpha, Inputs in, Tensor& out);

template <Activation f>
struct Act {
  double alpha = 1.0;
  static constexpr const char* name = facts_of(f).name;
  static constexpr const char* formula = facts_of(f).formula;
  static constexpr Kind kind = Kind::elementwise;
  static constexpr int smoothness = facts_of(f).smoothness;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const { forward_activation(f, alpha, in, out); }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_act(g, v.in(0), {f, 1, alpha})); }
  Tensor slopes(const Tensor& x) const { return apply(ActSlopes{f, alpha}, x); }
  static std::vector<OpCase<Act>> cases() { return unary_cases<Act>(activation_domain(f)); }
};

using Sigmoid = Act<Activation::sigmoid>;
using Tanh = Act<Activation::tanh>;
using Softplus = Act<Activation::softplus>;
using LogSigmoid = Act<Activation::log_sigmoid>;
using Silu = Act<Activation::silu>;
using Gelu = Act<Activation::gelu>;
using Erf = Act<Activation::erf>;

/// Saves only its output: y > 0 where x > 0, so relu'(y) = relu'(x).
struct Relu : Act<Activation::relu> {
  static constexpr std::array<unsigned, 1> saves = {kReadsOut};
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_act(g, v.out(), {Activation::relu, 1, 0.0})); }
  static std::vector<OpCase<Relu>> cases() { return unary_cases<Relu>(activation_domain(Activation::relu)); }
};

struct LeakyRelu : Act<Activation::leaky_relu> {
  std::string attributes() const { return fmt::format("{:.6g}", alpha); }
  static std::vector<OpCase<LeakyRelu>> cases() {
    return unary_cases<LeakyRelu>(activation_domain(Activation::leaky_relu), {{0.1}});
  }
};

/// elu at alpha = 1, where the derivative is continuous.
using Elu = Act<Activation::elu>;

/// elu at any other alpha: the slope jumps from alpha to 1.
struct EluAlpha : Elu {
  static constexpr const char* name = "elu_alpha";
  static constexpr const char* formula = "y = x > 0 ? x : a (e^x - 1);  dx = g (x > 0 ? 1 : a e^x)";
  static constexpr int smoothness = 0;
  std::string attributes() const { return fmt::format("{:.6g}", alpha); }
  static std::vector<OpCase<EluAlpha>> cases() {
    return unary_cases<EluAlpha>(activation_domain(Activation::elu), {{0.5}});
  }
};

}  // namespace gradzoo::ops
