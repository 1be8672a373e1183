#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "autograd/ops.h"
#include "models/base/density_quantities.h"
#include "models/eval/quadrature.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

constexpr double kBoxError = 1e-3;

// After training by the given settings.
Quantities fitted(const std::string& row, const std::vector<std::string>& assignments,
                  const RowContext& context) {
  Quantities found = evaluate_on_test(*train_model_resumably(row, "ebm", assignments, context));
  forget_checkpoints(row, context);
  return found;
}

// KL(truth || model) of a toy; fails where log Z moves when the box is doubled.
RowResult kl_figure(const Quantities& found, double most, const std::vector<std::string>& assignments,
                    const std::string& beside) {
  const Quantity& log_z = found[kLogZ];
  const double box_error = log_z.error;
  return {box_error <= kBoxError ? found[kKl].value : NAN, AtMost{most},
          fmt::format("{}: KL(truth || model) in nats by quadrature; log Z = {:.3f} moves by {:.1e} when the "
                      "box is doubled (allowed {:.0e}){}",
                      fmt::join(assignments, " "), log_z.value, box_error, kBoxError, beside)};
}

RowResult kl_ring8(const RowContext& context) {
  const auto ring = make_toy("ring8", {.noise = 0.2});
  const std::vector<std::string> assignments{"data=ring8", "toy_noise=0.2", "epochs=20", "seed=1"};
  return kl_figure(fitted("ebm.kl_ring8", assignments, context), 0.02, assignments,
                   fmt::format("; a ring without modes would have {:.3f}", ring_without_modes_kl(*ring)));
}

RowResult kl_two_moons(const RowContext& context) {
  const std::vector<std::string> assignments{"data=two-moons", "epochs=20", "seed=1"};
  return kl_figure(fitted("ebm.kl_two_moons", assignments, context), 0.02, assignments, "");
}

/// What a model of grid25 has for log Z and KL.
using GridModel = Quantities (*)(const RowContext& context);

const std::vector<std::string>& grid25_settings() {
  static const std::vector<std::string> kSettings{"data=grid25", "seed=1"};
  return kSettings;
}

Quantities trained_grid25(const RowContext& context) {
  return fitted("ebm.kl_grid25", grid25_settings(), context);
}

RowResult kl_grid25(GridModel model, const RowContext& context) {
  return kl_figure(model(context), 0.25, grid25_settings(), "; by defaults; aim 0.1");
}

// The truth, and a little everywhere, so that exp f has no integral.
Quantities over_a_floor() {
  const auto truth = make_toy("grid25");
  const auto log_density = [&](const Tensor& x) { return log(exp(truth->log_prob(x)) + 1e-4); };
  return density_quantities(density_fit(*truth, log_density), "");
}

// grid25's own modes with other weights, alternately `heavy` times and once as much, and other widths, in
// those of the truth: as good as a model could be otherwise.
Quantities wrong_modes(double heavy, double wide) {
  const auto truth = make_toy("grid25");
  const Modes& modes = *truth->modes();
  MixtureParts parts{.weights = {}, .means = modes.centers, .sigmas = {}};
  for (int64_t i = 0; i < modes.centers.dim(0); ++i) {
    parts.weights.push_back(i % 2 == 0 ? heavy : 1);
    parts.sigmas.push_back(wide * modes.sigma);
  }
  const auto model = make_mixture(parts);
  return density_quantities(density_fit(*truth, [&](const Tensor& x) { return model->log_prob(x); }), "");
}

}  // namespace

std::vector<Row> ebm_toy_rows() {
  return {
      figure({"ebm.kl_ring8", "an energy-based model finds the eight modes of a ring",
              "Tieleman 2008 (the method)", 100},
             kl_ring8),
      figure({"ebm.kl_two_moons", "an energy-based model learns two moons", "Tieleman 2008 (the method)", 60},
             kl_two_moons),
      figure(
          {"ebm.kl_grid25",
           "chains that jump teach an energy-based model how heavy 25 modes are that lie forty widths apart",
           "ter Braak 2006 (the jumps)", 220},
          kl_grid25, trained_grid25,
          {{"every second mode five times too heavy", [](const RowContext&) { return wrong_modes(5, 1); }},
           {"modes of half the width", [](const RowContext&) { return wrong_modes(1, 0.5); }},
           {"a log Z that the box does not hold", [](const RowContext&) { return over_a_floor(); }}})};
}

}  // namespace gradzoo
