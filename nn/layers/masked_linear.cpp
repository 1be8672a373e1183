#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {
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
        "MaskedLinear: the mask {} is no matrix of 0 and 1. Hint: (out, in), 1 where an input is read",
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

}  // namespace gradzoo
