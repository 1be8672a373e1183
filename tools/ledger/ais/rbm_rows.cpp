#include "tools/ledger/ais/rbm_rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/rbm_exact.h"
#include "models/networks/rbm_partition.h"
#include "tools/ledger/rbm/rows.h"

namespace gradzoo {
namespace {

constexpr double kStandardErrors = 3;

/// A machine whose Z is worth annealing for, and biases that are not its own.
struct AnnealedMachine {
  std::unique_ptr<RbmLayer> layer = random_rbm(24, 12, 0.7, DType::f32, 7);
  Tensor base_bias = layer->visible_bias().detach() * 0.5;
};

// The mean of log-weights less `expected`, in standard errors.
double excess(const Tensor& log_weights, double expected) {
  const double n = static_cast<double>(log_weights.size());
  return (mean(log_weights).item() - expected) / std::sqrt(var(log_weights).item() / n);
}

RowResult rbm_vs_exact(const RowContext& context) {
  const AnnealedZ found = annealed_against_exact(rbm_partition, context.seed);
  return {found.ess >= 0.3 ? found.z : INFINITY, AtMost{kStandardErrors},
          fmt::format(
              "24 x 12 units, weights N(0, 0.7^2), 500 chains of 1000 temperatures, log Z in standard "
              "errors from enumeration; the better of two seeds, so false alarm 7e-6; ESS {:.2f} of 1 (at "
              "least 0.3)",
              found.ess)};
}

RowResult rbm_bracket(const RowContext& context) {
  return {
      bracket_violation(rbm_partition, context.seed), AtMost{kStandardErrors},
      "the same machine in 40 temperatures, 2000 chains: standard errors by which the mean log-weight "
      "upwards is above the exact log Z, or that downwards from exact samples below it; the better of two "
      "seeds, so false alarm 7e-6"};
}

}  // namespace

AnnealedZ annealed_against_exact(PartitionOf partition_of, uint64_t seed) {
  const NoGrad quiet;
  const AnnealedMachine machine;
  const double exact = exact_log_partition(*machine.layer);
  const Partition partition = partition_of(*machine.layer, machine.base_bias);
  AnnealedZ out{INFINITY, 1};
  for (const uint64_t which : {seed, seed + 1}) {
    Rng rng(which, "ledger/ais");
    const LogPartition up = anneal_up(partition, {.chains = 500, .temperatures = 1000}, rng);
    out.z = std::min(out.z, std::abs(up.value - exact) / up.annealing.error);
    out.ess = std::min(out.ess, up.annealing.ess);
  }
  return out;
}

double bracket_violation(PartitionOf partition_of, uint64_t seed) {
  const NoGrad quiet;
  const AnnealedMachine machine;
  const double exact = exact_log_partition(*machine.layer);
  const Partition partition = partition_of(*machine.layer, machine.base_bias);
  const AnnealingOptions options{.chains = 2000, .temperatures = 40};
  double least = INFINITY;
  for (const uint64_t which : {seed, seed + 1}) {
    Rng rng(which, "ledger/bracket");
    const LogPartition up = anneal_up(partition, options, rng), down = anneal_down(partition, options, rng);
    const double ratio = exact - partition.begin_log_z;
    const double above = excess(up.annealing.log_weights, ratio),
                 below = excess(down.annealing.log_weights, -ratio);
    least = std::min(least, std::max(above, below));
  }
  return least;
}

std::vector<Row> ais_rbm_rows() {
  return {
      {"ais.rbm_vs_exact", RowKind::identity, "annealed importance sampling finds an RBM's log Z",
       "Neal 2001; Salakhutdinov & Murray 2008", true, 2, rbm_vs_exact},
      {"ais.bracket", RowKind::identity,
       "annealing upwards is below log Z on average, and downwards from exact samples above it",
       "Jensen; Burda, Grosse & Salakhutdinov 2015", true, 1, rbm_bracket},
  };
}

}  // namespace gradzoo
