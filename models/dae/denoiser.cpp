#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "models/dae/dae.h"

namespace gradzoo {

TiedDenoiser::TiedDenoiser(int64_t inputs, int64_t hidden, double reach, Rng& rng, DType dtype)
    : weight_(zeros({hidden, inputs}, dtype)),
      hidden_bias_(zeros({hidden}, dtype)),
      bias_(zeros({inputs}, dtype)) {
  init::torch_linear(weight_, rng);
  const double bound = reach / std::sqrt(static_cast<double>(inputs));
  init::uniform(hidden_bias_, rng, -bound, bound);
  register_parameter("weight", weight_);
  register_parameter("hidden_bias", hidden_bias_);
  register_parameter("bias", bias_);
}

Tensor TiedDenoiser::codes(const Tensor& x) const { return sigmoid(linear(x, weight_, hidden_bias_)); }

Tensor TiedDenoiser::forward(const Tensor& x) const { return matmul(codes(x), weight_) + bias_; }

Tensor TiedDenoiser::log_density(const Tensor& x, double sigma) const {
  const Tensor bowl = sum(x * bias_ - square(x) * 0.5, 1);
  return (bowl + sum(softplus(linear(x, weight_, hidden_bias_)), 1)) / (sigma * sigma);
}

Tensor denoising_error(TensorFn r, const Tensor& x, const Tensor& noisy) {
  return sum(square(r(noisy) - x), 1);
}

Tensor denoiser_score(TensorFn r, const Tensor& x, double sigma) { return (r(x) - x) / (sigma * sigma); }

}  // namespace gradzoo
