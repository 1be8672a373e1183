#pragma once

#include <cstdint>

#include "autograd/kernels/functions.h"

/// Elementwise loops on raw pointers, f32 and f64 (T = float or double), vectorised with run-time dispatch.
/// `y` may alias an input of the same layout.
namespace gradzoo::kernels {

/// y[i] = f(x[i])
template <class T>
void unary(Unary f, const T* x, T* y, int64_t n);

/// y[i] = x[i] (op) c
template <class T>
void scalar(Scalar op, const T* x, double c, T* y, int64_t n);

/// y[i] = min(max(x[i], lo), hi); NaN stays NaN.
template <class T>
void clamp(const T* x, double lo, double hi, T* y, int64_t n);

/// A broadcast layout: `rank` <= 6 dims, and for each operand its strides in elements, 0 where it is
/// broadcast.
struct Broadcast {
  int rank = 0;
  int64_t dims[6] = {};
  int64_t stride_a[6] = {};
  int64_t stride_b[6] = {};
};

/// y = a (op) b under NumPy broadcasting; y is contiguous with shape `dims`. Fast if both operands are full,
/// or one is a scalar, a row bias (R,C)(C) or a column (R,C)(R,1).
template <class T>
void binary(Binary op, const T* a, const T* b, T* y, const Broadcast& layout);
/// y = b (b-1) ... (b-n+1) a^(b-n) under NumPy broadcasting, the n-th derivative of a^b in a; 0 wherever the
/// product b (b-1) ... (b-n+1) is 0, even if the power is infinite.
template <class T>
void pow_derivative(int n, const T* a, const T* b, T* y, const Broadcast& layout);
/// y = a (op) b for n elements each.
template <class T>
void binary(Binary op, const T* a, const T* b, T* y, int64_t n);

/// Comparisons to a mask: y[i] = a (op) b, u8 0 or 1.
template <class T>
void compare(Compare op, const T* a, const T* b, uint8_t* y, const Broadcast& layout);
/// y[i] = x[i] (op) c, compared as type C: T itself, or long double for integers.
template <class T, class C>
void compare(Compare op, const T* x, C c, uint8_t* y, int64_t n);

/// Masks: y[i] = 1 if both, either or exactly one of a and b are not 0.
void logical(Logical op, const uint8_t* a, const uint8_t* b, uint8_t* y, const Broadcast& layout);

/// y[i] = mask[i] ? a[i] : b[i], all of the same contiguous layout (the op broadcasts first).
template <class T>
void where(const uint8_t* mask, const T* a, const T* b, T* y, int64_t n);

/// Each activation has derivatives of every order n in [0, kMaxActivationOrder].
inline constexpr int kMaxActivationOrder = 12;

/// y[i] = d^n f(x) / dx^n at x[i]; `alpha` is leaky_relu's slope or elu's alpha. relu'(0) = 0, leaky_relu'(0)
/// = alpha, elu'(0) = alpha e^0.
template <class T>
void activation(Activation f, int n, double alpha, const T* x, T* y, int64_t count);

/// y[i] = g[i] * (d^n f / dx^n)(x[i]), in one pass.
template <class T>
void mul_activation(Activation f, int n, double alpha, const T* g, const T* x, T* y, int64_t count);

/// first[i] = g[i] f'(x[i]), second[i] = g[i] h[i] f''(x[i]); a null g or h is a factor of 1.
template <class T>
void activation_slopes(Activation f, double alpha, const T* g, const T* h, const T* x, T* first, T* second,
                       int64_t count);

/// y[i] = a[i] f''(x[i]) + b[i] f'''(x[i])
template <class T>
void activation_slopes_grad(Activation f, double alpha, const T* a, const T* b, const T* x, T* y,
                            int64_t count);

/// Binary cross-entropy with logits: y = softplus(l) - l t = max(l,0) - l t + log1p(exp(-|l|)).
template <class T>
void bce_with_logits(const T* logits, const T* targets, T* y, int64_t n);
/// y = g (sigmoid(l) - t)
template <class T>
void bce_with_logits_grad(const T* g, const T* logits, const T* targets, T* y, int64_t n);

/// y += x, the gradient accumulation of the sweep.
template <class T>
void add_to(const T* x, T* y, int64_t n);
/// y += weight (x - y): a moving average's step, exact where x = y.
template <class T>
void lerp(double weight, const T* x, T* y, int64_t n);

template <class T>
void fill(double value, T* y, int64_t n);
/// y[i] = To(x[i]) for every pair of float, double, int64_t, uint8_t.
template <class From, class To>
void cast(const From* x, To* y, int64_t n);

/// True if every x[i] is finite.
template <class T>
bool all_finite(const T* x, int64_t n);

/// SGD with momentum, PyTorch's rule: v = mu v + g + wd w (v = g at the first step); w -= lr v (nesterov: w
/// -= lr (g + mu v)).
template <class T>
void sgd_update(T* w, const T* g, T* v, int64_t n, double lr, double momentum, double weight_decay,
                bool nesterov);
/// Adam (Kingma & Ba 2015, algorithm 1; with decoupled decay from Loshchilov & Hutter 2019 if `decoupled`).
/// `step` counts from 1.
template <class T>
void adam_update(T* w, const T* g, T* m, T* v, int64_t n, double lr, double beta1, double beta2, double eps,
                 double weight_decay, bool decoupled, int64_t step);

}  // namespace gradzoo::kernels
