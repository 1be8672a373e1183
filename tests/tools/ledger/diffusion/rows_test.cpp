#include "tools/ledger/diffusion/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "tools/ledger/ledger.h"

using namespace gradzoo;

TEST_CASE("the rows of flow matching and of distances hold") {
  for (const Row& row : flow_rows()) {
    const RowOutcome outcome = run_row(row, {});
    CHECK_MESSAGE(outcome.pass, row.name, " ", outcome.result.value);
  }
}

TEST_CASE("paths that are a hundredth short, or run backwards, are seen") {
  const auto short_of = [](const Tensor& noise, const Tensor& data, const Tensor& t) {
    PathPoints paths = points_on(straight_path(), noise, data, t);
    return PathPoints{paths.x, paths.velocity * 0.99};
  };
  CHECK(gaussian_velocity_z(short_of, 1'000'000, 1) > 4.5);
  const auto backwards = [](const Tensor& noise, const Tensor& data, const Tensor& t) {
    return points_on(straight_path(), data, noise, t);
  };
  CHECK(gaussian_velocity_z(backwards, 10'000, 1) > 4.5);
}

TEST_CASE("a density with a hundredth of the divergence left out is seen") {
  const auto u = [](const Tensor& x, double t) { return x * (0.5 * t) + sin(x) * 0.5; };
  const auto right = [](VelocityFn v, const Tensor& x) { return flow_log_density(v, x); };
  CHECK(density_normalisation_error(right, u) < 1e-5);
  const auto short_of = [](VelocityFn v, const Tensor& x) { return flow_log_density(v, x) * 0.99; };
  CHECK(density_normalisation_error(short_of, u) > 1e-4);
}

TEST_CASE("a distance without its cross term, or with a covariance a hundredth off, is seen") {
  CHECK(frechet_closed_form_error([](const Moments& a, const Moments& b) {
          return frechet_distance({a.mean, a.covariance * 1.01}, b);
        }) > 1e-4);
  CHECK(frechet_closed_form_error(
            [](const Moments& a, const Moments& b) { return sum(square(a.mean - b.mean)).item(); }) > 0.1);
}

TEST_CASE("a kernel distance that counts each point with itself is seen to be biased") {
  const auto biased = [](const Tensor& a, const Tensor& b, int64_t block) {
    Estimate found = kernel_distance(a, b, block);
    found.value += 2 * std::pow(1 + 1.25, 3) / static_cast<double>(block);
    return found;
  };
  CHECK(kernel_distance_z(biased, 1) > 4.2);
}
