#include "tools/ledger/ais/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"

// The row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

// Changes what a path says of its weights, or lets chains stay.
class PlantedPath : public AnnealingPath {
 public:
  PlantedPath(AnnealingPath& path, double factor, bool weighs_after)
      : path_(path), factor_(factor), after_(weighs_after) {}
  Tensor advance(Tensor& x, double from, double to, Rng& rng) override {
    if (!after_) return path_.advance(x, from, to, rng) * factor_;
    Tensor moved = x;
    path_.advance(moved, from, to, rng);
    x = moved;
    return path_.advance(moved, from, to, rng);  // the weight where chains are by now
  }

 private:
  AnnealingPath& path_;
  double factor_;
  bool after_;
};

AisError planted(const PlanePair& pair, double factor, bool weighs_after = false) {
  return measure_ais(
      [&](AnnealingPath& path, const Tensor& x, std::span<const double> betas, Rng& rng) {
        PlantedPath other(path, factor, weighs_after);
        return annealed_importance_sampling(other, x, betas, rng);
      },
      pair, 1);
}

TEST_CASE("ais.plane_vs_quadrature sees weights of a wrong sign or factor") {
  for (const PlanePair& pair : {energy_pair(), posterior_pair()}) {
    CHECK(measure_ais(annealed_importance_sampling, pair, 1).z < 4.1);
    CHECK(planted(pair, 1).z < 4.1);
    CHECK(planted(pair, -1).z > 4.1);
    CHECK(planted(pair, 0.9).z > 4.1);
  }
}

TEST_CASE("ais.plane_vs_quadrature sees weights that are taken after the move") {
  CHECK(planted(posterior_pair(), 1, true).z > 4.1);
}

TEST_CASE("ais.plane_vs_quadrature sees a density without its constant") {
  PlanePair pair = posterior_pair();
  pair.from.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; };
  CHECK(measure_ais(annealed_importance_sampling, pair, 1).z > 4.1);
}

}  // namespace
}  // namespace gradzoo
