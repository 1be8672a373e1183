#include "tools/bench/growth.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/tape.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

const Growth& find(std::string_view curve) {
  const auto found = std::ranges::find(growths(), curve, &Growth::curve);
  REQUIRE(found != growths().end());
  return *found;
}

}  // namespace

TEST_CASE("the order between two points is the exponent of a power") {
  CHECK(order_between(2, 3 * 8, 6, 3 * 216) == approx(3));
  CHECK(order_between(10, 0.5, 20, 0.5) == 0);
}

TEST_CASE("Every growth curve measures positive time and memory at sizes that rise") {
  for (const Growth& growth : growths()) {
    INFO(growth.curve);
    CHECK(std::ranges::is_sorted(growth.sizes));
    const std::vector<StepCost> found = measure(growth, {.sizes = 3, .rounds = 1, .seconds = 0});
    REQUIRE(found.size() == 3);
    for (const StepCost& cost : found) CHECK((std::isfinite(cost.ms) && cost.ms > 0));
    CHECK(std::ranges::is_sorted(found, {}, &StepCost::mb));
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
  REQUIRE(curve["points"].size() == 4);
  for (size_t i = 1; i < 4; ++i) {
    const auto &before = curve["points"][i - 1], &point = curve["points"][i];
    for (const std::string unit : {"ms", "mb"}) {
      CHECK(point[unit + "_order"].get<double>() ==
            approx(order_between(before["n"], before[unit], point["n"], point[unit])).epsilon(1e-2));
    }
  }
  CHECK(test::contains(run(""), "  1000 "));
  test::check_refused("bench --growth node", scratch.file(""), {"growth 'node'", "'nodes'"});
  test::check_refused("bench --growth nodes --steps 3", scratch.file(""), {"--steps"});
  test::check_refused("bench --convolutions --growth", scratch.file(""), {"--convolutions takes no"});
}
