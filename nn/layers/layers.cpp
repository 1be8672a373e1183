#include "gradzoo/nn/layers/layers.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/text.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/nn/parallel/shards.h"

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
    throw Error("'{}' is not an activation. {}", name, did_you_mean(name, kActivationNames));
  return kActivations[found - kActivationNames.begin()];
}

}  // namespace

Linear::Linear(int64_t in, int64_t out, Rng& rng, const LinearOptions& options) {
  if (in < 1 || out < 1) throw Error("Linear: {} -> {} features. Hint: use at least one each", in, out);
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
  if (!body_) throw Error("Residual: the module is null. Hint: pass std::make_unique<Mlp>(...)");
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
    throw Error("Mlp: {} sizes make no layer. Hint: give at least input and output", sizes.size());
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    append<Linear>(sizes[i], sizes[i + 1], rng, options.linear);
    append<Activation>(i + 2 < sizes.size() ? options.activation : options.final_activation);
  }
}

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

namespace {

// Of a full staircase .625 is left by four; by eight, in narrower products, .56.
constexpr int64_t kMostBlocks = 4;

struct Cut {
  int64_t begin, end, width;  // rows, and the inputs that they reach
};

// One more than the last input that a row in [begin, end) reads; 1 at least.
int64_t reach(const std::vector<double>& mask, int64_t inputs, int64_t begin, int64_t end) {
  int64_t out = 1;
  for (int64_t row = begin; row < end; ++row) {
    for (int64_t j = inputs; j > out; --j) {
      if (mask[static_cast<size_t>(row * inputs + j - 1)] == 0) continue;
      out = j;
      break;
    }
  }
  return out;
}

// Rows in blocks where that leaves away a fifth of the numbers or more, else all in one.
std::vector<Cut> cuts_of(const Tensor& mask) {
  constexpr double kWorthCutting = 0.8;
  const int64_t rows = mask.dim(0), inputs = mask.dim(1);
  const std::vector<double> values = mask.to_vector();
  const int64_t height = std::max<int64_t>(1, (rows + kMostBlocks - 1) / kMostBlocks);
  std::vector<Cut> cuts;
  int64_t kept = 0;
  for (int64_t begin = 0; begin < rows; begin += height) {
    const int64_t end = std::min(rows, begin + height);
    cuts.push_back({begin, end, reach(values, inputs, begin, end)});
    kept += (end - begin) * cuts.back().width;
  }
  if (cuts.size() > 1 && static_cast<double>(kept) <= kWorthCutting * static_cast<double>(mask.size()))
    return cuts;
  return {{0, rows, inputs}};
}

Tensor corner(const Tensor& matrix, const Cut& cut) {
  return slice(matrix.rows(cut.begin, cut.end), 1, 0, cut.width).detach().clone();
}

}  // namespace

Tensor masked_linear(const Tensor& x, const Tensor& weight, const Tensor& mask, const Tensor& bias) {
  return linear(x, weight * mask, bias);
}

MaskedLinear::MaskedLinear(const Tensor& mask, Rng& rng, bool bias) : mask_(mask.detach().clone()) {
  if (mask.rank() != 2 || count_nonzero(logical_or(eq(mask, 0), eq(mask, 1))) != mask.size())
    throw Error(
        "MaskedLinear: the mask {} is not a matrix of 0 and 1. Hint: use (out, in), with 1 where an input is "
        "read",
        mask.shape().str());
  Tensor weight = empty(mask.shape(), mask.dtype());
  init::torch_linear(weight, rng);
  const std::vector<Cut> cuts = cuts_of(mask_);
  for (const Cut& cut : cuts) blocks_.push_back({corner(weight, cut), corner(mask_, cut)});
  for (size_t i = 0; i < blocks_.size(); ++i)
    register_parameter(blocks_.size() == 1 ? "weight" : "weight" + std::to_string(i), blocks_[i].weight);
  if (!bias) return;
  bias_ = empty({mask.dim(0)}, mask.dtype());
  init::torch_bias(bias_, rng, mask.dim(1));
  register_parameter("bias", bias_);
}

Tensor MaskedLinear::weight() const {
  Tensors rows;
  for (const Block& block : blocks_)
    rows.push_back(pad(block.weight * block.mask, 1, 0, mask_.dim(1) - block.weight.dim(1)));
  return concat(rows, 0);
}

Tensor MaskedLinear::forward(const Tensor& x) const {
  if (blocks_.size() == 1) return masked_linear(x, blocks_[0].weight, blocks_[0].mask, bias_);
  Tensors parts;
  for (const Block& block : blocks_) {
    const Tensor read = slice(x, -1, 0, block.weight.dim(1));
    parts.push_back(masked_linear(read, block.weight, block.mask));
  }
  const Tensor y = concat(parts, -1);
  return bias_.defined() ? y + bias_ : y;
}

namespace {

constexpr int kFirstSteps = 20;  // from a random u to one that is near enough

Tensor as_matrix(const Tensor& weight) {
  const int64_t columns = weight.dim(weight.rank() - 1);
  return reshape(weight, {weight.size() / columns, columns});
}

// A column of length 1; of a column of zeros itself.
Tensor unit(const Tensor& x) {
  const double length = sqrt(sum(square(x))).item();
  return length > 0 ? x / length : x;
}

}  // namespace

SpectralNorm::SpectralNorm(const Tensor& weight, Rng& rng)
    : weight_(weight), u_(unit(randn({weight.dim(weight.rank() - 1), 1}, rng, weight.dtype()))) {
  register_buffer("u", u_);
  for (int i = 0; i < kFirstSteps; ++i) iterate();
}

void SpectralNorm::iterate() const {
  const NoGrad quiet;
  const Tensor a = as_matrix(weight_);
  const Tensor next = unit(matmul(a, matmul(a, u_), true, false));
  Tensor u = u_;  // in place: the State holds on to it
  assign_values(u, next);
}

Tensor SpectralNorm::normalised() const {
  const Tensor a = as_matrix(weight_);
  Tensor v;
  {
    const NoGrad quiet;
    v = unit(matmul(a, u_));
  }
  // A weight of zeros stays as it is.
  return weight_ / maximum(sum(matmul(a, u_) * v), full({}, 1e-12, weight_.dtype()));
}

namespace {

// In place: the State holds on to it.
void move_average(Tensor average, const Tensor& to, double share) {
  visit_floating(average.dtype(), [&]<class T>() {
    T* values = average.mutable_data<T>();
    for (int64_t i = 0; i < average.size(); ++i)
      values[i] += static_cast<T>(share) * (to.data<T>()[i] - values[i]);
  });
}

}  // namespace

BatchNorm1d::BatchNorm1d(int64_t features, const BatchNormOptions& options) : options_(options) {
  if (features < 1) throw Error("BatchNorm1d: {} features. Hint: use at least one", features);
  scale_ = register_parameter("scale", ones({features}, options.dtype));
  shift_ = register_parameter("shift", zeros({features}, options.dtype));
  mean_ = zeros({features}, options.dtype);
  stddev_ = ones({features}, options.dtype);
  register_buffer("running_mean", mean_);
  register_buffer("running_stddev", stddev_);
}

Tensor BatchNorm1d::forward(const Tensor& x) const { return (x - mean_) / stddev_ * scale_ + shift_; }

Tensor BatchNorm1d::by_batch(const Tensor& x, int64_t parts) const {
  const int64_t features = scale_.size();
  if (x.rank() != 2 || x.dim(1) != features || parts < 1 || x.dim(0) % parts != 0 || x.dim(0) < 2 * parts)
    throw Error(
        "BatchNorm1d: a batch of {} in {} parts. Hint: use (B, {}), B a multiple of {} and at least {}",
        x.shape().str(), parts, features, parts, 2 * parts);
  const Tensor y = reshape(x, {x.dim(0) / parts, parts, features});
  const Tensor m = mean(y, 0, true), off = y - m;  // (1, parts, features), (B / parts, parts, features)
  const Tensor var = mean(square(off), 0, true), far = eq(var, std::numeric_limits<double>::infinity());
  Tensor s = sqrt(var + options_.eps);
  if (any(far)) s = where(far, stddev_axis(y, 0, true, 0), s);  // where eps is nothing, and squares too much
  {
    const NoGrad quiet;
    seen_ = mean_over_shards(mean(concat(m, s, 0), 1));
  }
  return reshape(off / s * scale_ + shift_, x.shape());
}

void BatchNorm1d::do_update_buffers() const {
  if (!seen_.defined()) return;
  move_average(mean_, seen_.rows(0, 1), options_.momentum);
  move_average(stddev_, seen_.rows(1, 2), options_.momentum);
  seen_ = {};
}

}  // namespace gradzoo
