#include "tools/ledger/dde/rows.h"

#include <fmt/format.h>

#include "models/base/mode_quantities.h"
#include "models/dde/dde.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

RowResult energy_offset(const RowContext& context) {
  const auto trained = train_model("dde", {"data=ring8", "toy_noise=0.2", "steps=3000", "seed=1"}, context);
  const Quantities found = evaluate_on_test(*trained);
  const double largest = found[kDdeOffsetMax].value;
  return {
      std::max(found[kDdeOffsetSd].value, largest / 3), AtMost{0.1},
      fmt::format("ring8 of width .2, 3,000 steps of 500, seed 1: the larger of sd {:.4f} and a third of the "
                  "maximum on the likeliest 99 %, {:.4f}, in nats",
                  found[kDdeOffsetSd].value, largest)};
}

double modes_covered(const RowContext& context, const char* fake_density) {
  const auto trained = train_model("dde", {"data=ring8", "generator=true", fake_density, "seed=1"}, context);
  return evaluate_on_test(*trained)[kModesCovered].value;
}

RowResult modes(const RowContext& context) {
  const double covered = modes_covered(context, "fake_density=true"),
               alone = modes_covered(context, "fake_density=false");
  return {alone <= 2 ? covered : 0, AtLeast{8},
          fmt::format(
              "ring8, the default steps, seed 1: modes of 8 with 20 or more of 2,500 samples within 3 sigma; "
              "without f_q: {:.0f}, where more than 2 would count as 0",
              alone)};
}

}  // namespace

std::vector<Row> dde_rows() {
  return {{"dde.energy_offset", RowKind::identity,
           "a denoising density estimator is the log-density of noisy data, up to one constant",
           "Bigdeli et al. 2020, proposition 1", true, 30, energy_offset},
          {"dde.modes", RowKind::figure,
           "a generator between two densities finds every mode, and up one density alone at most two",
           "Bigdeli et al. 2020, section 4", false, 300, modes}};
}

}  // namespace gradzoo
