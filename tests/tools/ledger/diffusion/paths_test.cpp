#include "tools/ledger/diffusion/paths.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "tools/ledger/ledger.h"

using namespace gradzoo;

TEST_CASE("the rows of paths from noise to data hold") {
  for (const Row& row : path_rows()) {
    const RowOutcome outcome = run_row(row, {});
    CHECK_MESSAGE(outcome.pass, row.name, " ", outcome.result.value);
  }
}

TEST_CASE("a conversion that is a hundredth off, whichever, is seen") {
  const auto error_with = [](auto Conversions::*field, auto wrong) {
    Conversions how;
    how.*field = wrong;
    return conversion_error(how);
  };
  const auto off = [](Reading (*read)(const Tensor&, const Tensor&, const Mixing&), const Tensor& said,
                      const Tensor& x, const Mixing& at) {
    Reading reading = read(said, x, at);
    return Reading{reading.denoised * 0.99, reading.noise};
  };
  static const auto kOff = off;
  CHECK(error_with(
            &Conversions::from_noise, +[](const Tensor& s, const Tensor& x, const Mixing& at) {
              return kOff(read_noise, s, x, at);
            }) > 1e-4);
  CHECK(error_with(
            &Conversions::from_velocity, +[](const Tensor& s, const Tensor& x, const Mixing& at) {
              return kOff(read_velocity, s, x, at);
            }) > 1e-4);
  CHECK(error_with(
            &Conversions::from_score,
            +[](const Tensor& s, const Tensor& x, const Mixing& at) { return read_score(-s, x, at); }) > 0.1);
  CHECK(error_with(
            &Conversions::from_denoised, +[](const Tensor& s, const Tensor& x, const Mixing& at) {
              return read_denoised(s, x * 0.99, at);
            }) > 1e-4);
  CHECK(error_with(
            &Conversions::to_score,
            +[](const Reading& r, const Mixing& at) { return score_of(r, at) * at.noise; }) > 1e-2);
  CHECK(error_with(
            &Conversions::to_velocity,
            +[](const Reading& r, const Mixing& at) { return r.denoised * at.data_slope; }) > 1e-2);
}

TEST_CASE("Langevin steps with too much noise, or with a pull a fiftieth short, are seen") {
  CHECK(gaussian_levels_z(langevin_step, 5) < 4.5);
  CHECK(gaussian_levels_z(ancestral_step, 5) > 4.5);
  const auto weak = [](const PathWalk& walk, const Tensor& x, double from, double to) {
    const auto read = [&](const Tensor& y, double t) {
      Reading reading = walk.read(y, t);
      reading.noise = reading.noise * 0.98;
      return reading;
    };
    return langevin_step({walk.path, read, walk.rng, walk.level}, x, from, to);
  };
  CHECK(gaussian_levels_z(weak, 5) > 4.5);
  const auto twice = [](const PathWalk& walk, const Tensor& x, double from, double to) {
    return langevin_step({walk.path, walk.read, walk.rng, {walk.level.repeats, walk.level.step * 2}}, x, from,
                         to);
  };
  CHECK(step_convention_error(twice) > 1e-3);
}

TEST_CASE("ancestral steps draw, and are seen to") { CHECK(stream_difference(ancestral_step) > 0.1); }

TEST_CASE("a likelihood whose noise at the start is a tenth wider, or a hundredth short, is seen") {
  const auto wide = [](VelocityFn v, const Tensor& x) {
    return flow_log_density(v, x, {.steps = 96, .noise = 1.1});
  };
  CHECK(gaussian_flow_bits_error(wide) > 5e-3);
  const auto short_of = [](VelocityFn v, const Tensor& x) {
    return flow_log_density(v, x, {.steps = 96}) * 0.99;
  };
  CHECK(gaussian_flow_bits_error(short_of) > 5e-3);
}

TEST_CASE("a weight of b in place of b^2 is no equivalence") {
  CHECK(score_equivalence_error([](const Mixing& at) { return at.noise; }) > 0.1);
}
