#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

Maxout::Maxout(int64_t in, int64_t out, int64_t pieces, Rng& rng, const LinearOptions& options)
    : out_(out), pieces_(pieces), linear_(in, std::max<int64_t>(pieces, 0) * out, rng, options) {
  register_module("linear", linear_);
}

Tensor Maxout::forward(const Tensor& x) const {
  const Tensor y = linear_(x);  // (..., pieces out)
  Shape shape = y.shape();
  shape.set(-1, out_);
  return reshape(max(reshape(y, {y.size() / (pieces_ * out_), pieces_, out_}), 1), shape);
}

}  // namespace gradzoo
