#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/samplers/kinds/hmc.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

// Acceptance of a step e on a landscape whose scale is s.
double acceptance_of(double e, double s) { return std::exp(-(e / s) * (e / s)); }

TEST_CASE("the step that is kept has the wanted acceptance, wherever the search began") {
  for (const double scale : {1e-3, 1.0, 50.0})
    for (const double wanted : {0.6, 0.8, 0.95}) {
      DualAveraging tuning(0.1, wanted);
      for (int i = 0; i < 500; ++i) tuning.update(acceptance_of(tuning.step(), scale));
      CHECK(acceptance_of(tuning.kept(), scale) == approx(wanted).epsilon(0.02));
    }
}

TEST_CASE("the step doubles until acceptance crosses the wanted one; then the algorithm, written out") {
  DualAveraging tuning(0.1, 0.8);
  CHECK(tuning.kept() == approx(0.1));
  tuning.update(0.9);
  CHECK(tuning.step() == approx(0.2));
  tuning.update(0.85);
  CHECK(tuning.step() == approx(0.4));
  tuning.update(0.3);  // crossed: between .2 and .4
  const double begin = std::log(0.4) - std::log(2.0) / 2;
  CHECK(std::log(tuning.step()) == approx(begin));
  CHECK(std::log(tuning.kept()) == approx(begin));
  tuning.update(0.5);
  const double error = 0.3 / 11, first = begin - error / 0.5;
  CHECK(std::log(tuning.step()) == approx(first));
  CHECK(std::log(tuning.kept()) == approx(first));  // 1^-0.75: all of it
  tuning.update(1.0);
  const double second_error = (1 - 1.0 / 12) * error + -0.2 / 12;
  const double second = begin - std::sqrt(2.0) / 0.5 * second_error;
  const double weight = std::pow(2.0, -0.75);
  CHECK(std::log(tuning.step()) == approx(second));
  CHECK(std::log(tuning.kept()) == approx(weight * second + (1 - weight) * first));
  tuning.restart(3);
  tuning.update(0.1);
  CHECK(tuning.step() == approx(1.5));  // halved, where it was too long
}

TEST_CASE("where every step is accepted the search ends") {
  DualAveraging tuning(0.1, 0.8);
  for (int i = 0; i < 3000; ++i) tuning.update(1.0);
  CHECK(std::isfinite(tuning.step()));
  CHECK(tuning.kept() > 0.1 * std::pow(2, 20));
}

// Acceptance falls by 2 for each unit of log step, and is 0 or 1 beyond: with a gain above 1 the step swings.
TEST_CASE("the step settles, and does not swing between accepted always and never") {
  for (const double wanted : {0.6, 0.8}) {
    DualAveraging tuning(0.1, wanted);
    const auto acceptance = [](double e) { return std::clamp(0.6 - 2 * std::log(e), 0.0, 1.0); };
    for (int i = 0; i < 60; ++i) tuning.update(acceptance(tuning.step()));
    CHECK(acceptance(tuning.step()) == approx(wanted).epsilon(0.02));
    CHECK(acceptance(tuning.kept()) == approx(wanted).epsilon(0.02));
  }
}

TEST_CASE("a state that is put back goes on as the first did") {
  DualAveraging a(0.1, 0.8), b(3, 0.8);
  for (int i = 0; i < 20; ++i) a.update(0.7);
  State from, to;
  a.add_to(from, "tuning");
  b.add_to(to, "tuning");
  for (size_t i = 0; i < from.entries().size(); ++i) to.entries()[i].restore(from.entries()[i].bytes());
  a.update(0.9);
  b.update(0.9);
  CHECK(a.step() == b.step());
  CHECK(a.kept() == b.kept());
}

}  // namespace
}  // namespace gradzoo
