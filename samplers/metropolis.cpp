#include "gradzoo/samplers/metropolis.h"

#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"

namespace gradzoo {
namespace {

// mask (B) u8: rows of `a` where it is set, else rows of `b`.
Tensor rows_where(const Tensor& mask, const Tensor& a, const Tensor& b) {
  constexpr int64_t kGrain = 32768;  // numbers
  if (a.rank() == 1) return where(mask, a, b);
  Tensor out = empty_like(a);
  const int64_t width = a.dim(1);
  visit_floating(a.dtype(), [&]<class T>() {
    const uint8_t* chosen = mask.data<uint8_t>();
    const T *from_a = a.data<T>(), *from_b = b.data<T>();
    T* to = out.mutable_data<T>();
    parallel_for(a.dim(0), kGrain / std::max<int64_t>(width, 1) + 1, 1, [=](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r)
        std::copy_n((chosen[r] ? from_a : from_b) + r * width, width, to + r * width);
    });
  });
  return out;
}

double share(const Tensor& mask) { return mean(cast(mask, DType::f64)).item(); }

}  // namespace

Tensor metropolis_acceptance(const Tensor& log_ratio) {
  const Tensor is_number = eq(log_ratio, log_ratio);
  return where(is_number, exp(minimum(log_ratio, zeros_like(log_ratio))), zeros_like(log_ratio));
}

Tensor metropolis_moves(const Tensor& log_ratio, const Tensor& uniform) {
  return lt(uniform, metropolis_acceptance(log_ratio));
}

Transition metropolis(const Tensor& x, const PointValue& value, const Tensor& proposal,
                      const PointValue& proposed, const Tensor& log_ratio, Rng& rng) {
  const Tensor moves = metropolis_moves(log_ratio, rand(log_ratio.shape(), rng, log_ratio.dtype()));
  PointValue after{rows_where(moves, proposed.log_prob, value.log_prob), {}};
  if (value.score.defined()) after.score = rows_where(moves, proposed.score, value.score);
  return {rows_where(moves, proposal, x), after, share(moves)};
}

}  // namespace gradzoo
