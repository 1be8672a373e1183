#pragma once

#include <initializer_list>
#include <span>

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tensor.h"

/// Every public differentiable op. plain.h has the functions that are never recorded: comparisons, masks,
/// rounding, argmax. Names and conventions are PyTorch's: NumPy broadcasting; relu'(0) = abs'(0) = 0; ties
/// share the gradient equally in max and min, and half each in maximum and minimum; var divides by n - 1; an
/// empty sum is 0, an empty mean NaN, an empty max an error; Linear's weight is (out, in). Axes may be
/// negative. A double takes the tensor's dtype. Mixed dtypes throw Error. Floating-point exception flags mean
/// nothing after an op, and traps must stay masked (no feenableexcept): the spare lanes of a last vector may
/// divide by zero.
namespace gradzoo {

// Elementwise, one operand.
Tensor neg(const Tensor& x);         ///< -x
Tensor abs(const Tensor& x);         ///< |x|; the gradient at 0 is 0
Tensor exp(const Tensor& x);         ///< e^x
Tensor expm1(const Tensor& x);       ///< e^x - 1, accurate near 0
Tensor expm1x(const Tensor& x);      ///< e^x - 1 - x, accurate near 0, and so are its derivatives
Tensor log(const Tensor& x);         ///< natural logarithm; NaN below 0
Tensor log1p(const Tensor& x);       ///< log(1 + x), accurate near 0
Tensor exp2(const Tensor& x);        ///< 2^x; exp2 and log2 are exact at powers of two
Tensor log2(const Tensor& x);        ///< logarithm to base 2
Tensor log10(const Tensor& x);       ///< logarithm to base 10
Tensor sqrt(const Tensor& x);        ///< square root; NaN below 0
Tensor rsqrt(const Tensor& x);       ///< x^(-1/2)
Tensor reciprocal(const Tensor& x);  ///< 1 / x
Tensor square(const Tensor& x);      ///< x^2
Tensor sin(const Tensor& x);         ///< sine of x in radians
Tensor cos(const Tensor& x);         ///< cosine of x in radians
Tensor tan(const Tensor& x);         ///< tangent of x in radians
Tensor asin(const Tensor& x);        ///< arcsine in [-pi/2, pi/2]; NaN outside [-1, 1]
Tensor acos(const Tensor& x);        ///< arccosine in [0, pi]; NaN outside [-1, 1]
Tensor atan(const Tensor& x);        ///< arctangent in [-pi/2, pi/2]
Tensor sinh(const Tensor& x);        ///< (e^x - e^-x) / 2
Tensor cosh(const Tensor& x);        ///< (e^x + e^-x) / 2
Tensor asinh(const Tensor& x);       ///< inverse of sinh
Tensor acosh(const Tensor& x);       ///< inverse of cosh, at least 0; NaN below 1
Tensor atanh(const Tensor& x);       ///< inverse of tanh; NaN outside [-1, 1]
Tensor lgamma(const Tensor& x);      ///< log |Gamma(x)|
Tensor digamma(const Tensor& x);     ///< d lgamma / dx
Tensor polygamma(int n,
                 const Tensor& x);  ///< n-th derivative of digamma, n <= 1000; with a gradient n <= 999
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
Tensor erfc(const Tensor& x);                             ///< 1 - erf(x), accurate where it is tiny

// Elementwise with two operands, which broadcast, or with an operand and a number.
Tensor add(const Tensor& a, const Tensor& b);      ///< a + b
Tensor sub(const Tensor& a, const Tensor& b);      ///< a - b
Tensor mul(const Tensor& a, const Tensor& b);      ///< a b
Tensor div(const Tensor& a, const Tensor& b);      ///< a / b
Tensor pow(const Tensor& a, const Tensor& b);      ///< a^b; a > 0 if the gradient with respect to b is wanted
Tensor atan2(const Tensor& y, const Tensor& x);    ///< angle of the point (x, y), in [-pi, pi]
Tensor maximum(const Tensor& a, const Tensor& b);  ///< larger of a and b; equals share the gradient
Tensor minimum(const Tensor& a, const Tensor& b);  ///< smaller of a and b; equals share the gradient
Tensor add(const Tensor& x, double c);             ///< x + c
Tensor mul(const Tensor& x, double c);             ///< c x
Tensor div(const Tensor& x, double c);             ///< x / c
Tensor div(double c, const Tensor& x);             ///< c / x
Tensor pow(const Tensor& x, double exponent);      ///< x^exponent
Tensor maximum(const Tensor& x, double c);         ///< larger of x and c
Tensor minimum(const Tensor& x, double c);         ///< smaller of x and c
///@{
/// Returns mask (u8) ? a : b elementwise; all three broadcast together.
Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& mask, const Tensor& a, double b);
Tensor where(const Tensor& mask, double a, const Tensor& b);
///@}

///@{
/// Reductions over all elements to a scalar, or over one or several axes (kept as size 1 if keepdim): sum(x),
/// sum(x, 0), sum(x, {0, -1}).
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, int axis, bool keepdim = false);
Tensor sum(const Tensor& x, std::span<const int> axes, bool keepdim = false);
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, int axis, bool keepdim = false);
Tensor mean(const Tensor& x, std::span<const int> axes, bool keepdim = false);
///@}
///@{
/// Returns the variance, with the divisor n - correction.
Tensor var(const Tensor& x, int correction = 1);
Tensor var_axis(const Tensor& x, int axis, bool keepdim = false, int correction = 1);  ///< over one axis
Tensor var(const Tensor& x, std::span<const int> axes, bool keepdim = false, int correction = 1);
///@}
///@{
/// Returns the square root of var(), with gradient 0 if all elements are equal. Its name in PyTorch is std.
Tensor stddev(const Tensor& x, int correction = 1);
Tensor stddev_axis(const Tensor& x, int axis, bool keepdim = false, int correction = 1);  ///< over one axis
Tensor stddev(const Tensor& x, std::span<const int> axes, bool keepdim = false, int correction = 1);
///@}
///@{
/// The same reductions with the axes in braces.
using Axes = std::initializer_list<int>;
inline std::span<const int> as_span(Axes axes) { return {axes.begin(), axes.size()}; }
inline Tensor sum(const Tensor& x, Axes axes, bool keepdim = false) { return sum(x, as_span(axes), keepdim); }
inline Tensor mean(const Tensor& x, Axes axes, bool keepdim = false) {
  return mean(x, as_span(axes), keepdim);
}
inline Tensor var(const Tensor& x, Axes axes, bool keepdim = false, int correction = 1) {
  return var(x, as_span(axes), keepdim, correction);
}
inline Tensor stddev(const Tensor& x, Axes axes, bool keepdim = false, int correction = 1) {
  return stddev(x, as_span(axes), keepdim, correction);
}
///@}
///@{
/// Returns sqrt(sum x^2), with gradient 0 at 0; the squares do not overflow.
Tensor norm(const Tensor& x);
Tensor norm(const Tensor& x, int axis, bool keepdim = false);
///@}
///@{
/// Returns the product, with correct gradients of all orders even if factors are 0; an empty product is 1.
Tensor prod(const Tensor& x);
Tensor prod(const Tensor& x, int axis, bool keepdim = false);
///@}
Tensor max(const Tensor& x);  ///< largest element; ties share the gradient equally
Tensor max(const Tensor& x, int axis, bool keepdim = false);  ///< maximum along an axis
Tensor min(const Tensor& x);  ///< smallest element; ties share the gradient equally
Tensor min(const Tensor& x, int axis, bool keepdim = false);        ///< minimum along an axis
Tensor logsumexp(const Tensor& x);                                  ///< log sum e^x, which does not overflow
Tensor logsumexp(const Tensor& x, int axis, bool keepdim = false);  ///< log sum e^x along an axis
Tensor softmax(const Tensor& x, int axis);                          ///< e^x / sum e^x along the axis
Tensor log_softmax(const Tensor& x, int axis);                      ///< x - logsumexp(x) along the axis
Tensor cumsum(const Tensor& x, int axis,
              bool reverse = false);                 ///< running sum, from the end if `reverse`
Tensor cumprod(const Tensor& x, int axis);           ///< running product, differentiable as prod()
Tensor logaddexp(const Tensor& a, const Tensor& b);  ///< log (e^a + e^b), which does not overflow
/// Sums over the axes along which `shape` would be broadcast to x.shape(): the transpose of broadcast_to().
Tensor sum_to(const Tensor& x, const Shape& shape);

// Order along an axis. NaN counts as the largest number; i64 and u8 have an order too.
/// Elements and their indices (i64) on the axis; each element passes its gradient to its one index.
struct ValuesAndIndices {
  Tensor values, indices;  ///< elements and indices, of the same shape
};
/// Sorts in ascending order; equal elements keep their order.
ValuesAndIndices sort(const Tensor& x, int axis = -1, bool descending = false);
/// Returns the k largest in descending order, or the k smallest in ascending order; equals keep their order.
ValuesAndIndices topk(const Tensor& x, int64_t k, int axis = -1, bool largest = true);
/// Returns max or min together with argmax or argmin. The whole gradient goes to that one index, whereas
/// max() and min() share it among ties.
ValuesAndIndices max_with_index(const Tensor& x, int axis, bool keepdim = false);
ValuesAndIndices min_with_index(const Tensor& x, int axis, bool keepdim = false);  ///< as max_with_index

// Products.
/// Returns op(a) op(b) over the last two axes, (..., m, k) x (..., k, n) -> (..., m, n); leading axes
/// broadcast. Both ranks are at least 2.
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);
/// Returns x W^T + bias: x (..., in), weight (out, in), bias (out) or undefined -> (..., out).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

/// Applies the Laplacian's chain rule for an elementwise y = f(z). `rows` stacks J_1 ... J_K and L of z,
/// (K+1, ...z), with size 1 on leading axes that share them; `slopes` stacks f'(z) and f''(z), (2, ...z).
/// Returns f' J_k and f' L + f'' sum J_k^2, (K+1, ...z), or only the last of these, (1, ...z).
Tensor chain_laplacian(const Tensor& rows, const Tensor& slopes, bool keeps_jacobian = true);

/// The options of a convolution: x (..., H, W, in), weight (kh, kw, in, out), bias (out) or undefined.
struct ConvOptions {
  int64_t stride = 1;    ///< step of the window, in pixels on both axes
  int64_t padding = 0;   ///< zero pixels around x
  int64_t dilation = 1;  ///< distance in pixels between taps of the weight
};
/// Returns y[i] = sum_k x[i stride + k dilation - padding] w[k] + bias (x = 0 outside): (..., oh, ow, out).
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const ConvOptions& options = {});
/// Returns conv2d's gradient with respect to x: y (..., oh, ow, out) -> (..., H, W, in), bias (in). H and W
/// are the smallest sizes from which conv2d makes y's size, plus `output_padding`.
Tensor conv_transpose2d(const Tensor& y, const Tensor& weight, const Tensor& bias = {},
                        const ConvOptions& options = {}, int64_t output_padding = 0);
/// Returns conv2d's gradient with respect to the weight, summed over all images: (kh, kw, in, out).
Tensor conv2d_weight(const Tensor& x, const Tensor& y, int64_t kernel_height, int64_t kernel_width,
                     const ConvOptions& options = {});

/// The options of a normalisation: y = (x - mean) / sqrt(var + eps) scale + shift, then SiLU if requested.
struct NormOptions {
  double eps = 1e-5;  ///< constant that is added to the variance
  bool silu = false;  ///< true: y sigmoid(y) is returned
};
/// Normalises over each image's groups of channels (Wu & He 2018): x (B, ..., C), scale and shift (C), or
/// (B,C) for separate ones per image.
Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                  const NormOptions& options = {});
/// Normalises over the last axis (Ba et al. 2016): x (..., n), scale and shift (n).
Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const NormOptions& options = {});

// Windows of k x k pixels, side by side, in images (..., H, W, C).
Tensor avg_pool2d(const Tensor& x, int64_t k);          ///< mean per window: (..., H/k, W/k, C)
Tensor max_pool2d(const Tensor& x, int64_t k);          ///< maximum per window: (..., H/k, W/k, C)
Tensor upsample_nearest2d(const Tensor& x, int64_t k);  ///< each pixel k x k times: (..., k H, k W, C)
/// Turns windows into channels, first by row, then by pixel: (..., H, W, C) -> (..., H/k, W/k, k k C).
Tensor space_to_depth(const Tensor& x, int64_t k);
Tensor depth_to_space(const Tensor& x, int64_t k);  ///< inverse of space_to_depth()

// Shapes.
/// Returns the same values in another shape, sharing storage; one size may be -1.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Returns a recorded copy, as Tensor::clone() does for a tracked tensor.
Tensor clone(const Tensor& x);
Tensor flatten_rows(const Tensor& x);  ///< one row per first index: (B, ...) -> (B, n)
/// Swaps two axes (default: the last two).
Tensor transpose(const Tensor& x, int axis_a = -2, int axis_b = -1);
///@{
/// Reorders the axes, each named once: permute(x, {2, 0, 1}) has x's last axis first.
Tensor permute(const Tensor& x, std::span<const int> axes);
inline Tensor permute(const Tensor& x, std::initializer_list<int> axes) {
  return permute(x, std::span(axes.begin(), axes.size()));
}
///@}
Tensor broadcast_to(const Tensor& x, const Shape& shape);  ///< axes of size 1 repeated, axes added in front
Tensor unsqueeze(const Tensor& x, int axis);               ///< x with a new axis of size 1 at `axis`
Tensor squeeze(const Tensor& x, int axis);                 ///< x without an axis, whose size must be 1
/// Repeats all of x `copies` times, one after another: (B, ...) -> (copies B, ...).
Tensor tile_rows(const Tensor& x, int64_t copies);
///@{
/// Joins tensors end to end along an axis; their other sizes agree.
Tensor concat(std::span<const Tensor> parts, int axis);
Tensor concat(const Tensor& a, const Tensor& b, int axis);
inline Tensor concat(std::initializer_list<Tensor> parts, int axis) {
  return concat(std::span(parts.begin(), parts.size()), axis);
}
///@}
///@{
/// Stacks tensors of the same shape along a new axis: n of (...) -> (n, ...) for axis 0.
Tensor stack(std::span<const Tensor> parts, int axis = 0);
inline Tensor stack(std::initializer_list<Tensor> parts, int axis = 0) {
  return stack(std::span(parts.begin(), parts.size()), axis);
}
///@}
/// Splits an axis into pieces of `size` elements; the last piece may be shorter. The inverse of concat().
Tensors split(const Tensor& x, int64_t size, int axis = 0);
/// Returns the elements begin, begin + step, ... below end of one axis, step >= 1; negative begin and end
/// count from the back.
Tensor slice(const Tensor& x, int axis, int64_t begin, int64_t end, int64_t step = 1);
/// Returns zeros with `size` elements on one axis, and x at begin, begin + step, ...: slice()'s transpose.
Tensor unslice(const Tensor& x, int axis, int64_t begin, int64_t step, int64_t size);
/// Adds `before` and `after` copies of `value` to the ends of one axis.
Tensor pad(const Tensor& x, int axis, int64_t before, int64_t after, double value = 0.0);
Tensor flip(const Tensor& x, int axis);  ///< x with the axis in reverse order

// Indexing; `index` is i64.
/// Returns y[..., j, ...] = x[..., index[..., j, ...], ...]. The index has x's rank and, except on `axis`,
/// x's sizes. If it lacks x's leading axes, they share it.
Tensor gather(const Tensor& x, int axis, const Tensor& index);
/// Returns zeros with `size` elements on `axis`, and src added at index: gather()'s transpose.
Tensor scatter_add(const Tensor& src, int axis, const Tensor& index, int64_t size);
/// Returns the rows of an axis at a vector of indices, index (m).
Tensor index_select(const Tensor& x, int axis, const Tensor& index);
/// Returns zeros with `size` rows on `axis`, src's rows added at index (m): index_select()'s transpose.
Tensor index_add(const Tensor& src, int axis, const Tensor& index, int64_t size);

// Losses.
/// Returns softplus(l) - l t elementwise for targets in [0, 1], differentiable in both. The shapes are equal.
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& targets);
/// Returns -log softmax(logits)[label] per row: logits (B, classes), labels (B) i64 -> (B).
Tensor cross_entropy(const Tensor& logits, const Tensor& labels);
/// Returns the mean of (a - b)^2 over all elements.
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
/// Replaces x with x + y, in x's shape. If no live tape has to record this, x changes in place, and every
/// handle on its values sees the change. While a tape records, a tracked x or y makes x a recorded result, as
/// x = x + y does, and other handles keep the old values. Throws Error for a leaf while a tape records (write
/// an optimiser's step inside a NoGrad). Also throws if y is tracked and x is not, and x has other handles:
/// they would not follow.
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
