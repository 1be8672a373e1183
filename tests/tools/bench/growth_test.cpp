#include "tools/bench/growth.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "autograd/tape.h"
#include "runs/refusals.h"
#include "tools/bench/growth_chart.h"

using namespace gradzoo;

namespace {

constexpr GrowthOptions kQuick{.sizes = 3, .rounds = 1, .seconds = 0};

const Growth& find(std::string_view name) {
  const auto found = std::ranges::find(growths(), name, &Growth::name);
  REQUIRE(found != growths().end());
  return *found;
}

}  // namespace

TEST_CASE("Every growth curve measures positive time and memory at sizes that rise") {
  for (const Growth& growth : growths()) {
    CHECK(std::ranges::is_sorted(growth.sizes));
    for (const GrowthCurve& curve : growth.curves) {
      INFO(curve.name);
      const MeasuredCurve measured = measure_curve(growth, curve, kQuick);
      REQUIRE(measured.ms.size() == 3);
      for (const double ms : measured.ms) CHECK((std::isfinite(ms) && ms > 0));
      CHECK(std::ranges::is_sorted(measured.mb));
      for (const double c : measured.time.coefficients) CHECK(c >= 0);
    }
  }
}

TEST_CASE("The memory of a perceptron is that of its weights, their gradients and its activations") {
  // Two layers w-w-w: 2 (w^2 + w) weights and as many gradients, f32, in size classes of 5/4 at most.
  const Growth& width = find("width");
  const GrowthCurve& curve = width.curves.front();
  for (const int64_t w : {256, 1024}) {
    const double weights = 4.0 * 2 * static_cast<double>(w * w + w) * 1e-6;
    const double activations = 4.0 * 128 * static_cast<double>(w) * 1e-6;
    const double mb = curve.measure(w, 0).mb;
    CHECK(mb >= 2 * weights + activations);
    CHECK(mb <= 1.25 * (2 * weights + 8 * activations) + 0.1);
  }
}

TEST_CASE("Memory grows by the same amount with every layer and with every node") {
  const auto per_unit = [](const char* name, int64_t from, int64_t to) {
    const GrowthCurve& curve = find(name).curves.front();
    return (curve.measure(to, 0).mb - curve.measure(from, 0).mb) / static_cast<double>(to - from);
  };
  CHECK(per_unit("depth", 100, 200) == doctest::Approx(per_unit("depth", 10, 100)).epsilon(0.05));
  const double node = per_unit("nodes", 1000, 10'000);
  CHECK(node == doctest::Approx(per_unit("nodes", 10'000, 50'000)).epsilon(0.05));
  CHECK(node >= sizeof(Node) * 1e-6);
}

TEST_CASE("The forward Laplacian's memory grows with d, the reverse one's beyond it with d squared") {
  const Growth& growth = find("dimension");
  const auto mb = [&](const std::string& name, int64_t d) {
    const auto found = std::ranges::find(growth.curves, name, &GrowthCurve::name);
    REQUIRE(found != growth.curves.end());
    return found->measure(d, 0).mb;
  };
  CHECK(mb("dimension_forward", 256) / mb("dimension_forward", 64) < 4.1);
  CHECK(mb("dimension_reverse", 256) / mb("dimension_reverse", 64) > 4.5);
}

TEST_CASE("A growth is drawn as two panels side by side") {
  const Growth& growth = find("nodes");
  const std::vector<MeasuredCurve> measured = {measure_curve(growth, growth.curves.front(), kQuick)};
  const Image image = draw_growth(growth, measured);
  CHECK(image.width > image.height);
  CHECK(image.rgb.size() == static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3);
  const auto coloured = [&](int from, int to) {
    int count = 0;
    for (int y = 0; y < image.height; ++y) {
      for (int x = from; x < to; ++x) {
        const uint8_t* pixel = &image.rgb[3 * static_cast<size_t>(y * image.width + x)];
        count += pixel[2] > pixel[0] + 100 ? 1 : 0;
      }
    }
    return count;
  };
  CHECK(coloured(0, image.width / 2) > 300);
  CHECK(coloured(image.width / 2, image.width) > 300);
}

TEST_CASE("bench --growth prints one JSON object a curve and draws a picture a growth") {
  const test::ScratchDirectory scratch;
  const test::ProcessResult result =
      test::run_gradzoo("bench --growth pictures/new nodes --quick --json --threads 1", scratch.file(""));
  REQUIRE_MESSAGE(result.status == 0, result.err);
  const auto curve = nlohmann::json::parse(result.out);
  CHECK(curve["curve"] == "nodes");
  CHECK(curve["ms"]["law"] == "a + b n + c max(0, n - n0)");
  REQUIRE(curve["points"].size() == 4);
  for (const auto& point : curve["points"]) {
    for (const char* key : {"n", "ms", "ms_line", "ms_ratio", "mb", "mb_line", "mb_ratio"}) {
      CHECK_MESSAGE(point[key].get<double>() > 0, key);
    }
  }
  CHECK(std::filesystem::exists(scratch.file("pictures/new/growth-nodes.png")));
}

TEST_CASE("bench --growth refuses what it cannot do, in one sentence") {
  const test::ScratchDirectory scratch;
  test::write_file(scratch.file("taken"), "");
  const auto refused = [&](const std::string& line, const std::vector<std::string>& words) {
    test::check_refused("bench --growth " + line, scratch.file(""), words);
  };
  refused("pictures node", {"growth 'node'", "'nodes'"});
  refused("taken nodes", {"cannot write into taken", "Hint"});
  refused("pictures nodes --steps 3", {"--steps"});
}
