#include <cmath>

#include "autograd/kernels/pointwise/softplus_rise.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

RbmPath::RbmPath(const RbmLayer& layer, const Tensor& base_bias)
    : layer_(layer), gibbs_(layer), base_bias_(base_bias.detach()) {
  const NoGrad quiet;
  rise_ = reshape(layer.visible_bias() - base_bias_, {layer.visible(), 1});
}

Tensor RbmPath::advance(Tensor& x, double from, double to, Rng& rng) {
  const NoGrad quiet;
  const Tensor logits = gibbs_.hidden_logits(x);  // (B, m)
  Tensor log_weights = cast(reshape(matmul(x, rise_), {x.dim(0)}), DType::f64) * (to - from);
  visit_floating(logits.dtype(), [&]<class T>() {
    kernels::softplus_rise(from, to, logits.data<T>(), layer_.hidden_bias().data<T>(),
                           log_weights.mutable_data<double>(), logits.dim(0), logits.dim(1));
  });
  const Tensor h = draw_units(logits, layer_.hidden_bias() * to, rng, to);
  const Tensor bias = base_bias_ + reshape(rise_, {layer_.visible()}) * to;
  x = draw_units(gibbs_.visible_logits(h), bias, rng, to);
  return log_weights;
}

double RbmPath::begin_log_partition() const {
  const NoGrad quiet;
  return sum(softplus(cast(base_bias_, DType::f64))).item() +
         static_cast<double>(layer_.hidden()) * std::log(2.0);
}

Tensor RbmPath::begin(int64_t chains, Rng& rng) const {
  const NoGrad quiet;
  return draw_units(zeros({chains, layer_.visible()}, base_bias_.dtype()), base_bias_, rng);
}

}  // namespace gradzoo
