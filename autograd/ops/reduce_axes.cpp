#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops/axis.h"
#include "autograd/ops/reduce.h"

/// Reductions that are compositions: over several axes, products, deviations.
namespace gradzoo {
namespace {

// x's shape with size 1 on the axes of a reduction.
Shape kept_shape(const Shape& x, std::span<const int> axes, const char* op) {
  if (axes.empty()) throw Error("{}: no axes are given. Hint: call {}(x) for all elements", op, op);
  Shape seen, kept = x;
  for (int i = 0; i < x.rank(); ++i) seen = seen.insert(i, 0);
  for (const int named : axes) {
    const int axis = normalize_axis(named, x.rank(), op);
    if (seen[axis] != 0)
      throw Error("{}: axis {} of {} is named twice. Hint: name each axis once", op, named, x.str());
    seen.set(axis, 1);
    kept.set(axis, 1);
  }
  return kept;
}

// `kept` without the axes of a reduction.
Shape dropped_shape(const Shape& kept, std::span<const int> axes) {
  Shape out;
  for (int i = 0; i < kept.rank(); ++i) {
    const bool is_named =
        std::any_of(axes.begin(), axes.end(), [&](int a) { return (a < 0 ? a + kept.rank() : a) == i; });
    if (!is_named) out = out.insert(out.rank(), kept[i]);
  }
  return out;
}

Tensor sum_over(const Tensor& x, std::span<const int> axes, bool keepdim, const char* op) {
  const Shape kept = kept_shape(x.shape(), axes, op);
  const Tensor y = apply(ops::SumTo{kept}, x);
  return keepdim ? y : reshape(y, dropped_shape(kept, axes));
}

// How many numbers fall on one.
int64_t count_over(const Shape& x, std::span<const int> axes) {
  int64_t count = 1;
  for (const int axis : axes) count *= x[axis];
  return count;
}

// sqrt(x), of gradient 0 where x is 0, not of infinite slope.
Tensor flat_root(const Tensor& x) {
  const Tensor is_zero = eq(x, 0.0);
  return where(is_zero, 0.0, sqrt(where(is_zero, 1.0, x)));
}

// Powers of two, at most |x|, or 1 where that is 0 or not finite: sizes of a row's numbers.
Tensor units_of(const Tensor& largest) {
  Tensor unit = empty_like(largest);
  visit_floating(largest.dtype(), [&]<class T>() {
    std::transform(largest.data<T>(), largest.data<T>() + largest.size(), unit.mutable_data<T>(),
                   [](T x) { return x > 0 && std::isfinite(x) ? std::ldexp(T{1}, std::ilogb(x)) : T{1}; });
  });
  return unit;
}

// The variance's root, also where squares overflow or lose their digits: in units of the row's largest
// number, which are exact. var_of(x) is the variance, largest_of(x) the maximum of the same numbers with
// their axes kept.
template <class Var, class Largest>
Tensor root_of_variance(const Tensor& x, Var&& var_of, Largest&& largest_of) {
  const Tensor v = var_of(x);
  const bool is_safe = visit_floating(v.dtype(), [&]<class T>() {
    constexpr T kLeast = sizeof(T) == 4 ? T(0x1p-80) : T(0x1p-900);
    const auto in_range = [](T value) { return value >= kLeast && value <= std::numeric_limits<T>::max(); };
    return std::all_of(v.data<T>(), v.data<T>() + v.size(), in_range);
  });
  if (x.size() == 0 || is_safe) return flat_root(v);
  const Tensor unit = [&] {
    const NoGrad constant;
    return units_of(largest_of(abs(x)));
  }();
  const Tensor root = flat_root(var_of(div(x, unit)));
  return mul(root, reshape(unit, root.shape()));
}

}  // namespace

Tensor sum(const Tensor& x, std::span<const int> axes, bool keepdim) {
  return sum_over(x, axes, keepdim, "sum");
}

Tensor mean(const Tensor& x, std::span<const int> axes, bool keepdim) {
  return ops::sum_over_count(x, count_over(x.shape(), axes),
                             [&](const Tensor& t) { return sum_over(t, axes, keepdim, "mean"); });
}

Tensor var(const Tensor& x, std::span<const int> axes, bool keepdim, int correction) {
  const Tensor deviation = sub(x, mean(x, axes, /*keepdim=*/true));
  const int64_t degrees = std::max<int64_t>(0, count_over(x.shape(), axes) - correction);
  return ops::sum_over_count(square(deviation), degrees,
                             [&](const Tensor& t) { return sum_over(t, axes, keepdim, "var"); });
}

Tensor stddev(const Tensor& x, int correction) { return stddev_axis(ops::one_row(x), -1, false, correction); }

Tensor stddev_axis(const Tensor& x, int axis, bool keepdim, int correction) {
  return root_of_variance(
      x, [&](const Tensor& in) { return var_axis(in, axis, keepdim, correction); },
      [&](const Tensor& in) { return max(in, axis, true); });
}

Tensor stddev(const Tensor& x, std::span<const int> axes, bool keepdim, int correction) {
  return root_of_variance(
      x, [&](const Tensor& in) { return var(in, axes, keepdim, correction); },
      [&](Tensor in) {
        for (const int axis : axes) in = max(in, axis, true);
        return in;
      });
}

Tensor logsumexp(const Tensor& x) { return logsumexp(ops::one_row(x), -1); }

// A balanced tree of products: nothing is divided, so that zeros among the factors have their gradients too.
Tensor prod(const Tensor& x, int axis, bool keepdim) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "prod");
  int64_t n = x.shape()[from_end];
  if (n == 0) return exp(sum(x, from_end, keepdim));  // 1, whose gradient has no numbers
  Tensor product = n == 1 ? x.clone() : x, left_over;
  for (; n > 1; n /= 2) {
    const int64_t half = n / 2;
    if (n % 2 == 1) {
      const Tensor last = slice(product, from_end, n - 1, n);
      left_over = left_over.defined() ? mul(left_over, last) : last;
    }
    const Tensor first = slice(product, from_end, 0, half), second = slice(product, from_end, half, 2 * half);
    product = mul(first, second);
  }
  if (left_over.defined()) product = mul(product, left_over);
  return keepdim ? product : squeeze(product, from_end);
}

Tensor prod(const Tensor& x) { return prod(ops::one_row(x), -1); }

// Each element times the one `shift` before it, which by then is a product of `shift` (Hillis and Steele
// 1986).
Tensor cumprod(const Tensor& x, int axis) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "cumprod");
  const int64_t n = x.shape()[from_end];
  Tensor products = x.clone();
  for (int64_t shift = 1; shift < n; shift *= 2) {
    const Tensor before = slice(products, from_end, 0, n - shift), at = slice(products, from_end, shift, n);
    products = concat({slice(products, from_end, 0, shift), mul(before, at)}, from_end);
  }
  return products;
}

Tensor logaddexp(const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "logaddexp");
  return logsumexp(stack({broadcast_to(a, shape), broadcast_to(b, shape)}), 0);
}

}  // namespace gradzoo
