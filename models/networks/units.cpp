#include "gradzoo/models/networks/units.h"

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

Units::Units(const DataKind& kind) : bounded_(kind.is_bounded()), low_(kind.low) {
  if (!bounded_) return;
  scale_ = 2 / (kind.high - kind.low);
  offset_ = 1 + kind.low * scale_;
}

Tensor Units::centred(const Tensor& x) const { return bounded_ ? x * scale_ - offset_ : x; }
Tensor Units::uncentred(const Tensor& x) const { return bounded_ ? (x + offset_) * (1 / scale_) : x; }
Tensor Units::squashed(const Tensor& x) const { return bounded_ ? tanh(x) : x; }
Tensor Units::squashed_in_data(const Tensor& x) const {
  return bounded_ ? sigmoid(x) * (2 / scale_) + low_ : x;
}

}  // namespace gradzoo
