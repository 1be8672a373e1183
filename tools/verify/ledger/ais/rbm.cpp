#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/samplers/ais.h"
#include "tools/verify/ledger/rbm/random_rbm.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/statistics.h"

namespace gradzoo {
namespace {

constexpr double kStandardErrors = 3;

/// A machine whose Z is worth annealing for, and biases that are not its own.
struct AnnealedMachine {
  std::unique_ptr<RbmLayer> layer = random_rbm(24, 12, 0.7, DType::f32, 7);
  Tensor base_bias = layer->visible_bias().detach() * 0.5;
};

/// What is known of a machine's Z, from independent units with biases base_bias (n).
using PartitionOf = Partition (*)(const RbmLayer&, const Tensor& base_bias);

struct AnnealedZ {
  double z;    // |annealed - exact log Z| in standard errors: the smaller of two seeds
  double ess;  // the smaller of the two
};

/// Upwards on a machine of 24 x 12, 500 chains of 1000 temperatures.
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

RowResult rbm_vs_exact(PartitionOf partition_of, const RowContext& context) {
  const AnnealedZ found = annealed_against_exact(partition_of, context.seed);
  return {found.ess >= 0.3 ? found.z : INFINITY, AtMost{kStandardErrors},
          fmt::format(
              "24 x 12 units, weights N(0, 0.7^2), 500 chains of 1000 temperatures, log Z in standard "
              "errors from enumeration; the better of two seeds, so false alarm 7e-6; ESS {:.2f} of 1 (at "
              "least 0.3)",
              found.ess)};
}

/// How far, in standard errors, the mean log-weight upwards lies above the exact log Z, or that downwards,
/// from exact samples, below it, in 40 temperatures: the larger of both, the smaller of two seeds. Without
/// error both are far below 0, as Jensen has it.
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
    const double above = z_score(up.annealing.log_weights, ratio),
                 below = z_score(down.annealing.log_weights, -ratio);
    least = std::min(least, std::max(above, below));
  }
  return least;
}

RowResult rbm_bracket(PartitionOf partition_of, const RowContext& context) {
  return {
      bracket_violation(partition_of, context.seed), AtMost{kStandardErrors},
      "the same machine in 40 temperatures, 2000 chains: standard errors by which the mean log-weight "
      "upwards is above the exact log Z, or that downwards from exact samples below it; the better of two "
      "seeds, so false alarm 7e-6"};
}

/// The path with its two halves spoilt.
class PlantedPath : public AnnealingPath {
 public:
  enum class Plant { moves_first, moves_nowhere };
  PlantedPath(std::shared_ptr<AnnealingPath> path, Plant plant) : path_(std::move(path)), plant_(plant) {}
  Tensor advance(Tensor& x, double from, double to, Rng& rng) override {
    if (plant_ == Plant::moves_first) {  // the weight is of where the chain has gone
      path_->advance(x, to, to, rng);
      Tensor copy = x;
      return path_->advance(copy, from, to, rng);
    }
    Tensor copy = x;
    Tensor weights = path_->advance(copy, from, to, rng);
    path_->advance(x, 0, 0, rng);
    return weights;
  }

 private:
  std::shared_ptr<AnnealingPath> path_;
  Plant plant_;
};

template <PlantedPath::Plant plant>
Partition planted(const RbmLayer& layer, const Tensor& base_bias) {
  Partition partition = rbm_partition(layer, base_bias);
  partition.path = std::make_shared<PlantedPath>(partition.path, plant);
  return partition;
}

}  // namespace

std::vector<Row> ais_rbm_rows() {
  return {
      identity({"ais.rbm_vs_exact", "annealed importance sampling finds an RBM's log Z",
                "Neal 2001; Salakhutdinov & Murray 2008", 2},
               rbm_vs_exact, rbm_partition,
               {{"a forgotten 2^m",
                 [](const RbmLayer& layer, const Tensor& base_bias) {
                   Partition partition = rbm_partition(layer, base_bias);
                   partition.begin_log_z -= static_cast<double>(layer.hidden()) * std::log(2.0);
                   return partition;
                 }},
                {"chains that do not follow the temperature", planted<PlantedPath::Plant::moves_nowhere>}}),
      identity(
          {"ais.bracket",
           "annealing upwards is below log Z on average, and downwards from exact samples above it",
           "Jensen; Burda, Grosse & Salakhutdinov 2015", 1},
          rbm_bracket, rbm_partition,
          {{"weights of where chains went", planted<PlantedPath::Plant::moves_first>},
           {"a descent that does not begin at the model", [](const RbmLayer& layer, const Tensor& base_bias) {
              Partition partition = rbm_partition(layer, base_bias);
              partition.end = partition.begin;
              return partition;
            }}})};
}

}  // namespace gradzoo
