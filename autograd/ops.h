#pragma once

#include <initializer_list>
#include <span>

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tensor.h"

/// Every public differentiable op; plain.h has what is never recorded: comparisons, masks, rounding, argmax.
/// Names and conventions are PyTorch's: NumPy broadcasting; relu'(0) = abs'(0) = 0; ties share equally in max
/// and min, half each in maximum and minimum; var divides by n - 1; an empty sum is 0, an empty mean NaN, an
/// empty max an error; Linear's weight is (out, in). Axes may be negative. A double takes the tensor's dtype.
/// Mixed dtypes throw. Floating-point exception flags mean nothing after an op, and traps must stay masked
/// (no feenableexcept): the spare lanes of a last vector may divide by zero.
namespace gradzoo {

// Elementwise, one operand.
Tensor neg(const Tensor& x);               ///< -x
Tensor abs(const Tensor& x);               ///< its gradient at 0 is 0
Tensor exp(const Tensor& x);               ///< e^x
Tensor expm1(const Tensor& x);             ///< e^x - 1, accurate near 0
Tensor expm1x(const Tensor& x);            ///< e^x - 1 - x, accurate near 0, and so are its derivatives
Tensor log(const Tensor& x);               ///< natural; NaN below 0
Tensor log1p(const Tensor& x);             ///< log(1 + x), accurate near 0
Tensor exp2(const Tensor& x);              ///< 2^x; this and log2 are exact at powers of two
Tensor log2(const Tensor& x);              ///< to base 2
Tensor log10(const Tensor& x);             ///< to base 10
Tensor sqrt(const Tensor& x);              ///< NaN below 0
Tensor rsqrt(const Tensor& x);             ///< x^(-1/2)
Tensor reciprocal(const Tensor& x);        ///< 1 / x
Tensor square(const Tensor& x);            ///< x^2
Tensor sin(const Tensor& x);               ///< of radians
Tensor cos(const Tensor& x);               ///< of radians
Tensor tan(const Tensor& x);               ///< of radians
Tensor asin(const Tensor& x);              ///< in [-pi/2, pi/2]; NaN outside [-1, 1]
Tensor acos(const Tensor& x);              ///< in [0, pi]; NaN outside [-1, 1]
Tensor atan(const Tensor& x);              ///< in [-pi/2, pi/2]
Tensor sinh(const Tensor& x);              ///< (e^x - e^-x) / 2
Tensor cosh(const Tensor& x);              ///< (e^x + e^-x) / 2
Tensor asinh(const Tensor& x);             ///< inverse of sinh
Tensor acosh(const Tensor& x);             ///< inverse of cosh, 0 or more; NaN below 1
Tensor atanh(const Tensor& x);             ///< inverse of tanh; NaN outside [-1, 1]
Tensor lgamma(const Tensor& x);            ///< log |Gamma(x)|
Tensor digamma(const Tensor& x);           ///< d lgamma / dx
Tensor polygamma(int n, const Tensor& x);  ///< d^n digamma / dx^n, 0 <= n <= 1000; 999 to differentiate
Tensor clamp(const Tensor& x, double low, double high);  ///< min(max(x, low), high)

// Activations: one family, closed under differentiation.
Tensor sigmoid(const Tensor& x);                          ///< 1 / (1 + e^-x)
Tensor tanh(const Tensor& x);                             ///< hyperbolic tangent
Tensor softplus(const Tensor& x);                         ///< log(1 + e^x)
Tensor log_sigmoid(const Tensor& x);                      ///< -softplus(-x)
Tensor relu(const Tensor& x);                             ///< max(x, 0)
Tensor leaky_relu(const Tensor& x, double slope = 0.01);  ///< x above 0, else slope x
Tensor elu(const Tensor& x, double alpha = 1.0);          ///< x above 0, else alpha (e^x - 1)
Tensor silu(const Tensor& x);                             ///< x sigmoid(x)
Tensor gelu(const Tensor& x);                             ///< x Phi(x), exact
Tensor erf(const Tensor& x);                              ///< 2 / sqrt(pi) integral of e^(-t^2) from 0 to x
Tensor erfc(const Tensor& x);                             ///< 1 - erf(x), accurate where that is tiny

// Elementwise, two operands, broadcasting; and with a number.
Tensor add(const Tensor& a, const Tensor& b);      ///< a + b
Tensor sub(const Tensor& a, const Tensor& b);      ///< a - b
Tensor mul(const Tensor& a, const Tensor& b);      ///< a b
Tensor div(const Tensor& a, const Tensor& b);      ///< a / b
Tensor pow(const Tensor& a, const Tensor& b);      ///< a > 0 where the gradient in b is wanted
Tensor atan2(const Tensor& y, const Tensor& x);    ///< angle of the point (x, y), in [-pi, pi]
Tensor maximum(const Tensor& a, const Tensor& b);  ///< the larger; equals share the gradient
Tensor minimum(const Tensor& a, const Tensor& b);  ///< the smaller; equals share the gradient
Tensor add(const Tensor& x, double c);             ///< x + c
Tensor mul(const Tensor& x, double c);             ///< c x
Tensor div(const Tensor& x, double c);             ///< x / c
Tensor div(double c, const Tensor& x);             ///< c / x
Tensor pow(const Tensor& x, double exponent);      ///< x^exponent
Tensor maximum(const Tensor& x, double c);         ///< the larger of x and c
Tensor minimum(const Tensor& x, double c);         ///< the smaller of x and c
///@{
/// mask (u8) ? a : b, all three broadcast together.
Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& mask, const Tensor& a, double b);
Tensor where(const Tensor& mask, double a, const Tensor& b);
///@}

///@{
/// Reductions: over everything to a scalar, over one axis or several (kept as size 1 where keepdim): sum(x),
/// sum(x, 0), sum(x, {0, -1}).
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, int axis, bool keepdim = false);
Tensor sum(const Tensor& x, std::initializer_list<int> axes, bool keepdim = false);
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, int axis, bool keepdim = false);
Tensor mean(const Tensor& x, std::initializer_list<int> axes, bool keepdim = false);
///@}
///@{
/// Divides by n - correction.
Tensor var(const Tensor& x, int correction = 1);
Tensor var_axis(const Tensor& x, int axis, bool keepdim = false, int correction = 1);  ///< over one axis
Tensor var(const Tensor& x, std::initializer_list<int> axes, bool keepdim = false, int correction = 1);
///@}
///@{
/// var's square root, of gradient 0 where all are equal. PyTorch says std, which in C++ is the library's
/// name.
Tensor stddev(const Tensor& x, int correction = 1);
Tensor stddev_axis(const Tensor& x, int axis, bool keepdim = false, int correction = 1);  ///< over one axis
Tensor stddev(const Tensor& x, std::initializer_list<int> axes, bool keepdim = false, int correction = 1);
///@}
///@{
/// sqrt(sum x^2), of gradient 0 at 0; the squares do not overflow.
Tensor norm(const Tensor& x);
Tensor norm(const Tensor& x, int axis, bool keepdim = false);
///@}
///@{
/// The product, with the gradients of all orders that it has where factors are 0; 1 of nothing.
Tensor prod(const Tensor& x);
Tensor prod(const Tensor& x, int axis, bool keepdim = false);
///@}
Tensor max(const Tensor& x);  ///< the largest; ties share the gradient equally
Tensor max(const Tensor& x, int axis, bool keepdim = false);  ///< along an axis
/// the smallest; ties share the gradient equally
Tensor min(const Tensor& x);
Tensor min(const Tensor& x, int axis, bool keepdim = false);        ///< along an axis
Tensor logsumexp(const Tensor& x);                                  ///< log sum e^x, which does not overflow
Tensor logsumexp(const Tensor& x, int axis, bool keepdim = false);  ///< along an axis
Tensor softmax(const Tensor& x, int axis);                          ///< e^x / sum e^x along the axis
Tensor log_softmax(const Tensor& x, int axis);                      ///< x - logsumexp(x) along the axis
Tensor cumsum(const Tensor& x, int axis,
              bool reverse = false);                 ///< running sum, from the end where `reverse`
Tensor cumprod(const Tensor& x, int axis);           ///< running product, differentiable as prod
Tensor logaddexp(const Tensor& a, const Tensor& b);  ///< log (e^a + e^b), which does not overflow
/// Sums the axes that broadcasting `shape` to x.shape() would have made: broadcast_to's other half.
Tensor sum_to(const Tensor& x, const Shape& shape);

// Order along an axis. NaN counts as the largest number; i64 and u8 have an order too.
/// Numbers, and the places (i64) on the axis where they stood: differentiable in the numbers, each of which
/// has the gradient of its one place.
struct ValuesAndIndices {
  Tensor values, indices;  ///< of one shape
};
/// Ascending; equals keep their order.
ValuesAndIndices sort(const Tensor& x, int axis = -1, bool descending = false);
/// The k largest in descending order, or the k smallest in ascending order; the first of equals first.
ValuesAndIndices topk(const Tensor& x, int64_t k, int axis = -1, bool largest = true);
/// max and min with argmax and argmin. All the gradient goes to that one place: max and min share it.
ValuesAndIndices max_with_index(const Tensor& x, int axis, bool keepdim = false);
ValuesAndIndices min_with_index(const Tensor& x, int axis, bool keepdim = false);  ///< as max_with_index

// Products.
/// op(a) op(b) over the last two axes, (..., m, k) x (..., k, n) -> (..., m, n), leading axes broadcast. Rank
/// at least 2.
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);
/// x W' + bias: x (..., in), weight (out, in), bias (out) or undefined -> (..., out).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

/// The Laplacian's chain rule for y = f(z), elementwise: rows J_1 ... J_K, L of z stacked, (K+1, ...z) or of
/// size 1 on leading axes that share them; slopes f'(z) and f''(z) stacked, (2, ...z). Gives f' J_k and f' L
/// + f'' sum J_k^2, (K+1, ...z), or the last of these alone, (1, ...z).
Tensor chain_laplacian(const Tensor& rows, const Tensor& slopes, bool keeps_jacobian = true);

/// Convolutions, channels last: x (..., H, W, in), weight (kh, kw, in, out), bias (out) or undefined.
struct ConvOptions {
  int64_t stride = 1;    ///< of the window, in pixels on both axes
  int64_t padding = 0;   ///< pixels of 0 around x
  int64_t dilation = 1;  ///< between taps of the weight
};
/// y[i] = sum_k x[i stride + k dilation - padding] w[k] + bias, x being 0 outside: (..., oh, ow, out).
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const ConvOptions& options = {});
/// conv2d's gradient by x: y (..., oh, ow, out) -> (..., H, W, in), bias (in). Of the sizes that conv2d would
/// make y of, the smallest, and `output_padding` more.
Tensor conv_transpose2d(const Tensor& y, const Tensor& weight, const Tensor& bias = {},
                        const ConvOptions& options = {}, int64_t output_padding = 0);
/// conv2d's gradient by the weight, summed over all images: (kh, kw, in, out).
Tensor conv2d_weight(const Tensor& x, const Tensor& y, int64_t kernel_height, int64_t kernel_width,
                     const ConvOptions& options = {});

/// Normalisation: y = (x - mean) / sqrt(var + eps) scale + shift, then SiLU where asked for.
struct NormOptions {
  double eps = 1e-5;  ///< added to the variance
  bool silu = false;  ///< y sigmoid(y) is given
};
/// Over the numbers of each image's group of channels (Wu & He 2018): x (B, ..., C), scale and shift (C), or
/// (B,C) for each image its own.
Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                  const NormOptions& options = {});
/// Over the last axis (Ba et al. 2016): x (..., n), scale and shift (n).
Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const NormOptions& options = {});

// Windows of k x k pixels, side by side, of images (..., H, W, C).
Tensor avg_pool2d(const Tensor& x, int64_t k);          ///< means: (..., H/k, W/k, C)
Tensor max_pool2d(const Tensor& x, int64_t k);          ///< maxima: (..., H/k, W/k, C)
Tensor upsample_nearest2d(const Tensor& x, int64_t k);  ///< each pixel k x k times: (..., k H, k W, C)
/// (..., H, W, C) -> (..., H/k, W/k, k k C): of each window the rows, of these the pixels; and back.
Tensor space_to_depth(const Tensor& x, int64_t k);
Tensor depth_to_space(const Tensor& x, int64_t k);  ///< the way back of space_to_depth

// Shapes.
/// The same values in another shape; one size may be -1. Shares storage.
Tensor reshape(const Tensor& x, const Shape& shape);
/// A copy, recorded: what Tensor::clone() is of a tensor that is tracked.
Tensor clone(const Tensor& x);
Tensor flatten_rows(const Tensor& x);  ///< (B, ...) -> (B, n)
/// Two axes swapped (default: the last two).
Tensor transpose(const Tensor& x, int axis_a = -2, int axis_b = -1);
///@{
/// Axes in another order, each named once: permute(x, {2, 0, 1}) has x's last axis first.
Tensor permute(const Tensor& x, std::span<const int> axes);
inline Tensor permute(const Tensor& x, std::initializer_list<int> axes) {
  return permute(x, std::span(axes.begin(), axes.size()));
}
///@}
Tensor broadcast_to(const Tensor& x, const Shape& shape);  ///< repeats axes of size 1, adds axes in front
Tensor unsqueeze(const Tensor& x, int axis);               ///< a new axis of size 1, at `axis`
Tensor squeeze(const Tensor& x, int axis);                 ///< without an axis, which must have size 1
/// All of x `copies` times, one after another: (B, ...) -> (copies B, ...).
Tensor tile_rows(const Tensor& x, int64_t copies);
///@{
/// Tensors end to end along an axis; their other sizes agree.
Tensor concat(std::span<const Tensor> parts, int axis);
Tensor concat(const Tensor& a, const Tensor& b, int axis);
inline Tensor concat(std::initializer_list<Tensor> parts, int axis) {
  return concat(std::span(parts.begin(), parts.size()), axis);
}
///@}
///@{
/// Tensors of one shape side by side on a new axis: n of (...) -> (n, ...) for axis 0.
Tensor stack(std::span<const Tensor> parts, int axis = 0);
inline Tensor stack(std::initializer_list<Tensor> parts, int axis = 0) {
  return stack(std::span(parts.begin(), parts.size()), axis);
}
///@}
/// Pieces of `size` elements of an axis, the last one shorter where they do not come out even: concat's
/// inverse.
Tensors split(const Tensor& x, int64_t size, int axis = 0);
/// Elements begin, begin + step, ... below end of one axis; negative begin and end count from the back; step
/// >= 1.
Tensor slice(const Tensor& x, int axis, int64_t begin, int64_t end, int64_t step = 1);
/// Zeros with `size` elements on one axis, and x at begin, begin + step, ...: slice's other half.
Tensor unslice(const Tensor& x, int axis, int64_t begin, int64_t step, int64_t size);
/// `before` and `after` copies of `value` added to one axis.
Tensor pad(const Tensor& x, int axis, int64_t before, int64_t after, double value = 0.0);
Tensor flip(const Tensor& x, int axis);  ///< elements of the axis in reverse order

// Indexing; `index` is i64.
/// y[..., j, ...] = x[..., index[..., j, ...], ...]: index has x's rank and, off `axis`, x's sizes; one
/// without x's leading axes is shared by them.
Tensor gather(const Tensor& x, int axis, const Tensor& index);
/// Zeros with `size` elements on `axis`, and src added at index: gather's other half.
Tensor scatter_add(const Tensor& src, int axis, const Tensor& index, int64_t size);
/// Rows of an axis by a vector of indices: index (m).
Tensor index_select(const Tensor& x, int axis, const Tensor& index);
/// Zeros with `size` rows on `axis`, and the rows of src added at index (m): index_select's other half.
Tensor index_add(const Tensor& src, int axis, const Tensor& index, int64_t size);

// Losses.
/// softplus(l) - l t, elementwise, for targets in [0, 1]; differentiable in both. The shapes must be equal.
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& targets);
/// -log softmax(logits)[label], a row: logits (B, classes), labels (B) i64 -> (B).
Tensor cross_entropy(const Tensor& logits, const Tensor& labels);
/// mean (a - b)^2 over everything.
Tensor mse(const Tensor& a, const Tensor& b);

///@{
/// Operators: neg, add, sub, mul and div.
inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator-(const Tensor& x) { return neg(x); }
inline Tensor operator+(const Tensor& x, double c) { return add(x, c); }
inline Tensor operator+(double c, const Tensor& x) { return add(x, c); }
inline Tensor operator-(const Tensor& x, double c) { return add(x, -c); }
inline Tensor operator-(double c, const Tensor& x) { return add(neg(x), c); }
inline Tensor operator*(const Tensor& x, double c) { return mul(x, c); }
inline Tensor operator*(double c, const Tensor& x) { return mul(x, c); }
inline Tensor operator/(const Tensor& x, double c) { return div(x, c); }
inline Tensor operator/(double c, const Tensor& x) { return div(c, x); }
///@}
///@{
/// x becomes x + y, of x's shape. In place where no live tape has to know of it: every handle on x's values
/// sees them change. While a tape records, a tracked x or y makes x a recorded result, as x = x + y does, and
/// other handles keep what they had. Throws for a leaf while a tape records (the step of an optimiser stands
/// in a NoGrad), and for a tracked y where x was none and has other handles, which would not follow.
Tensor& operator+=(Tensor& x, const Tensor& y);
Tensor& operator-=(Tensor& x, const Tensor& y);  ///< as +=
Tensor& operator*=(Tensor& x, const Tensor& y);  ///< as +=
Tensor& operator/=(Tensor& x, const Tensor& y);  ///< as +=
Tensor& operator+=(Tensor& x, double c);
///@}
Tensor& operator-=(Tensor& x, double c);  ///< as +=
Tensor& operator*=(Tensor& x, double c);  ///< as +=
Tensor& operator/=(Tensor& x, double c);  ///< as +=

}  // namespace gradzoo
