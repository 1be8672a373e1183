#include <limits>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/parallel/shards.h"

namespace gradzoo {
namespace {

// In place: the State holds on to it.
void move_average(Tensor average, const Tensor& to, double share) {
  visit_floating(average.dtype(), [&]<class T>() {
    T* values = average.mutable_data<T>();
    for (int64_t i = 0; i < average.size(); ++i)
      values[i] += static_cast<T>(share) * (to.data<T>()[i] - values[i]);
  });
}

}  // namespace

BatchNorm1d::BatchNorm1d(int64_t features, const BatchNormOptions& options) : options_(options) {
  if (features < 1) throw Error("BatchNorm1d: {} features. Hint: at least one", features);
  scale_ = register_parameter("scale", ones({features}, options.dtype));
  shift_ = register_parameter("shift", zeros({features}, options.dtype));
  mean_ = zeros({features}, options.dtype);
  stddev_ = ones({features}, options.dtype);
  register_buffer("running_mean", mean_);
  register_buffer("running_stddev", stddev_);
}

Tensor BatchNorm1d::forward(const Tensor& x) const { return (x - mean_) / stddev_ * scale_ + shift_; }

Tensor BatchNorm1d::by_batch(const Tensor& x, int64_t parts) const {
  const int64_t features = scale_.size();
  if (x.rank() != 2 || x.dim(1) != features || parts < 1 || x.dim(0) % parts != 0 || x.dim(0) < 2 * parts)
    throw Error("BatchNorm1d: a batch of {} in {} parts. Hint: (B, {}), B a multiple of {} and at least {}",
                x.shape().str(), parts, features, parts, 2 * parts);
  const Tensor y = reshape(x, {x.dim(0) / parts, parts, features});
  const Tensor m = mean(y, 0, true), off = y - m;  // (1, parts, features), (B / parts, parts, features)
  const Tensor var = mean(square(off), 0, true), far = eq(var, std::numeric_limits<double>::infinity());
  Tensor s = sqrt(var + options_.eps);
  if (any(far)) s = where(far, stddev_axis(y, 0, true, 0), s);  // where eps is nothing, and squares too much
  {
    const NoGrad quiet;
    seen_ = mean_over_shards(mean(concat(m, s, 0), 1));
  }
  return reshape(off / s * scale_ + shift_, x.shape());
}

void BatchNorm1d::do_update_buffers() const {
  if (!seen_.defined()) return;
  move_average(mean_, seen_.rows(0, 1), options_.momentum);
  move_average(stddev_, seen_.rows(1, 2), options_.momentum);
  seen_ = {};
}

}  // namespace gradzoo
