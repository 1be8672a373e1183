#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/ais.h"

namespace gradzoo {
namespace {

/// exp(-(1 + 3 beta) x^2 / 2): its chains are exact draws, and log Z is known at both ends.
class Narrowing : public AnnealingPath {
 public:
  Tensor advance(Tensor& x, double from, double to, Rng& rng) override {
    const Tensor log_weights = sum(square(x), 1) * (-1.5 * (to - from));
    x = randn(x.shape(), rng, DType::f64) / std::sqrt(1 + 3 * to);
    return log_weights;
  }
};

Partition narrowing() {
  const auto normal = [](double sigma) {
    return [sigma](int64_t n, Rng& rng) { return randn({n, 1}, rng, DType::f64) * sigma; };
  };
  return {.path = std::make_shared<Narrowing>(),
          .begin_log_z = 0.5 * std::log(2 * M_PI),
          .begin = normal(1),
          .end = normal(0.5)};
}

TEST_CASE("Annealing up and down find log Z, each from its own side") {
  const double truth = 0.5 * std::log(2 * M_PI / 4);
  Rng rng(1, "partition");
  const AnnealingOptions fine{.chains = 2000, .temperatures = 50}, coarse{.chains = 20000, .temperatures = 3};
  const LogPartition up = anneal_up(narrowing(), fine, rng), down = anneal_down(narrowing(), fine, rng);
  CHECK(std::abs(up.value - truth) < 4 * up.annealing.error);
  CHECK(std::abs(down.value - truth) < 4 * down.annealing.error);
  const double begin = narrowing().begin_log_z;
  CHECK(begin + mean(anneal_up(narrowing(), coarse, rng).annealing.log_weights).item() < truth - 0.05);
  CHECK(begin - mean(anneal_down(narrowing(), coarse, rng).annealing.log_weights).item() > truth + 0.05);
}

TEST_CASE("Temperatures are equal steps from 0 to 1, two at least, and chains one at least") {
  CHECK(temperatures_up(5) == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK_THROWS_AS(temperatures_up(1), Error);
  Rng rng(1);
  CHECK_THROWS_AS(anneal_up(narrowing(), {.chains = 0, .temperatures = 5}, rng), Error);
  CHECK_THROWS_AS(anneal_down(narrowing(), {.chains = -3, .temperatures = 5}, rng), Error);
}

}  // namespace
}  // namespace gradzoo
