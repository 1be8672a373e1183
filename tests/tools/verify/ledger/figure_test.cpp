#include "tools/verify/ledger/figure.h"

#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support/scratch.h"

namespace gradzoo {
namespace {

std::vector<Quantities> kls(const std::vector<double>& values) {
  std::vector<Quantities> out;
  for (const double value : values) out.push_back({quantity(kKl, value, "")});
  return out;
}

TEST_CASE("a figure's value is the largest, least or mean of its runs, and NaN where one is") {
  CHECK(largest(kKl)(kls({-3, -1, -2})) == -1);
  CHECK(least(kKl)(kls({3, 1, 2})) == 1);
  CHECK(mean_of(kKl)(kls({3, 1, 5})) == 3);
  for (const FigureValue& value : {largest(kKl), least(kKl), mean_of(kKl)}) {
    CHECK(std::isnan(value(kls({NAN, 1}))));
    CHECK(std::isnan(value(kls({1, NAN, 2}))));
  }
}

TEST_CASE("a figure trains each run, tells its numbers in the setting, and forgets its checkpoints") {
  const test::ScratchDirectory folder;
  std::vector<std::ptrdiff_t> left;
  double measured = 0;
  const RowContext context{.folder = folder.path().string()};
  const FigureRun again{"nce data=ring8 hidden=8 steps=600 seed=1", [&](Session&) -> Quantities {
                          left.push_back(folder.entries());
                          return {quantity(kKl, ++measured, "", 0.25)};
                        }};
  FigureRun other = again;
  other.line = "nce data=ring8 hidden=8 steps=600 seed=2";
  other.how = "again";
  const Row row = figure({"a.b", "claim", "source", 1}, {again, other}, largest(kKl), AtMost{1.5},
                         "by default", {kKl, kLogZ}, {{"three", measured_as(kls({3, 1}))}});
  const RowResult result = row.measure(context);
  CHECK(result.value == 2);
  CHECK(result.setting ==
        "by default; nce data=ring8 hidden=8 steps=600 seed=1: kl 1 ± 0.25; seed=2, again: kl 2 ± 0.25");
  CHECK(left == std::vector<std::ptrdiff_t>{1, 2});
  CHECK(folder.entries() == 0);
  CHECK(row.resumes);
  CHECK(row.plants[0].measure({}).value == 3);
}

}  // namespace
}  // namespace gradzoo
