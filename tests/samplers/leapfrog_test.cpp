#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const Target kQuartic{.log_prob = [](const Tensor& x) { return sum(square(square(x)), 1) * -0.25; }};

struct Point {
  Tensor x, p;
};

// Kick, drift, kick, one after the other (Neal 2011, eqs. 2.28-2.30).
Point written_out(Point at, const Tensor& inverse_mass, double e, int64_t steps) {
  const auto kick = [](const Point& q, double by) { return q.p - square(q.x) * q.x * by; };
  for (int64_t i = 0; i < steps; ++i) {
    at.p = kick(at, e / 2);
    at.x = at.x + at.p * inverse_mass * e;
    at.p = kick(at, e / 2);
  }
  return at;
}

Tensor energy(const Point& at, const Tensor& inverse_mass) {
  return sum(square(square(at.x)), 1) * 0.25 + sum(square(at.p) * inverse_mass, 1) * 0.5;
}

TEST_CASE("the trajectory is the written-out one, with any mass, and so is the energy that it lost") {
  const Tensor inverse_mass = tensor({0.5, 2, 1}, {3}, DType::f64);
  const Tensor scale = sqrt(inverse_mass);
  const Point begin{test::wave({7, 3}), test::wave({7, 3}, DType::f64, 2)};
  for (const int64_t steps : {1, 2, 9}) {
    const Point end = written_out(begin, inverse_mass, 0.1, steps);
    const LeapfrogEnd found =
        leapfrog(kQuartic, begin.x, value_and_score(kQuartic, begin.x), begin.p * scale, scale, 0.1, steps);
    CHECK(test::max_error(found.x, end.x.to_vector()) < 1e-13);
    CHECK(test::max_error(found.value.log_prob, kQuartic.log_prob(end.x).to_vector()) < 1e-13);
    CHECK(test::max_error(found.energy_lost,
                          (energy(begin, inverse_mass) - energy(end, inverse_mass)).to_vector()) < 1e-13);
  }
}

TEST_CASE("the target is asked once a step, for its log-density at the end alone, and x is left as it is") {
  int scores = 0, densities = 0;
  const Target counting{.log_prob =
                            [&](const Tensor& x) {
                              ++densities;
                              return sum(square(x), 1) * -0.5;
                            },
                        .score =
                            [&](const Tensor& x) {
                              ++scores;
                              return neg(x);
                            }};
  const Tensor x = test::wave({4, 2}), unit = ones({2}, DType::f64);
  const std::vector<double> before = x.to_vector();
  const PointValue value = value_and_score(counting, x);
  scores = densities = 0;
  leapfrog(counting, x, value, test::wave({4, 2}), unit, 0.1, 6);
  CHECK(scores == 6);
  CHECK(densities == 1);
  CHECK(x.to_vector() == before);
}

TEST_CASE("a free particle between mirrors comes back where geometry says, and loses no energy") {
  const Target box{.log_prob = [](const Tensor& x) { return sum(x, 1) * 0.0; },
                   .score = [](const Tensor& x) { return zeros_like(x); },
                   .domain = {0, 1}};
  const Tensor x = tensor({0.25}, {1, 1}, DType::f64);
  const LeapfrogEnd found = leapfrog(box, x, value_and_score(box, x), full({1, 1}, 1, DType::f64),
                                     ones({1}, DType::f64), 0.125, 14);
  CHECK(found.x.item() == 0);  // 0.25 + 1.75 is twice the width
  CHECK(found.energy_lost.item() == 0);
}

}  // namespace
}  // namespace gradzoo
