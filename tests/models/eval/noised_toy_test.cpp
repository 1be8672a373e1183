#include <cmath>
#include <string_view>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {

TEST_CASE("a ring of Gaussians with noise is the ring of wider ones, density and score") {
  constexpr double kNoise = 0.15;
  const auto narrow = make_toy("ring8", {.noise = 0.2}), wide = make_toy("ring8", {.noise = 0.25});
  const NoisedToy found = noised_toy(*narrow, kNoise, 120);
  const Tensor x = found.grid.points(0, found.grid.count()), log_p = wide->log_prob(x),
               score = wide->score(x);
  CHECK(log_partition(found.grid, found.log_p) == approx(0).scale(1).epsilon(1e-9));
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

TEST_CASE("on a line too: Gaussians with noise are wider ones, density and score, far outside as well") {
  constexpr double kNoise = 0.4;
  const auto bells = [](double width) {
    return make_mixture({{0.3, 0.7}, tensor({-1, 2}, {2, 1}, DType::f64), {width, width}});
  };
  const auto narrow = bells(0.3), wide = bells(0.5);
  const NoisedToy found = noised_toy(*narrow, kNoise, 800);
  const Tensor x = found.grid.points(0, found.grid.count()), log_p = wide->log_prob(x),
               score = wide->score(x);
  CHECK(found.grid.box.high[0] >= narrow->box().high[0] + 5 * kNoise);
  for (int64_t i = 0; i < found.grid.count(); ++i) {
    if (log_p.data<double>()[i] < -12) continue;
    CHECK(std::abs(found.log_p.data<double>()[i] - log_p.data<double>()[i]) < 1e-4);
    CHECK(std::abs(found.score.data<double>()[i] - score.data<double>()[i]) < 1e-3);
  }
}

TEST_CASE("noise finer than the grid, and a toy without a density, are refused") {
  test::check_refused("spans less than two cells", [] { noised_toy(*make_toy("ring8"), 0.01, 60); });
  CHECK(test::error_message([] { noised_toy(*make_toy("bars-and-stripes"), 0, 60); }) != "");
}

TEST_CASE("between the centres the score is bilinear: near the truth's, in one and two dimensions") {
  constexpr double kNoise = 0.3;
  for (const char* name : {"ring8", "gamma"}) {
    CAPTURE(name);
    const auto toy = make_toy(name);
    const NoisedToy found = noised_toy(*toy, kNoise, 400);
    Rng rng(1, "noised_toy_test");
    const Tensor x = toy->sample(200, rng, DType::f64);
    const Tensor centre = found.grid.points(7, 8);
    CHECK(test::max_error(score_at(found, centre), found.score.rows(7, 8).to_vector()) < 1e-9);
    if (std::string_view(name) == "gamma") continue;
    const auto wide = make_toy("ring8", {.noise = std::sqrt(0.04 + kNoise * kNoise)});
    CHECK(test::max_error(score_at(found, x), wide->score(x).to_vector()) < 5e-3);
  }
  test::check_refused("(n, 2)", [&] { score_at(noised_toy(*make_toy("ring8"), 0.3, 60), zeros({1, 3})); });
}

}  // namespace gradzoo
