#include "models/networks/coupling_flow.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/function_ref.h"
#include "nn/layers/image_layers.h"
#include "nn/layers/layers.h"

namespace gradzoo {
namespace {

constexpr int64_t kWindow = 4;     // pixels of a squeezed window: its rows from the top
constexpr double kPointScale = 6;  // on what perceptrons see: points have finer structure than images

// Perceptron n -> hidden -> 2 n whose last layer begins at 0.
std::unique_ptr<Module> perceptron(int64_t n, std::span<const int64_t> hidden, Rng& rng, DType dtype) {
  auto net = std::make_unique<Sequential>();
  int64_t width = n;
  for (const int64_t units : hidden) {
    net->append<Linear>(width, units, rng, LinearOptions{.dtype = dtype});
    net->append<Activation>("silu");
    width = units;
  }
  net->append<Linear>(width, 2 * n, rng, LinearOptions{.init = init::zeros, .dtype = dtype});
  return net;
}

// Convolutions 3x3, 1x1 and 3x3, as Glow's; the last begins at 0.
std::unique_ptr<Module> convolutions(int64_t n, int64_t channels, Rng& rng, DType dtype) {
  auto net = std::make_unique<Sequential>();
  net->append<Conv2d>(n, channels, 3, rng, ConvLayerOptions{.conv = {.padding = 1}, .dtype = dtype});
  net->append<Activation>("silu");
  net->append<Conv2d>(channels, channels, 1, rng, ConvLayerOptions{.dtype = dtype});
  net->append<Activation>("silu");
  net->append<Conv2d>(channels, 2 * n, 3, rng,
                      ConvLayerOptions{.conv = {.padding = 1}, .init = init::zeros, .dtype = dtype});
  return net;
}

// 1 where holds(i) of n numbers.
Tensor mask_of(int64_t n, DType dtype, FunctionRef<bool(int64_t)> holds) {
  std::vector<double> mask;
  for (int64_t i = 0; i < n; ++i) mask.push_back(holds(i) ? 1 : 0);
  return tensor(mask, {n}, dtype);
}

// Of squeezed channels: the checkerboard of the pixels and the upper rows of windows, each and its other
// half.
Tensor window_mask(int64_t channels, int64_t turn, DType dtype) {
  return mask_of(channels, dtype, [&](int64_t i) {
    const int64_t pixel = i / (channels / kWindow);  // 0 1 over 2 3
    const bool holds = turn % 4 < 2 ? pixel == 0 || pixel == 3 : pixel < 2;
    return holds == (turn % 2 == 0);
  });
}

// One step further on a way.
Mapped after(const Mapped& way, const Mapped& step) { return {step.to, way.log_det + step.log_det}; }

// log N(z; 0, I) of every row.
Tensor log_normal(const Tensor& z) {
  return sum(square(z), 1) * -0.5 - 0.5 * static_cast<double>(z.dim(1)) * std::log(2 * std::numbers::pi);
}

}  // namespace

void CouplingFlowOptions::describe_of_points(OptionTable& options, const std::string& prefix) {
  options.add(prefix + "couplings", couplings,
              "number of affine couplings; on images at each of two resolutions", {1, 1000});
  options.add(prefix + "hidden", hidden, "points: units of the hidden layers of each coupling's perceptron",
              {1, 65536});
}

void CouplingFlowOptions::describe(OptionTable& options) {
  describe_of_points(options, "");
  options.add(
      "channels", channels,
      "images: channels of each coupling's convolutions at half the resolution; twice as many at a quarter",
      {1, 1024});
}

void check_flowable(const char* model, const DataShape& shape) {
  if (shape.toy && shape.toy->binary())
    throw Error(
        "{}: points of 0 and 1 have probabilities but no density. Hint: rbm, or points of the plane: --data "
        "ring8",
        model);
  if (shape.size() < 2)
    throw Error(
        "{}: a coupling keeps some coordinates and moves the others, so one coordinate is too few. Hint: "
        "--data ring8, or nce, which takes one",
        model);
  if (shape.is_image() && (shape.height() % 4 != 0 || shape.width() % 4 != 0))
    throw Error("{}: images are squeezed twice, and {}x{} are not multiples of 4. Hint: pad them", model,
                shape.height(), shape.width());
}

CouplingFlow::CouplingFlow(const DataShape& shape, const CouplingFlowOptions& options, Rng& rng, DType dtype)
    : shape_(shape), dtype_(dtype) {
  check_flowable("flow", shape);
  if (shape.is_image()) {
    append_images(options, rng);
  } else {
    append_points(options, rng);
  }
}

void CouplingFlow::append(std::unique_ptr<FlowLayer> layer) {
  register_module(fmt::format("{}", layers_.size()), *layer);
  layers_.push_back(std::move(layer));
}

void CouplingFlow::append_points(const CouplingFlowOptions& options, Rng& rng) {
  const int64_t n = shape_.size();
  for (int64_t turn = 0; turn < options.couplings; ++turn) {
    append(std::make_unique<ActNorm>(n, dtype_));
    append(
        std::make_unique<AffineCoupling>(mask_of(n, dtype_, [&](int64_t i) { return (i + turn) % 2 == 0; }),
                                         perceptron(n, options.hidden, rng, dtype_), kPointScale));
  }
}

void CouplingFlow::append_images(const CouplingFlowOptions& options, Rng& rng) {
  append(std::make_unique<Logit>());
  int64_t n = shape_.channels(), channels = options.channels;
  for (int level = 0; level < 2; ++level) {
    append(std::make_unique<Squeeze>());
    n *= kWindow;
    for (int64_t turn = 0; turn < options.couplings; ++turn) {
      append(std::make_unique<ActNorm>(n, dtype_));
      append(std::make_unique<AffineCoupling>(window_mask(n, turn, dtype_),
                                              convolutions(n, channels, rng, dtype_)));
    }
    channels *= 2;
  }
}

Tensor CouplingFlow::entered(const Tensor& x) const {
  return shape_.is_image() ? as_image_batch(x, shape_) : x;
}

Mapped CouplingFlow::map(const Tensor& x) const {
  if (x.rank() != 2 || x.dim(1) != shape_.size())
    throw Error("flow: inputs are (B,{}), got {}. Hint: model and data must have the same width",
                shape_.size(), x.shape().str());
  Mapped at{entered(x), zeros({x.dim(0)}, x.dtype())};
  for (const auto& layer : layers_) at = after(at, layer->map(at.to));
  return {flatten_rows(at.to), at.log_det};
}

Mapped CouplingFlow::inverse(const Tensor& z) const {
  Mapped at{z, zeros({z.dim(0)}, z.dtype())};
  if (shape_.is_image())
    at.to = reshape(z, {z.dim(0), shape_.height() / 4, shape_.width() / 4, 16 * shape_.channels()});
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer)
    at = after(at, (*layer)->inverse(at.to));
  return {flatten_rows(at.to), at.log_det};
}

Tensor CouplingFlow::sample(int64_t n, Rng& rng, double temperature) const {
  return inverse(randn({n, shape_.size()}, rng, dtype_) * temperature).to;
}

Tensor CouplingFlow::log_prob(const Tensor& x) const {
  const Mapped at = map(x);
  return log_normal(at.to) + at.log_det;
}

CouplingFlow::Drawn CouplingFlow::draw(int64_t n, Rng& rng) const {
  const Tensor z = randn({n, shape_.size()}, rng, dtype_);
  const Mapped at = inverse(z);
  return {at.to, log_normal(z) - at.log_det};
}

void CouplingFlow::begin_at(const Tensor& x) {
  const NoGrad quiet;
  Tensor at = entered(x);
  for (const auto& layer : layers_) {
    layer->begin_at(at);
    at = layer->map(at).to;
  }
}

}  // namespace gradzoo
