#include "samplers/adapt/dual_averaging.h"

#include <cmath>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

// Acceptance of a step e on a landscape whose scale is s.
double acceptance_of(double e, double s) { return std::exp(-(e / s) * (e / s)); }

TEST_CASE("the step that is kept has the wanted acceptance, wherever the search began") {
  for (const double scale : {1e-3, 1.0, 50.0}) {
    for (const double wanted : {0.6, 0.8, 0.95}) {
      DualAveraging tuning(0.1, wanted);
      for (int i = 0; i < 500; ++i) tuning.update(acceptance_of(tuning.step(), scale));
      CHECK(acceptance_of(tuning.kept(), scale) == doctest::Approx(wanted).epsilon(0.02));
    }
  }
}

TEST_CASE("the first updates are those of the algorithm, written out") {
  DualAveraging tuning(0.1, 0.8);
  CHECK(tuning.kept() == doctest::Approx(0.1));
  tuning.update(0.5);
  const double error = 0.3 / 11, first = std::log(1.0) - error / 0.05;
  CHECK(std::log(tuning.step()) == doctest::Approx(first));
  CHECK(std::log(tuning.kept()) == doctest::Approx(first));  // 1^-0.75: all of it
  tuning.update(1.0);
  const double second_error = (1 - 1.0 / 12) * error + -0.2 / 12;
  const double second = std::log(1.0) - std::sqrt(2.0) / 0.05 * second_error;
  const double weight = std::pow(2.0, -0.75);
  CHECK(std::log(tuning.step()) == doctest::Approx(second));
  CHECK(std::log(tuning.kept()) == doctest::Approx(weight * second + (1 - weight) * first));
}

TEST_CASE("a state that is put back goes on as the first did") {
  DualAveraging a(0.1, 0.8), b(3, 0.8);
  for (int i = 0; i < 20; ++i) a.update(0.7);
  State from, to;
  a.add_to(from, "tuning");
  b.add_to(to, "tuning");
  for (size_t i = 0; i < from.entries().size(); ++i)
    to.entries()[i].restore(from.entries()[i].bytes().data());
  a.update(0.9);
  b.update(0.9);
  CHECK(a.step() == b.step());
  CHECK(a.kept() == b.kept());
}

}  // namespace
}  // namespace gradzoo
