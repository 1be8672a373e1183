#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>

#include <fmt/format.h>

#include "autograd/kernels/gemm/factors.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/ebm/ebm.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/statistics.h"
#include "tools/verify/ledger/train_model.h"

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

/// The largest singular value of a weight (..., n) as a matrix whose columns are its last axis: the root of
/// the largest eigenvalue of A'A.
double largest_singular_value(const Tensor& weight) {
  const int64_t n = weight.dim(-1);
  const Tensor a = cast(reshape(weight.detach(), {weight.size() / n, n}), DType::f64);
  Tensor square = matmul(a, a, true, false), values = empty({n}, DType::f64);
  kernels::symmetric_eigen(n, square.mutable_data<double>(), values.mutable_data<double>());
  return std::sqrt(max(values).item());
}

struct SpectralErrors {
  double singular;  // largest |sigma_1 - 1| of the layers' weights as the network takes them
  double value;     // largest |f - f'| over the spread of f', f' of those weights with the layers written out
  double slope;     // largest |grad f| over the bound of the product of layers
};

/// Of a model with net=conv, at images x (n, pixels) in [0,1].
SpectralErrors spectral_errors(Ebm& model, const DataShape& shape, const Tensor& x) {
  const NoGrad quiet;
  const Named tensors = tensors_of(model.network());
  double singular = 0;
  for (const std::string layer : kWeights)
    singular = std::max(singular, std::abs(largest_singular_value(taken_weight(tensors, layer)) - 1));
  const Tensor wanted = written_out(tensors, shape, x), found = model.network().log_density(x);
  const Tensor slopes = sqrt(sum(square(model.network().score(x)), 1));
  return {singular, largest_abs(found - wanted) / (max(wanted) - min(wanted)).item(),
          max(slopes).item() / steepest()};
}

/// An energy after its training.
struct SpectralTraining {
  const char* norm = "spectral_norm=true";
  void (*after)(Ebm& model) = [](Ebm&) {};
};

RowResult spectral_norm(const SpectralTraining& how, const RowContext& context) {
  constexpr double kSingular = 0.1, kValue = 1e-3;
  constexpr int64_t kImages = 200;
  const auto trained = train_model(
      fmt::format("ebm preset=uva {} channels=4 hidden=16 buffer=256 chain_steps=5 steps=100 seed=1",
                  how.norm),
      context);
  auto& model = dynamic_cast<Ebm&>(*trained->model);
  how.after(model);
  Rng rng(context.seed, "ledger/spectral");
  const Tensor digits = read_examples(trained->data.train(), 0, kImages, Pixels::grey, rng).x;
  const Tensor x = concat(digits, rand(digits.shape(), rng), 0);
  const SpectralErrors found = spectral_errors(model, trained->data.shape(), x);
  return {
      std::max({found.singular / kSingular, found.value / kValue, found.slope}), AtMost{1},
      fmt::format("convolutions 4-8-16-16 and 16 units, 100 steps of training: largest singular values of "
                  "the six weights, by the eigenvalues of A'A, are 1 to {:.1e} (allowed {}: one step of "
                  "power iteration after each); f of {} digits "
                  "and as many images of noise is that of these weights to {:.1e} of its spread (allowed "
                  "{:.0e}), its steepest slope {:.1e} of the layers' bound; value: the largest share",
                  found.singular, kSingular, kImages, found.value, kValue, found.slope)};
}

// Every weight far from where it was, and no power iteration since.
void move_weights(Ebm& model) {
  Rng rng(3, "ledger/moved-weights");
  for (const NamedTensor& p : model.network().named_parameters()) {
    if (!p.name.ends_with("weight")) continue;
    Tensor weight = p.tensor;
    const std::vector<double> noise = randn(weight.shape(), rng).to_vector();
    for (int64_t i = 0; i < weight.size(); ++i)
      weight.mutable_data<float>()[i] += static_cast<float>(noise[static_cast<size_t>(i)]);
  }
}

}  // namespace

std::vector<Row> spectral_norm_rows() {
  return {identity(
      {"ebm.spectral_norm",
       "with spectral_norm f is the network of weights whose largest singular values are 1, and no steeper "
       "than "
       "its layers allow",
       "Miyato et al. 2018, section 2.1", 3},
      spectral_norm, {},
      {{"weights that are not normalised", {.norm = "spectral_norm=false"}},
       {"weights that have moved, and no power iteration since", {.after = move_weights}}})};
}

}  // namespace gradzoo
