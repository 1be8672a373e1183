#include "samplers/metropolis.h"

#include "autograd/ops.h"

namespace gradzoo {

Tensor metropolis_acceptance(const Tensor& log_ratio) {
  const Tensor is_number = eq(log_ratio, log_ratio);
  return where(is_number, exp(minimum(log_ratio, zeros_like(log_ratio))), zeros_like(log_ratio));
}

Tensor metropolis_moves(const Tensor& log_ratio, const Tensor& uniform) {
  return lt(uniform, metropolis_acceptance(log_ratio));
}

}  // namespace gradzoo
