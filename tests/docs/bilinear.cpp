// The layer of docs/add-layer.md, made in its five steps.
#include <gradzoo.h>

namespace gradzoo {

//! block

Bilinear::Bilinear(int64_t n, int64_t m, int64_t out, Rng& rng, DType dtype) {
  weight_ = register_parameter("weight", randn({n, m * out}, rng, dtype));
  bias_ = register_parameter("bias", zeros({out}, dtype));
}

Tensor Bilinear::forward_all(std::span<const Tensor> inputs) const {
  const Tensor &x = inputs[0], &t = inputs[1];
  const Tensor left = reshape(matmul(x, weight_), {x.dim(0), t.dim(1), bias_.dim(0)});
  return sum(left * reshape(t, {t.dim(0), t.dim(1), 1}), 1) + bias_;
}

}  // namespace gradzoo

int main() {
  using namespace gradzoo;
  Rng rng(1);
  const Bilinear layer(2, 3, 4, rng, DType::f64);
  const std::vector<Tensor> inputs = {randn({5, 2}, rng, DType::f64), randn({5, 3}, rng, DType::f64)};
  return check_order(layer, inputs, 2).ok ? 0 : 1;
}
