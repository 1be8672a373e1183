#include <array>
#include <cmath>
#include <vector>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/nn/layers/layers.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// A loss of a model's log-density, data (B, d) and samples (C, d): what contrastive_divergence gives.
using CdLoss = Tensor (*)(TensorFn log_density, const Tensor& data, const Tensor& samples);

/// |descent direction of the loss - grad mean log p(data)| over the latter's norm, for a network on five
/// states whose samples come in exactly the model's proportions; log p by enumeration.
double cd_gradient_error(CdLoss loss) {
  // State i has probability n_i / 16 under the model: its row carries log n_i, and the network g enters as
  // g - g.detach(), 0 in value.
  constexpr std::array<int, 5> kCounts{1, 2, 3, 4, 6};
  constexpr std::array<std::array<double, 2>, 5> kStates{
      {{-1, 0.5}, {0.2, 1.1}, {0.9, -0.7}, {-0.4, -1.3}, {1.6, 0.3}}};
  const auto rows = [&](const std::vector<size_t>& states) {
    std::vector<double> values;
    for (size_t i : states) {
      values.insert(values.end(), {kStates[i][0], kStates[i][1], std::log(static_cast<double>(kCounts[i]))});
    }
    return tensor(values, {static_cast<int64_t>(states.size()), 3}, DType::f64);
  };
  std::vector<size_t> in_proportion;
  for (size_t i = 0; i < kCounts.size(); ++i)
    in_proportion.insert(in_proportion.end(), static_cast<size_t>(kCounts[i]), i);

  Rng rng(5, "ledger/cd");
  const Mlp network({2, 8, 1}, rng, {.activation = "tanh", .linear = {.dtype = DType::f64}});
  Tensors parameters;
  for (const NamedTensor& parameter : network.named_parameters()) parameters.push_back(parameter.tensor);
  const auto log_density = [&](const Tensor& x) {
    const Tensor g = network.forward(slice(x, 1, 0, 2));
    return reshape(slice(x, 1, 2, 3) + (g - g.detach()), {x.dim(0)});
  };

  Tape tape;
  const Tensor data = rows({0, 0, 3, 4, 1});
  const Tensor log_p = log_density(data) - logsumexp(log_density(rows({0, 1, 2, 3, 4})), 0);
  const Tensors exact = grad(mean(log_p), parameters);
  // Samples come out of a chain that reads the network: they depend on theta, and must be held fixed.
  const Tensor& weight = parameters.front();
  const Tensor samples = rows(in_proportion) * (sum(weight) - sum(weight).detach() + 1.0);
  const Tensors descent = grad(loss(log_density, data, samples), parameters);
  double error = 0, norm = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    error += sum(square(exact[i] + descent[i])).item();
    norm += sum(square(exact[i])).item();
  }
  return std::sqrt(error / norm);
}

RowResult cd_exact_gradient(CdLoss loss, const RowContext&) {
  return {cd_gradient_error(loss), AtMost{1e-12},
          "f64, five states under an MLP 2-8-1, 16 samples in exactly the model's proportions, log p by "
          "enumeration: error of the theta-gradient over its norm"};
}

Tensor divergence(TensorFn f, const Tensor& data, const Tensor& samples) {
  return contrastive_divergence(f, data, samples).loss;
}

}  // namespace

std::vector<Row> contrastive_divergence_rows() {
  return {identity(
      {"ebm.cd_exact_gradient", "contrastive divergence with exact samples has the gradient of log p",
       "Hinton 2002, eq. 3", 1},
      cd_exact_gradient, divergence,
      {{"samples left out", [](TensorFn f, const Tensor& data, const Tensor&) { return neg(mean(f(data))); }},
       {"the wrong sign", [](TensorFn f, const Tensor& data,
                             const Tensor& samples) { return neg(divergence(f, data, samples)); }},
       {"samples that are not held fixed",
        [](TensorFn f, const Tensor& data, const Tensor& samples) {
          return mean(f(samples)) - mean(f(data));
        }},
       {"a regulariser", [](TensorFn f, const Tensor& data, const Tensor& samples) {
          return contrastive_divergence(f, data, samples, 0.1).loss;
        }}})};
}

}  // namespace gradzoo
