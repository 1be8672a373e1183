#include "tools/bench/growth.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

const Growth& find(std::string_view curve) {
  const auto found = std::ranges::find(growths(), curve, &Growth::curve);
  REQUIRE(found != growths().end());
  return *found;
}

const std::vector<double> kSizes = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};

template <class Fn>
std::vector<double> at_sizes(Fn&& fn) {
  std::vector<double> y;
  for (const double x : kSizes) y.push_back(fn(x));
  return y;
}

double largest_factor(const GrowthLaw& law, const std::vector<double>& y) {
  double largest = 1;
  for (size_t i = 0; i < y.size(); ++i)
    largest = std::max({largest, y[i] / law(kSizes[i]), law(kSizes[i]) / y[i]});
  return largest;
}

}  // namespace

TEST_CASE("A growth law is recovered from points on it, a wrong one shows, and the knee is found") {
  const GrowthLaw line{1}, square{2}, bent{1, true};
  const auto three = at_sizes([](double x) { return 0.5 + 0.03 * x + 2e-4 * x * x; });
  const GrowthLaw law = square.fitted(kSizes, three);
  CHECK(law.text("w") == "0.5 + 0.03 w + 0.0002 w^2");
  CHECK(law.form("w") == "a + b w + c w^2");
  CHECK(largest_factor(law, three) == approx(1));
  CHECK(largest_factor(line.fitted(kSizes, three), three) > 1.3);
  CHECK(largest_factor(bent.fitted(kSizes, three), three) > 1.3);

  const auto far = at_sizes([](double x) { return 0.1 + 0.02 * x + 0.03 * std::max(0.0, x - 256); });
  CHECK(bent.fitted(kSizes, far).text("n") == "0.1 + 0.02 n + 0.03 max(0, n - 256)");
  CHECK(largest_factor(line.fitted(kSizes, far), far) > 1.3);
  const auto early = at_sizes([](double x) { return 0.1 + 0.02 * x + 0.03 * std::max(0.0, x - 2); });
  CHECK(bent.fitted(kSizes, early).knee == 2);
  CHECK_THROWS_AS(line.fitted(kSizes, at_sizes([](double x) { return x - 1; })), Error);
}

TEST_CASE("No coefficient of a growth law is negative, and the others are the best ones without it") {
  const auto y = at_sizes([](double x) { return 3 * x - 0.9; });
  GrowthLaw law = GrowthLaw{2}.fitted(kSizes, y);
  CHECK(law.coefficients[0] == 0);
  const auto error = [&](const GrowthLaw& moved) {
    double sum = 0;
    for (size_t i = 0; i < y.size(); ++i) sum += std::pow(moved(kSizes[i]) / y[i] - 1, 2);
    return sum;
  };
  for (size_t k = 0; k < 3; ++k)
    for (const double step : {-1e-3, 1e-3}) {
      GrowthLaw moved = law;
      moved.coefficients[k] += step * 3 / std::pow(4096, k);
      if (moved.coefficients[k] >= 0) CHECK(error(moved) >= error(law));
    }
}

TEST_CASE("Every growth curve measures positive time and memory at sizes that rise") {
  for (const Growth& growth : growths()) {
    INFO(growth.curve);
    CHECK(std::ranges::is_sorted(growth.sizes));
    const MeasuredGrowth found = measure(growth, {.sizes = 3, .rounds = 1, .seconds = 0});
    REQUIRE(found.ms.size() == 3);
    for (const double ms : found.ms) CHECK((std::isfinite(ms) && ms > 0));
    CHECK(std::ranges::is_sorted(found.mb));
    for (const double c : found.time.coefficients) CHECK(c >= 0);
  }
}

TEST_CASE("The memory of a perceptron is that of its weights, their gradients and its activations") {
  // Two layers w-w-w: 2 (w^2 + w) weights and as many gradients, f32, in size classes of 5/4 at most.
  for (const int64_t w : {256, 1024}) {
    const double weights = 4.0 * 2 * static_cast<double>(w * w + w) * 1e-6;
    const double activations = 4.0 * 128 * static_cast<double>(w) * 1e-6;
    const double mb = find("width").measure(w, 0).mb;
    CHECK(mb >= 2 * weights + activations);
    CHECK(mb <= 1.25 * (2 * weights + 8 * activations) + 0.1);
  }
}

TEST_CASE("Memory grows by the same amount with every layer and with every node") {
  const auto per_unit = [](const char* name, int64_t from, int64_t to) {
    const Growth& curve = find(name);
    return (curve.measure(to, 0).mb - curve.measure(from, 0).mb) / static_cast<double>(to - from);
  };
  CHECK(per_unit("depth", 100, 200) == approx(per_unit("depth", 10, 100)).epsilon(0.05));
  const double node = per_unit("nodes", 1000, 10'000);
  CHECK(node == approx(per_unit("nodes", 10'000, 50'000)).epsilon(0.05));
  CHECK(node >= sizeof(Node) * 1e-6);
}

TEST_CASE("The forward Laplacian's memory grows with d, the reverse one's beyond it with d squared") {
  const auto mb = [](const char* name, int64_t d) { return find(name).measure(d, 0).mb; };
  CHECK(mb("dimension_forward", 256) / mb("dimension_forward", 64) < 4.1);
  CHECK(mb("dimension_reverse", 256) / mb("dimension_reverse", 64) > 4.5);
}

TEST_CASE("bench --growth prints a table, or one JSON object a curve, and refuses what it cannot do") {
  const test::ScratchDirectory scratch;
  const auto run = [&](const std::string& line) {
    const test::ProcessResult result =
        test::run_gradzoo("bench --growth nodes --quick --threads 1" + line, scratch.file(""));
    REQUIRE_MESSAGE(result.status == 0, result.err);
    return result.out;
  };
  const auto curve = nlohmann::json::parse(run(" --json"));
  CHECK(curve["curve"] == "nodes");
  CHECK(curve["ms"]["law"] == "a + b n + c max(0, n - n0)");
  REQUIRE(curve["points"].size() == 4);
  double worst = 0;
  for (const auto& point : curve["points"]) {
    for (const char* key : {"n", "ms", "ms_line", "mb", "mb_line"}) CHECK(point[key].get<double>() > 0);
    for (const std::string unit : {"ms", "mb"})
      CHECK(point[unit + "_ratio"].get<double>() * point[unit + "_line"].get<double>() ==
            approx(point[unit].get<double>()).epsilon(1e-3));
    worst = std::max(worst, std::abs(std::log(point["ms_ratio"].get<double>())));
  }
  CHECK(std::abs(std::log(curve["ms"]["worst_ratio"].get<double>())) == approx(worst).epsilon(1e-3));
  CHECK(test::contains(run(""), "  1000 "));
  test::check_refused("bench --growth node", scratch.file(""), {"growth 'node'", "'nodes'"});
  test::check_refused("bench --growth nodes --steps 3", scratch.file(""), {"--steps"});
  test::check_refused("bench --convolutions --growth", scratch.file(""), {"--convolutions takes no"});
}
