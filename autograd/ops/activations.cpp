#include "autograd/ops/activations.h"

namespace gradzoo {
namespace ops {

Operand activation_domain(Activation f) {
  if (facts_of(f).smoothness < kSmooth) return {.avoid = 0.0};
  return {};
}

namespace {

int smoothness_of_derivative(Activation f, double alpha, int n) {
  const int of_f = f == Activation::elu && alpha != 1.0 ? 0 : facts_of(f).smoothness;
  return of_f == kSmooth ? kSmooth : of_f - n;
}

}  // namespace

int MulAct::smoothness_here() const { return smoothness_of_derivative(f, alpha, n); }
int ActSlopes::smoothness_here() const { return smoothness_of_derivative(f, alpha, 2); }

Shape MulAct::shape(Inputs in) const {
  if (in[0].shape() != in[1].shape())
    throw Error("{}: shapes differ: {} and {}. Hint: call broadcast_to() on the smaller one", name,
                in[0].shape().str(), in[1].shape().str());
  return in[1].shape();
}

void MulAct::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::mul_activation(f, n, alpha, in[0].data<T>(), in[1].data<T>(), out.mutable_data<T>(), out.size());
  });
}

void MulAct::vjp(Vjp& v, const Tensor& g) const {
  if (v.needs(0)) v.give(0, mul_act(g, v.in(1), *this));
  if (v.needs(1)) v.give(1, mul_act(mul(g, v.in(0)), v.in(1), {f, n + 1, alpha}));
}

void MulAct::vjp_fast(Vjp& v, const Tensor& g) const {
  if (n != 1 || !v.needs(0) || !v.needs(1)) return vjp(v, g);
  const Tensor &h = v.in(0), &x = v.in(1);
  Tensor dh = empty_like(h), dx = empty_like(x);
  visit_floating(g.dtype(), [&]<class T>() {
    kernels::activation_slopes(f, alpha, g.data<T>(), h.data<T>(), x.data<T>(), dh.mutable_data<T>(),
                               dx.mutable_data<T>(), g.size());
  });
  v.give(0, std::move(dh));
  v.give(1, std::move(dx));
}

constexpr Activation kActivations[] = {
    Activation::sigmoid,    Activation::tanh, Activation::softplus, Activation::log_sigmoid, Activation::relu,
    Activation::leaky_relu, Activation::elu,  Activation::silu,     Activation::gelu,        Activation::erf};

std::vector<OpCase<MulAct>> MulAct::cases() {
  std::vector<OpCase<MulAct>> cases;
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 1, 3}, Shape{0}})
    cases.push_back({{Activation::sigmoid, 1, 1.0}, {{.shape = shape}, {.shape = shape}}});
  for (const Activation f : kActivations) {
    Operand x = activation_domain(f);
    x.shape = {3, 4};
    for (const int order : {1, 2, 3}) cases.push_back({{f, order, 0.5}, {{.shape = {3, 4}}, x}});
  }
  return cases;
}

Tensor mul_act(const Tensor& g, const Tensor& x, const MulAct& op) {
  if (op.n > kernels::kMaxActivationOrder)
    throw Error("{}: derivatives go to order {}. Hint: differentiate fewer times", facts_of(op.f).name,
                kernels::kMaxActivationOrder);
  return apply(op, g, x);
}

void ActSlopes::forward(Inputs in, Tensor& out) const {
  const int64_t count = in[0].size();
  visit_floating(out.dtype(), [&]<class T>() {
    T* first = out.mutable_data<T>();
    const T* none = nullptr;
    kernels::activation_slopes(f, alpha, none, none, in[0].data<T>(), first, first + count, count);
  });
}

void ActSlopes::vjp(Vjp& v, const Tensor& g) const {
  const Tensor& x = v.in(0);
  const auto part = [&](int64_t i) { return reshape(slice(g, 0, i, i + 1), x.shape()); };
  v.give(0, add(mul_act(part(0), x, {f, 2, alpha}), mul_act(part(1), x, {f, 3, alpha})));
}

void ActSlopes::vjp_fast(Vjp& v, const Tensor& g) const {
  const Tensor& x = v.in(0);
  Tensor dx = empty_like(x);
  visit_floating(g.dtype(), [&]<class T>() {
    const T* first = g.data<T>();
    kernels::activation_slopes_grad(f, alpha, first, first + x.size(), x.data<T>(), dx.mutable_data<T>(),
                                    x.size());
  });
  v.give(0, std::move(dx));
}

std::vector<OpCase<ActSlopes>> ActSlopes::cases() {
  std::vector<OpCase<ActSlopes>> cases;
  for (const Shape& shape : {Shape{}, Shape{0}}) cases.push_back({{}, {{.shape = shape}}});
  for (const Activation f : kActivations) {
    Operand x = activation_domain(f);
    x.shape = {3, 7};
    cases.push_back({{f, 0.5}, {x}});
  }
  return cases;
}

void forward_activation(Activation f, double alpha, Inputs in, Tensor& out) {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::activation(f, 0, alpha, in[0].data<T>(), out.mutable_data<T>(), out.size());
  });
}

}  // namespace ops

Tensor sigmoid(const Tensor& x) { return apply<ops::Sigmoid>(x); }
Tensor tanh(const Tensor& x) { return apply<ops::Tanh>(x); }
Tensor softplus(const Tensor& x) { return apply<ops::Softplus>(x); }
Tensor log_sigmoid(const Tensor& x) { return apply<ops::LogSigmoid>(x); }
Tensor relu(const Tensor& x) { return apply<ops::Relu>(x); }
Tensor leaky_relu(const Tensor& x, double slope) { return apply(ops::LeakyRelu{{slope}}, x); }
Tensor silu(const Tensor& x) { return apply<ops::Silu>(x); }
Tensor gelu(const Tensor& x) { return apply<ops::Gelu>(x); }
Tensor erf(const Tensor& x) { return apply<ops::Erf>(x); }

Tensor elu(const Tensor& x, double alpha) {
  if (alpha == 1.0) return apply<ops::Elu>(x);
  return apply(ops::EluAlpha{{alpha}}, x);
}

}  // namespace gradzoo
