#include "tools/ledger/ais/rbm_rows.h"

#include <cmath>
#include <memory>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/rbm_partition.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

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
    const Tensor weights = path_->advance(copy, from, to, rng);
    path_->advance(x, 0, 0, rng);
    return weights;
  }

 private:
  std::shared_ptr<AnnealingPath> path_;
  Plant plant_;
};

auto planted(PlantedPath::Plant plant) {
  return [plant](const RbmLayer& layer, const Tensor& base_bias) {
    Partition partition = rbm_partition(layer, base_bias);
    partition.path = std::make_shared<PlantedPath>(partition.path, plant);
    return partition;
  };
}

TEST_CASE("ais.rbm_vs_exact sees a forgotten 2^m, and chains that do not follow the temperature") {
  const AnnealedZ right = annealed_against_exact(rbm_partition, 1);
  CHECK(right.z < 3);
  CHECK(right.ess > 0.3);
  CHECK(annealed_against_exact(
            [](const RbmLayer& layer, const Tensor& base_bias) {
              Partition partition = rbm_partition(layer, base_bias);
              partition.begin_log_z -= static_cast<double>(layer.hidden()) * std::log(2.0);
              return partition;
            },
            1)
            .z > 3);
  const AnnealedZ stays = annealed_against_exact(planted(PlantedPath::Plant::moves_nowhere), 1);
  CHECK((stays.z > 3 || stays.ess < 0.3));
}

TEST_CASE("ais.bracket sees weights of where chains went, and a descent that does not begin at the model") {
  CHECK(bracket_violation(rbm_partition, 1) < -10);
  CHECK(bracket_violation(planted(PlantedPath::Plant::moves_first), 1) > 3);
  CHECK(bracket_violation(
            [](const RbmLayer& layer, const Tensor& base_bias) {
              Partition partition = rbm_partition(layer, base_bias);
              partition.end = partition.begin;
              return partition;
            },
            1) > 3);
}

}  // namespace
}  // namespace gradzoo
