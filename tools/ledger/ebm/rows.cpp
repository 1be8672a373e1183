#include "tools/ledger/ebm/rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "models/ebm/objective.h"
#include "samplers/compose.h"
#include "tools/ledger/ebm/spectral.h"
#include "tools/ledger/train_model.h"

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

RowResult spectral_norm(const RowContext& context) {
  constexpr double kSingular = 0.1, kValue = 1e-3;
  constexpr int64_t kImages = 200;
  const auto trained = train_model("ebm",
                                   {"preset=uva", "spectral_norm=true", "channels=4", "hidden=16",
                                    "buffer=256", "chain_steps=5", "steps=100", "seed=1"},
                                   context);
  Rng rng(context.seed, "ledger/spectral");
  const Tensor digits = read_examples(trained->data.train(), 0, kImages, Pixels::grey, rng).x;
  const Tensor x = concat(digits, rand(digits.shape(), rng), 0);
  const SpectralErrors found = spectral_errors(dynamic_cast<Ebm&>(*trained->model), trained->data.shape(), x);
  return {
      std::max({found.singular / kSingular, found.value / kValue, found.slope}), AtMost{1},
      fmt::format("convolutions 4-8-16-16 and 16 units, 100 steps of training: largest singular values of "
                  "the six weights, by the eigenvalues of A'A, are 1 to {:.1e} (allowed {}: one step of "
                  "power iteration after each); f of {} digits "
                  "and as many images of noise is that of these weights to {:.1e} of its spread (allowed "
                  "{:.0e}), its steepest slope {:.1e} of the layers' bound; value: the largest share",
                  found.singular, kSingular, kImages, found.value, kValue, found.slope)};
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
      {"ebm.spectral_norm", RowKind::identity,
       "with spectral_norm f is the network of weights whose largest singular values are 1, and no steeper "
       "than "
       "its layers allow",
       "Miyato et al. 2018, section 2.1", true, 3, spectral_norm},
  };
}

}  // namespace gradzoo
