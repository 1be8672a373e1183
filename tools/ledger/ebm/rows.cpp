#include "tools/ledger/ebm/rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/ebm/objective.h"
#include "samplers/compose.h"

namespace gradzoo {
namespace {

RowResult cd_exact_gradient(const RowContext&) {
  const double error = cd_gradient_error([](TensorFn f, const Tensor& data, const Tensor& samples) {
    return contrastive_divergence(f, data, samples).loss;
  });
  return {error, AtMost{1e-12},
          "f64, five states under an MLP 2-8-1, 16 samples in exactly the model's proportions, log p by "
          "enumeration: error of the theta-gradient over its norm"};
}

RowResult composition_gaussians(const RowContext& context) {
  constexpr double kDensity = 1e-9, kStandardErrors = 4.3;
  const CompositionErrors found = measure_composition(product_of, context.seed);
  return {
      std::max(found.density / kDensity, found.moments / kStandardErrors), AtMost{1},
      fmt::format(
          "two correlated Gaussians in the plane, their log-densities added: normalised on a 400^2 grid off "
          "by at most {:.1e} nats (allowed {:.0e}), log Z included; 20000 MALA chains (acceptance {:.2f}): 2 "
          "means and 3 covariances within {:.2f} SE (allowed {}; false alarm 9e-5); value: the larger share",
          found.density, kDensity, found.acceptance, found.moments, kStandardErrors)};
}

}  // namespace

std::vector<Row> ebm_rows() {
  return {
      {"ebm.cd_exact_gradient", RowKind::identity,
       "contrastive divergence with exact samples has the gradient of log p", "Hinton 2002, eq. 3", true, 1,
       cd_exact_gradient},
      {"ebm.composition_gaussians", RowKind::identity,
       "the sum of two log-densities samples the product: for Gaussians, precisions add and means are "
       "weighted by them",
       "Hinton 2002; Du, Li & Mordatch 2020", true, 2, composition_gaussians},
  };
}

}  // namespace gradzoo
