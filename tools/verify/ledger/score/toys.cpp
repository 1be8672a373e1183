#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/eval/quadrature.h"
#include "models/score/eval.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

// A KL after training by the given settings: `quantity` of evaluate, which is no number where log Z moves by
// more than 1e-3 when the box is doubled.
RowResult kl_figure(const std::string& row, const std::vector<std::string>& assignments,
                    const QuantityInfo& quantity, double most, const std::string& beside,
                    const RowContext& context) {
  const Quantities found = evaluate_on_test(*train_model_resumably(row, "score", assignments, context));
  forget_checkpoints(row, context);
  return {found[quantity].value, AtMost{most},
          fmt::format("{}: KL in nats by quadrature, log Z the same to 1e-3 when the box is doubled; Fisher "
                      "divergence {:.2g}{}",
                      fmt::join(assignments, " "), found[kScoreFisher].value, beside)};
}

std::string without_modes() {
  return fmt::format("; a ring without modes would have {:.3f}",
                     ring_without_modes_kl(*make_toy("ring8", {.noise = 0.2})));
}

RowResult ism_kl_ring8(const RowContext& context) {
  return kl_figure("score.ism_kl_ring8",
                   {"data=ring8", "toy_noise=0.2", "objective=ism", "steps=4000", "lr=0.005", "seed=1"}, kKl,
                   0.003, without_modes(), context);
}

RowResult ism_kl_two_moons(const RowContext& context) {
  return kl_figure("score.ism_kl_two_moons",
                   {"data=two-moons", "objective=ism", "input_scale=6", "steps=6000", "lr=0.005", "seed=1"},
                   kKl, 0.01, "", context);
}

RowResult dsm_kl_ring8(const RowContext& context) {
  return kl_figure(
      "score.dsm_kl_ring8",
      {"data=ring8", "toy_noise=0.2", "objective=dsm", "sigma=0.05", "steps=4000", "lr=0.005", "seed=1"},
      kScoreKlToNoised, 0.005, without_modes(), context);
}

}  // namespace

std::vector<Row> score_toy_rows() {
  return {
      figure({"score.ism_kl_ring8",
              "KL(truth || model) of an energy fitted to a ring of eight modes by implicit score matching",
              "measured: .0002", 90},
             ism_kl_ring8),
      figure({"score.ism_kl_two_moons",
              "KL(truth || model) of an energy fitted to two moons by implicit score matching",
              "measured: .003", 90},
             ism_kl_two_moons),
      figure({"score.dsm_kl_ring8",
              "KL(p_sigma || model) of an energy fitted to a ring of eight modes by denoising score matching",
              "measured: .0002, noise in antithetic pairs", 90},
             dsm_kl_ring8)};
}

}  // namespace gradzoo
