#include <fmt/format.h>

#include "models/vae/eval.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

/// Trains on all 60,000 images with frozen choices and evaluates on the test set.
Quantities train_and_evaluate(const std::string& row, std::vector<std::string> assignments,
                              const RowContext& context) {
  assignments.emplace_back("split=train");
  return evaluate_on_test(*train_model_resumably(row, "vae", assignments, context));
}

RowResult pytorch_examples(const RowContext& context) {
  constexpr int kSeeds = 3;
  std::vector<double> losses;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const std::vector<std::string> settings = {"architecture=pytorch-examples", "epochs=10", "prior=normal",
                                               fmt::format("seed={}", seed)};
    losses.push_back(train_and_evaluate("vae.pytorch_examples", settings, context)[kVaeBceKl].value);
  }
  forget_checkpoints("vae.pytorch_examples", context);
  return {(losses[0] + losses[1] + losses[2]) / 3, Near{105.6, 0.4},
          fmt::format("784-400-20 ReLU, Adam 1e-3, batch 128, 10 epochs of all 60k grey, z drawn at "
                      "evaluation, test bce_kl in nats/image: seeds {:.2f}, {:.2f}, {:.2f}",
                      losses[0], losses[1], losses[2])};
}

RowResult is_nll(const RowContext& context) {
  const Quantities found = train_and_evaluate(
      "vae.is_nll",
      {"pixels=dynamic-binary", "latent=50", "encoder_activation=softplus", "decoder_activation=softplus",
       "epochs=150", "prior=normal", "lr=0.002", "schedule=linear", "importance_samples=1000", "seed=1"},
      context);
  forget_checkpoints("vae.is_nll", context);
  return {-found[kVaeLogPx].value, Near{88.5, 1.0},
          fmt::format("784-500-50 softplus, dynamic-binary, 150 epochs of all 60k, Adam 2e-3 (chosen on the "
                      "validation images among 1e-3, 2e-3, 4e-3) falling linearly to 0, test: -log p(x) with "
                      "1000 importance samples, nats/image; ELBO {:.2f}; between 87.5 and 89.5",
                      found[kVaeElbo].value)};
}

}  // namespace

std::vector<Row> vae_figure_rows() {
  return {figure({"vae.pytorch_examples", "the loss of PyTorch's VAE example on the test set after 10 epochs",
                  "pytorch/examples, measured: 105.65, 105.59, 105.60", 70},
                 pytorch_examples),
          figure({"vae.is_nll", "-log p(x) of a one-layer VAE with 50 codes",
                  "PyTorch, measured: 89.0, ELBO 94.5 (Burda et al. 2016, table 1: 86.76 with two hidden "
                  "layers of 200)",
                  450},
                 is_nll)};
}

}  // namespace gradzoo
