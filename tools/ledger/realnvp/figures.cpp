#include "tools/ledger/realnvp/figures.h"

#include <fmt/format.h>

#include "models/base/quantity.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

RowResult toys(const RowContext& context) {
  double worst = 0;
  std::string found;
  for (const char* toy : {"ring8", "two-moons"}) {
    const auto trained = train_model("realnvp", {fmt::format("data={}", toy), "seed=1"}, context);
    const double kl = evaluate_on_test(*trained)[kKl].value;
    if (!(kl <= worst)) worst = kl;
    found += fmt::format("; {} {:.4f}", toy, kl);
  }
  return {worst, AtMost{0.02},
          "realnvp by default, seed 1, KL(truth || flow) by quadrature, the larger" + found};
}

}  // namespace

std::vector<Row> realnvp_figure_rows() {
  return {{"realnvp.toys", RowKind::figure, "a flow learns ring8 and two-moons to a KL of at most 0.02 nats",
           "Dinh et al. 2017", false, 200, toys}};
}

}  // namespace gradzoo
