#include <fmt/format.h>

#include "models/realnvp/realnvp.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

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

RowResult mnist_bits(const RowContext& context) {
  const auto trained =
      train_model_resumably("realnvp.mnist_bpd", "realnvp", {"data=mnist", "seed=1"}, context);
  const Quantity bits = evaluate_on_test(*trained)[kBitsPerDim];
  forget_checkpoints("realnvp.mnist_bpd", context);
  return {bits.value, AtMost{1.35},
          fmt::format(
              "by default, seed 1, test set, error {:.4f}; published: RealNVP 1.06, Glow 1.05 (Grathwohl et "
              "al. 2019, table 2), of larger networks and far longer training",
              bits.error)};
}

}  // namespace

std::vector<Row> realnvp_figure_rows() {
  return {figure({"realnvp.toys", "a flow learns ring8 and two-moons to a KL of at most 0.02 nats",
                  "Dinh et al. 2017", 200},
                 toys),
          figure({"realnvp.mnist_bpd", "a small flow of dequantised MNIST in minutes",
                  "Dinh et al. 2017; published: 1.06 bits/dim", 600},
                 mnist_bits, true)};
}

}  // namespace gradzoo
