#include "gradzoo/models/networks/coupling_flow.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/networks/image_coder.h"
#include "gradzoo/nn/layers/layers.h"
#include "models/networks/residual_net.h"

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

// log N(z; 0, I) of every row.
Tensor log_normal(const Tensor& z) {
  return sum(square(z), 1) * -0.5 - 0.5 * static_cast<double>(z.dim(1)) * std::log(2 * std::numbers::pi);
}

}  // namespace

void CouplingFlowOptions::describe(OptionTable& options, const std::string& prefix) {
  options.add(prefix + "couplings", couplings,
              "number of affine couplings; images: couplings at half the resolution", {1, 1000});
  options.add(prefix + "hidden", hidden, "points: units of the hidden layers of each coupling's perceptron",
              {1, 65536});
  options.add(prefix + "low_couplings", low_couplings, "images: couplings at a quarter of the resolution",
              {1, 1000});
  options.add(prefix + "channels", channels,
              "images: channels of each coupling's network at half the resolution; doubled at a quarter",
              {1, 1024});
  options.add(prefix + "blocks", blocks, "images: residual blocks of each coupling's network", {1, 100});
}

void check_flowable(const char* model, const DataShape& shape) {
  if (shape.kind().bits)
    throw Error(
        "{}: points of 0 and 1 have probabilities but no density. Hint: use rbm, or points of the plane: "
        "--data ring8",
        model);
  if (shape.toy && !shape.toy->constant_coordinates().empty())
    throw Error(
        "{}: coordinate {} (from 0) is the same for all points, so they have no density. Hint: remove this "
        "coordinate",
        model, shape.toy->constant_coordinates().front());
  if (shape.size() < 2)
    throw Error(
        "{}: a coupling keeps some coordinates and moves the others, so one coordinate is too few. Hint: use "
        "--data ring8, or the model nce",
        model);
}

void check_squeezable(const char* model, const DataShape& shape) {
  if (is_codable(shape)) return;
  throw Error(
      "{}: images are squeezed twice, and {}x{} are not multiples of 4. Hint: use images whose sides are",
      model, shape.height(), shape.width());
}

CouplingFlow::CouplingFlow(const DataShape& shape, const CouplingFlowOptions& options, Rng& rng, DType dtype)
    : shape_(shape), dtype_(dtype) {
  check_flowable("flow", shape);
  if (shape.is_grid()) {
    check_squeezable("flow", shape);
    enters_ = {shape.height(), shape.width(), shape.channels()};
    leaves_ = {shape.height() / 2, shape.width() / 2, kWindow * shape.channels()};
    append_images(options, rng);
  } else {
    enters_ = leaves_ = shape.example;
    append_points(options, rng);
  }
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
  const auto append_couplings = [&](FlowSequence& to, int64_t n, int64_t couplings, int64_t channels) {
    for (int64_t turn = 0; turn < couplings; ++turn) {
      const ResidualNetOptions net{.channels = channels, .blocks = options.blocks, .dtype = dtype_};
      to.append(std::make_unique<ActNorm>(n, dtype_));
      to.append(std::make_unique<AffineCoupling>(window_mask(n, turn, dtype_),
                                                 std::make_unique<ResidualNet>(n, 2 * n, rng, net)));
    }
  };
  const int64_t n = kWindow * shape_.channels();
  append(std::make_unique<Logit>());
  append(std::make_unique<Squeeze>());
  append_couplings(*this, n, options.couplings, options.channels);
  auto low = std::make_unique<FactorOut>();
  append_couplings(*low, n / 2 * kWindow, options.low_couplings, 2 * options.channels);
  append(std::move(low));
}

Tensor CouplingFlow::entered(const Tensor& x) const { return reshape(x, enters_.insert(0, x.dim(0))); }

Mapped CouplingFlow::map(const Tensor& x) const {
  if (x.rank() != 2 || x.dim(1) != shape_.size())
    throw Error("flow: inputs are {} instead of (B,{}). Hint: use data of the model's width", x.shape().str(),
                shape_.size());
  const Mapped at = FlowSequence::map(entered(x));
  return {flatten_rows(at.to), at.log_det};
}

Mapped CouplingFlow::inverse(const Tensor& z) const {
  const Mapped at = FlowSequence::inverse(reshape(z, leaves_.insert(0, z.dim(0))));
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

void CouplingFlow::begin_at(const Tensor& x) { FlowSequence::begin_at(entered(x)); }

}  // namespace gradzoo
