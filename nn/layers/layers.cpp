#include "gradzoo/nn/layers/layers.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

using Function = Tensor (*)(const Tensor&);

const std::vector<std::string> kActivationNames = {"relu",    "leaky_relu", "elu",      "silu",    "gelu",
                                                   "sigmoid", "tanh",       "softplus", "identity"};
constexpr Function kActivations[] = {relu,
                                     [](const Tensor& x) { return leaky_relu(x); },
                                     [](const Tensor& x) { return elu(x); },
                                     silu,
                                     gelu,
                                     sigmoid,
                                     tanh,
                                     softplus,
                                     [](const Tensor& x) { return x; }};

Function find_activation(std::string_view name) {
  const auto found = std::find(kActivationNames.begin(), kActivationNames.end(), name);
  if (found == kActivationNames.end())
    throw Error("'{}' is no activation. {}", name, did_you_mean(name, kActivationNames));
  return kActivations[found - kActivationNames.begin()];
}

}  // namespace

Linear::Linear(int64_t in, int64_t out, Rng& rng, const LinearOptions& options) {
  if (in < 1 || out < 1) throw Error("Linear: {} -> {} features. Hint: at least one each", in, out);
  weight_ = empty({out, in}, options.dtype);
  if (options.init) {
    options.init(weight_, rng);
  } else {
    init::torch_linear(weight_, rng);
  }
  register_parameter("weight", weight_);
  if (options.bias) {
    bias_ = zeros({out}, options.dtype);
    if (!options.init) init::torch_bias(bias_, rng, in);
    register_parameter("bias", bias_);
  }
  if (!options.spectral_norm) return;
  spectral_ = std::make_unique<SpectralNorm>(weight_, rng);
  register_module("spectral_norm", *spectral_);
}

Tensor Linear::forward(const Tensor& x) const {
  return linear(x, spectral_ ? spectral_->normalised() : weight_, bias_);
}

Residual::Residual(std::unique_ptr<Module> body) : body_(std::move(body)) {
  if (!body_) throw Error("Residual: there is no module. Hint: std::make_unique<Mlp>(...)");
  register_module("body", *body_);
}

Tensor Residual::forward(const Tensor& x) const { return x + body_->forward(x); }

Activation::Activation(std::string_view name) : function_(find_activation(name)) {}

std::span<const std::string> activation_names() { return kActivationNames; }

void Sequential::append(std::unique_ptr<Module> module) {
  register_module(std::to_string(modules_.size()), *module);
  modules_.push_back(std::move(module));
}

Tensor Sequential::forward(const Tensor& x) const {
  Tensor y = x;
  for (const auto& module : modules_) y = module->forward(y);
  return y;
}

std::vector<int64_t> layer_sizes(int64_t in, std::span<const int64_t> hidden, int64_t out) {
  std::vector<int64_t> sizes{in};
  sizes.insert(sizes.end(), hidden.begin(), hidden.end());
  sizes.push_back(out);
  return sizes;
}

Mlp::Mlp(std::span<const int64_t> sizes, Rng& rng, const MlpOptions& options) {
  if (sizes.size() < 2)
    throw Error("Mlp: {} sizes make no layer. Hint: at least input and output", sizes.size());
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    append<Linear>(sizes[i], sizes[i + 1], rng, options.linear);
    append<Activation>(i + 2 < sizes.size() ? options.activation : options.final_activation);
  }
}

}  // namespace gradzoo
