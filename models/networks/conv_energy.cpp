#include "models/networks/conv_energy.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/nn/layers/init.h"

namespace gradzoo {
namespace {

constexpr int64_t kLayers = 4, kHalving = 2;
struct Layer {
  int64_t kernel, padding, times;  // times: channels of those of the first
};
constexpr Layer kConvolutions[kLayers] = {{5, 4, 1}, {3, 1, 2}, {3, 1, 4}, {3, 1, 4}};

int64_t pixels_behind(const Layer& layer, int64_t pixels) {
  return (pixels + 2 * layer.padding - layer.kernel) / kHalving + 1;
}

// Numbers of an image behind all convolutions.
int64_t features_of(const DataShape& shape, int64_t channels) {
  int64_t height = shape.height(), width = shape.width();
  for (const Layer& layer : kConvolutions) {
    height = pixels_behind(layer, height);
    width = pixels_behind(layer, width);
  }
  return height * width * channels * kConvolutions[kLayers - 1].times;
}

const DataShape& checked_image(const DataShape& shape) {
  if (shape.is_grid()) return shape;
  throw Error("net=conv is for images, and the data are points {}. Hint: use net=mlp", shape.example.str());
}

}  // namespace

ConvEnergy::ConvEnergy(const DataShape& shape, const ConvEnergyOptions& options, Rng& rng)
    : shape_(checked_image(shape)),
      head_(layer_sizes(features_of(shape, options.channels), options.hidden, 1), rng,
            {.activation = options.activation,
             .linear = {.spectral_norm = options.spectral_norm, .dtype = options.dtype}}) {
  int64_t in = shape.channels();
  for (const Layer& layer : kConvolutions) {
    const int64_t out = options.channels * layer.times;
    layers_.append<Conv2d>(in, out, layer.kernel, rng,
                           ConvLayerOptions{.conv = {.stride = kHalving, .padding = layer.padding},
                                            .spectral_norm = options.spectral_norm,
                                            .dtype = options.dtype});
    layers_.append<Activation>(options.activation);
    in = out;
  }
  register_module("convolutions", layers_);
  register_module("head", head_);
  if (!options.zero) return;
  const std::vector<NamedTensor> parameters = head_.named_parameters();
  for (size_t i = parameters.size() - 2; i < parameters.size(); ++i) {
    Tensor last = parameters[i].tensor;
    init::zeros(last, rng);
  }
}

Tensor ConvEnergy::forward(const Tensor& x) const {
  return head_.forward(flatten_rows(layers_.forward(as_image_batch(x * 2.0 - 1.0, shape_))));
}

}  // namespace gradzoo
