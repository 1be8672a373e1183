#include "tools/ledger/ebm/spectral.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>

#include "autograd/kernels/gemm/eigen.h"
#include "autograd/ops.h"
#include "autograd/tape.h"

namespace gradzoo {
namespace {

const char* const kWeights[] = {"conv.convolutions.0", "conv.convolutions.2", "conv.convolutions.4",
                                "conv.convolutions.6", "conv.head.0",         "conv.head.2"};

using Named = std::map<std::string, Tensor>;

Named tensors_of(const Module& network) {
  Named out;
  for (const NamedTensor& p : network.named_parameters()) out[p.name] = p.tensor.detach();
  for (const NamedTensor& b : network.named_buffers()) out[b.name] = b.tensor.detach();
  return out;
}

// A / |A u| where the layer keeps a u, else A.
Tensor taken_weight(const Named& p, const std::string& layer) {
  const Tensor& weight = p.at(layer + ".weight");
  const auto u = p.find(layer + ".spectral_norm.u");
  if (u == p.end()) return weight;
  const int64_t n = weight.dim(-1);
  return weight / sqrt(sum(square(matmul(reshape(weight, {weight.size() / n, n}), u->second))));
}

// f of the tutorial's layers, written out.
Tensor written_out(const Named& p, const DataShape& shape, const Tensor& x) {
  Tensor h = as_image_batch(x * 2.0 - 1.0, shape);
  for (const std::string layer : std::span(kWeights).first(4)) {
    h = silu(conv2d(h, taken_weight(p, layer), p.at(layer + ".bias"),
                    {.stride = 2, .padding = layer == kWeights[0] ? 4 : 1}));
  }
  h = silu(linear(flatten_rows(h), taken_weight(p, kWeights[4]), p.at("conv.head.0.bias")));
  return reshape(linear(h, taken_weight(p, kWeights[5]), p.at("conv.head.2.bias")), {x.dim(0)});
}

// Pixels enter twofold. A kernel of k meets a pixel in ceil(k / 2) windows along an axis, so a layer whose
// matrix stretches nothing stretches an image at most so many times. SiLU is nowhere steeper than 1.0999.
double steepest() {
  constexpr double kSilu = 1.0999, kWindows = 3.0 * 2 * 2 * 2;
  return 2 * kWindows * std::pow(kSilu, 5);
}

}  // namespace

double largest_singular_value(const Tensor& weight) {
  const int64_t n = weight.dim(-1);
  const Tensor a = cast(reshape(weight.detach(), {weight.size() / n, n}), DType::f64);
  Tensor square = matmul(a, a, true, false), values = empty({n}, DType::f64);
  kernels::symmetric_eigen(n, square.mutable_data<double>(), values.mutable_data<double>());
  return std::sqrt(max(values).item());
}

SpectralErrors spectral_errors(Ebm& model, const DataShape& shape, const Tensor& x) {
  const NoGrad quiet;
  const Named tensors = tensors_of(model.network());
  double singular = 0;
  for (const std::string layer : kWeights)
    singular = std::max(singular, std::abs(largest_singular_value(taken_weight(tensors, layer)) - 1));
  const Tensor wanted = written_out(tensors, shape, x), found = model.network().log_density(x);
  const Tensor slopes = sqrt(sum(square(model.network().score(x)), 1));
  return {singular, max(abs(found - wanted)).item() / (max(wanted) - min(wanted)).item(),
          max(slopes).item() / steepest()};
}

}  // namespace gradzoo
