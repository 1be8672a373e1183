#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/dbn/dbn.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/nn/distributions.h"

namespace gradzoo {

Tensor dbn_bound(const RbmStack& layers, const Tensor& x, double top_log_z, Rng& rng) {
  const NoGrad quiet;
  Tensor below = x;
  Tensor bound = full({x.dim(0)}, -top_log_z, DType::f64);
  for (size_t l = 0; l + 1 < layers.size(); ++l) {
    const RbmLayer& layer = *layers[l];
    const Tensor up = matmul(below, layer.weight()) + layer.hidden_bias();
    const Tensor h = draw_units(up, zeros({layer.hidden()}, up.dtype()), rng);
    const Tensor down = matmul(h, layer.weight(), false, true) + layer.visible_bias();
    bound += cast(sum(bernoulli_log_prob(below, down), 1) - sum(bernoulli_log_prob(h, up), 1), DType::f64);
    below = h;
  }
  return bound - cast(layers.back()->free_energy(below), DType::f64);
}

}  // namespace gradzoo
