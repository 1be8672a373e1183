#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/eval/quadrature.h"
#include "tools/ledger/rows.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

constexpr double kBoxError = 1e-3;

// KL(truth || model) of a toy after training by the given settings; fails where log Z moves when the box is
// doubled.
RowResult kl_figure(const std::string& row, const std::vector<std::string>& assignments,
                    const std::string& beside, const RowContext& context) {
  const Quantities found = evaluate_on_test(*train_model_resumably(row, "ebm", assignments, context));
  forget_checkpoints(row, context);
  const Quantity& log_z = found[kLogZ];
  const double box_error = log_z.error;
  return {box_error <= kBoxError ? found[kKl].value : NAN, AtMost{0.02},
          fmt::format("{}: KL(truth || model) in nats by quadrature; log Z = {:.3f} moves by {:.1e} when the "
                      "box is doubled (allowed {:.0e}){}",
                      fmt::join(assignments, " "), log_z.value, box_error, kBoxError, beside)};
}

RowResult kl_ring8(const RowContext& context) {
  const auto ring = make_toy("ring8", {.noise = 0.2});
  return kl_figure("ebm.kl_ring8", {"data=ring8", "toy_noise=0.2", "epochs=20", "seed=1"},
                   fmt::format("; a ring without modes would have {:.3f}", ring_without_modes_kl(*ring)),
                   context);
}

RowResult kl_two_moons(const RowContext& context) {
  return kl_figure("ebm.kl_two_moons", {"data=two-moons", "epochs=20", "seed=1"}, "", context);
}

}  // namespace

std::vector<Row> ebm_toy_rows() {
  return {
      figure({"ebm.kl_ring8", "an energy-based model finds the eight modes of a ring",
              "Tieleman 2008 (the method)", 100},
             kl_ring8),
      figure({"ebm.kl_two_moons", "an energy-based model learns two moons", "Tieleman 2008 (the method)", 60},
             kl_two_moons)};
}

}  // namespace gradzoo
