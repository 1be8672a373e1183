#include "gradzoo/plot/scale.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/approx.h"

namespace gradzoo {
namespace {

const double kMissing = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::string> labels(Range range, int count, bool logarithmic = false) {
  std::vector<std::string> result;
  for (const Tick& tick : ticks({range, logarithmic}, count)) result.push_back(tick.label);
  return result;
}

}  // namespace

TEST_CASE("straight ticks are even round values in the range, about as many as asked, each with a label") {
  std::uint32_t state = 1;
  const auto uniform = [&state] { return (state = state * 1664525U + 1013904223U) / 4294967296.0; };
  for (int trial = 0; trial < 2000; ++trial) {
    const double size = std::pow(10, 12 * uniform() - 6), low = size * (uniform() - 0.5),
                 high = low + size * (0.01 + uniform());
    const int count = 3 + trial % 8;
    const std::vector<Tick> found = ticks({{low, high}}, count);
    CAPTURE(low);
    CAPTURE(high);
    REQUIRE(found.size() >= 2);
    REQUIRE(found.size() <= static_cast<std::size_t>(count) + 1);
    const double step = found[1].value - found[0].value;
    const double mantissa = step / std::pow(10, std::floor(std::log10(step * (1 + 1e-9))));
    const double nearest = mantissa < 1.5 ? 1 : mantissa < 2.2 ? 2 : mantissa < 3 ? 2.5 : 5;
    REQUIRE(mantissa == approx(nearest).epsilon(1e-6));
    std::set<std::string> seen;
    for (std::size_t i = 0; i < found.size(); ++i) {
      REQUIRE(found[i].value >= low - 1e-6 * step);
      REQUIRE(found[i].value <= high + 1e-6 * step);
      REQUIRE(found[i].value == approx(found[0].value + static_cast<double>(i) * step).scale(step));
      REQUIRE(seen.insert(found[i].label).second);
    }
  }
}

TEST_CASE("tick labels are short and carry the decimals that the step needs") {
  CHECK(labels({0, 1}, 5) == std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels({-2, 2}, 4) == std::vector<std::string>{"-2", "-1", "0", "1", "2"});
  CHECK(labels({0, 60'000}, 3) == std::vector<std::string>{"0", "20k", "40k", "60k"});
  CHECK(labels({100, 101}, 4) == std::vector<std::string>{"100.00", "100.25", "100.50", "100.75", "101.00"});
}

TEST_CASE("logarithmic ticks stand at powers of ten, with 2 and 5 between where there is room") {
  CHECK(labels({1, 1000}, 5, true) == std::vector<std::string>{"1", "10", "100", "1000"});
  CHECK(labels({100, 600}, 6, true) == std::vector<std::string>{"100", "200", "500"});
  CHECK(labels({1e-8, 1e8}, 4, true).size() <= 5);
  CHECK(labels({101, 139}, 4, true).size() >= 2);
}

TEST_CASE("a scale maps its range to 0 ... 1, and what has no logarithm to nothing") {
  const Scale straight{{-2, 6}}, logarithmic{{1, 100}, true};
  CHECK(straight.fraction(-2) == 0);
  CHECK(straight.fraction(0) == 0.25);
  CHECK(straight.fraction(14) == 2);
  CHECK(logarithmic.fraction(10) == approx(0.5));
  CHECK(std::isnan(logarithmic.fraction(0)));
  CHECK(std::isnan(logarithmic.fraction(-1)));
  CHECK(std::isnan(straight.fraction(kMissing)));
}

TEST_CASE("the range of values passes over what is not finite and is never empty") {
  const auto check = [](std::vector<double> values, bool logarithmic, double low, double high) {
    const Range range = range_of(values, logarithmic);
    CHECK(range.low == low);
    CHECK(range.high == high);
  };
  check({3, kMissing, -1, kInfinity, 2}, false, -1, 3);
  check({}, false, 0, 1);
  check({kMissing, -kInfinity}, true, 1, 10);
  check({0, -5, 4, 8}, true, 4, 8);
  check({0}, false, -1, 1);
  check({5, 5, 5}, false, 4.5, 5.5);
  for (const double value : {1e300, -1e-300, 1e16}) {
    const std::vector<double> one{value};
    CHECK(ticks({range_of(one)}, 5).size() >= 2);
  }
}

TEST_CASE("numbers at the ends of double have an axis, with ticks that ascend within it") {
  const double most = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();
  CHECK(Scale{{1e-200, 1e200}, true}.fraction(1e-100) == approx(0.25));
  const std::vector<double> numbers{0, least, -least, 1e-310, 1e-200, 1, -1, 1e200, most, -most, kInfinity};
  for (const bool logarithmic : {false, true}) {
    for (const double a : numbers) {
      for (const double b : numbers) {
        CAPTURE(logarithmic);
        CAPTURE(a);
        CAPTURE(b);
        const std::vector<double> values{a, b};
        const Range data = range_of(values, logarithmic), axis = padded({data, logarithmic}, 0.04);
        CHECK(std::isfinite(axis.low));
        CHECK(std::isfinite(axis.high));
        CHECK(axis.low < data.low);
        CHECK(axis.high > data.high);
        CHECK((!logarithmic || axis.low > 0));
        const Scale scale{axis, logarithmic};
        for (const double value : values) {
          const double share = scale.fraction(value);
          if (!std::isfinite(value) || (logarithmic && value <= 0)) continue;
          CHECK(std::isfinite(share));
          if (std::abs(value) <= 1e300 && (!logarithmic || value >= 1e-300)) {
            CHECK(share > 0);
            CHECK(share < 1);
          }
        }
        const std::vector<Tick> found = ticks(scale, 5);
        CHECK(found.size() >= 2);
        CHECK(found.size() <= 20);
        for (size_t i = 0; i < found.size(); ++i) {
          CHECK(scale.fraction(found[i].value) > -1e-6);
          CHECK(scale.fraction(found[i].value) < 1 + 1e-6);
          if (i > 0) CHECK(found[i].value > found[i - 1].value);
        }
      }
    }
  }
}

TEST_CASE("a range without width, or wider than double, has no endless ticks") {
  const double most = std::numeric_limits<double>::max();
  CHECK(ticks({{1, 1}}, 5).size() <= 1);
  CHECK(ticks({{5e-324, 5e-324}}, 5).empty());
  CHECK(ticks({{-most, most}}, 5).empty());
}

TEST_CASE("a few wild values do not flatten the others, and an even spread is shown whole") {
  std::vector<double> curve(1000);
  for (size_t i = 0; i < curve.size(); ++i) curve[i] = 100 + 900 * std::exp(-static_cast<double>(i) / 3.0);
  CHECK(focused_range(curve).high < 200);
  CHECK(focused_range(curve).low == approx(100));
  curve.clear();
  for (int i = 0; i < 1000; ++i) curve.push_back(i);
  CHECK(focused_range(curve).high == 999);
  const std::vector<double> few{1000, 2, 1, 1};
  CHECK(focused_range(few).high == 1000);
  const std::vector<double> flat = [] {
    std::vector<double> values(100, 5.0);
    values[0] = 9;
    return values;
  }();
  CHECK(focused_range(flat).high == 9);
}

TEST_CASE("exactly a fiftieth of the values on each side is left out, if the others are much narrower") {
  // `below` values at -1000 and `above` at 1000, the others evenly from 0 to 1.
  const auto shown = [](int total, int below, int above) {
    std::vector<double> values(static_cast<size_t>(total));
    for (int i = 0; i < total; ++i) {
      const int inner = total - below - above;
      values[static_cast<size_t>((i * 7) % total)] = i < below ? -1000
                                                     : i < below + above
                                                         ? 1000
                                                         : (i - below - above) / (inner - 1.0);
    }
    return focused_range(values);
  };
  const auto check = [](Range found, double low, double high) {
    CHECK(found.low == approx(low).scale(1));
    CHECK(found.high == approx(high).scale(1));
  };
  for (const int total : {20, 48, 99, 100, 149, 150, 1000}) {
    CAPTURE(total);
    const int cut = std::max(1, total / 50);
    check(shown(total, cut, cut), 0, 1);
    check(shown(total, cut, 0), 0, 1 - cut / (total - cut - 1.0));
    check(shown(total, 0, cut), cut / (total - cut - 1.0), 1);
    check(shown(total, cut, cut + 1), -1000, 1000);  // one too many, above and below
    check(shown(total, cut + 1, cut), -1000, 1000);
  }
  check(shown(19, 1, 1), -1000, 1000);  // so few are shown whole
}

TEST_CASE("the others are much narrower below a quarter of the whole, by logarithms on such an axis") {
  const auto high = [](double most, bool logarithmic) {
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) values.push_back(1 + i / 39.0);
    values.push_back(most);
    return focused_range(values, logarithmic).high;
  };
  // Without its ends the middle is 38/39 wide.
  CHECK(high(1 + 4.1 * 38 / 39.0, false) == 2);
  CHECK(high(1 + 3.9 * 38 / 39.0, false) == 1 + 3.9 * 38 / 39.0);
  const double narrow = std::log(2 / (1 + 1 / 39.0));
  CHECK(high(std::exp(4.1 * narrow), true) == 2);
  CHECK(high(std::exp(3.9 * narrow), true) == std::exp(3.9 * narrow));
}

TEST_CASE("short numbers are short") {
  CHECK(short_number(105.6249) == "105.6");
  CHECK(short_number(0.25) == "0.25");
  CHECK(short_number(60'000) == "60k");
  CHECK(short_number(1'234'567) == "1.235M");
  CHECK(short_number(kMissing) == "NaN");
  CHECK(short_number(-kInfinity) == "-infinity");
}

}  // namespace gradzoo
