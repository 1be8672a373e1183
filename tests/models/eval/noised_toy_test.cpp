#include "models/eval/noised_toy.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

TEST_CASE("a ring of Gaussians with noise is the ring of wider ones, density and score") {
  constexpr double kNoise = 0.15;
  const auto narrow = make_toy("ring8", {.noise = 0.2}), wide = make_toy("ring8", {.noise = 0.25});
  const NoisedToy found = noised_toy(*narrow, kNoise, 120);
  const Tensor x = found.grid.points(0, found.grid.count()), log_p = wide->log_prob(x),
               score = wide->score(x);
  CHECK(log_partition(found.grid, found.log_p) == doctest::Approx(0).epsilon(1e-9));
  for (int64_t i = 0; i < found.grid.count(); ++i) {
    if (log_p.data<double>()[i] < -15) continue;
    CHECK(std::abs(found.log_p.data<double>()[i] - log_p.data<double>()[i]) < 1e-6);
    for (int64_t k = 2 * i; k < 2 * i + 2; ++k)
      CHECK(std::abs(found.score.data<double>()[k] - score.data<double>()[k]) < 1e-5);
  }
}

TEST_CASE("without noise it is the toy itself, and a score that is not known stays undefined") {
  const auto ring = make_toy("ring8");
  const NoisedToy found = noised_toy(*ring, 0, 60);
  const Tensor x = found.grid.points(0, found.grid.count());
  CHECK(test::max_error(found.score, ring->score(x).to_vector()) < 1e-12);
  CHECK(!noised_toy(*make_toy("checkerboard"), 0, 60).score.defined());
  CHECK(noised_toy(*make_toy("checkerboard"), 0.3, 60).score.defined());
}

TEST_CASE("noise finer than the grid, and a toy without a density, are refused") {
  CHECK(test::contains(test::error_message([] { noised_toy(*make_toy("ring8"), 0.01, 60); }),
                       "spans less than two cells"));
  CHECK(test::error_message([] { noised_toy(*make_toy("bars-and-stripes"), 0, 60); }) != "");
}

}  // namespace
}  // namespace gradzoo
