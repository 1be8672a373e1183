#include "tools/ledger/nce/figures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/nce/nce.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

RowResult toy_logz(const RowContext& context) {
  double worst = 0;
  std::string found;
  for (const char* toy : {"ring8", "two-moons"}) {
    for (const int seed : {1, 2}) {
      const std::unique_ptr<Session> trained =
          train_model("nce", {fmt::format("data={}", toy), fmt::format("seed={}", seed)}, context);
      const Quantities numbers = evaluate_on_test(*trained);
      const double error = numbers[kNceConstantError].value, kl = numbers[kKl].value;
      const double share = nce_share(error, kl);
      if (!(share <= worst)) worst = share;
      found += fmt::format("; {} seed {}: c - log Z {:+.4f}, KL {:.4f}", toy, seed, error, kl);
      if (const Quantity* without_modes = numbers.find(kKlWithoutModes))
        found += fmt::format(" (a ring without modes: {:.3f})", without_modes->value);
    }
  }
  return {
      worst, AtMost{1},
      fmt::format("nce by default (MLP 2-128-128-1 silu, fitted Gaussian noise 1.2 times as wide, nu 2, "
                  "batch 512, 40 epochs of 50,000 points), the larger of |c - log Z| / 0.05 and KL / 0.02{}",
                  found)};
}

}  // namespace

double nce_share(double c_error, double kl) {
  const double by_constant = std::abs(c_error) / 0.05, by_kl = kl / 0.02;
  return std::isnan(by_constant + by_kl) ? NAN : std::max(by_constant, by_kl);
}

std::vector<Row> nce_figure_rows() {
  return {
      {"nce.toy_logz", RowKind::figure, "NCE finds the modes of ring8 and two-moons, and its c their log Z",
       "Gutmann & Hyvarinen 2010; gates: |c - log Z| at most 0.05 and KL at most 0.02", false, 90, toy_logz}};
}

}  // namespace gradzoo
