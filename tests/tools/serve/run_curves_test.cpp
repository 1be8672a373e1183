#include "tools/serve/run_curves.h"

#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/scratch.h"
#include "tools/serve/http_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("smoothing is a mean with weights s^k, and nothing of it at s = 0") {
  const std::vector<double> values = {4, 2, 8};
  CHECK(smoothed(values, 0) == values);
  const std::vector<double> half = smoothed(values, .5);
  CHECK(half[0] == approx(4));
  CHECK(half[1] == approx((2 + .5 * 4) / 1.5));
  CHECK(half[2] == approx((8 + .5 * 2 + .25 * 4) / 1.75));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> gap = smoothed({4, nan, 2}, .5);
  CHECK(gap[1] != gap[1]);
  CHECK(gap[2] == approx((2 + .5 * 4) / 1.5));  // the gap counts for nothing
}

TEST_CASE("validation is dashed, in the chart and the colour of what it validates") {
  const ScratchDirectory scratch;
  std::filesystem::create_directories(scratch.file("a"));
  write_file(scratch.file("a/config.toml"), "model = \"vae\"\nversion = \"0.2.0\"\n");
  write_file(scratch.file("a/metrics.jsonl"),
             "{\"step\": 1, \"epoch\": 0.1, \"seconds\": 1, \"kl\": 5}\n"
             "{\"step\": 2, \"epoch\": 0.2, \"seconds\": 3, \"valid_kl\": 4, \"valid_kl_stderr\": 0.1}\n");
  const RunsFolder folder(scratch.file(""));
  const nlohmann::json figures = run_curves(folder, {.runs = {"gone", "a"}});
  REQUIRE(figures.size() == 1);
  const std::string html = figures[0]["html"];
  CHECK(figures[0]["key"] == "kl");
  CHECK_MESSAGE(contains(html, R"(<path class="line s1" d=)"), html);
  CHECK_MESSAGE(contains(html, R"(<path class="line s1 dashes" d=)"), html);
  CHECK(!contains(html, "stderr"));
}

TEST_CASE(
    "numbers at the ends of double have curves, and one that cannot be drawn is a sentence among the "
    "others") {
  const ScratchDirectory scratch;
  CurveView view;
  const auto write = [&](const std::string& name, const std::string& metrics) {
    std::filesystem::create_directories(scratch.file(name));
    write_file(scratch.file(name + "/config.toml"), "model = \"vae\"\nversion = \"0.2.0\"\n");
    write_file(scratch.file(name + "/metrics.jsonl"), metrics);
    view.runs.push_back(name);
  };
  write("a",
        "{\"step\": 1, \"small\": 5e-324, \"wide\": 1e-200}\n{\"step\": 2, \"small\": 5e-324, \"wide\": "
        "1e200}\n");
  const RunsFolder folder(scratch.file(""));
  for (const bool logarithmic : {false, true}) {
    view.log_y = logarithmic;
    const nlohmann::json figures = run_curves(folder, view);
    REQUIRE(figures.size() == 2);
    for (const nlohmann::json& figure : figures)
      CHECK_MESSAGE(contains(figure["html"].get<std::string>(), "<path class=\"line s0\" d=\"M"),
                    figure.dump());
  }
  // Legends of so many names leave no room for lines.
  for (int i = 0; i < 60; ++i)
    write("<i>" + std::string(60, 'n') + std::to_string(i), "{\"step\": 1, \"wide\": 3}\n");
  const nlohmann::json figures = run_curves(folder, view);
  REQUIRE(figures.size() == 2);
  const std::string small = figures[0]["html"], wide = figures[1]["html"];
  CHECK(figures[0]["key"] == "small");
  CHECK(contains(small, "<path class=\"line s0\" d=\"M"));
  CHECK(contains(wide, "<h3>wide</h3><p>chart: 600 x 320 is too small for the plot. Hint: "));
}

TEST_CASE("an own name is an address or localhost") {
  for (const char* host :
       {"localhost", "localhost:6006", "127.0.0.1", "127.0.0.1:1", "[::1]:6006", "10.1.2.3:80"})
    CHECK_MESSAGE(is_own_name(host), host);
  for (const char* host : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                           "127.0.0.1:", "127.0.0.1:80a", "127.0.0.1:80:80", "[::1", "[::1]x",
                           "localhost:6006@evil.example", "127.1", "0x7f.0.0.1", "127.0.0.1 "})
    CHECK_MESSAGE(!is_own_name(host), host);
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"})
    CHECK_MESSAGE(is_loopback(host), host);
  for (const char* host : {"0.0.0.0", "192.168.1.2", "::", "127.evil.example", ""})
    CHECK_MESSAGE(!is_loopback(host), host);
  CHECK(is_same_origin("http://127.0.0.1:6006", "127.0.0.1:6006"));
  CHECK(!is_same_origin("http://127.0.0.1:6007", "127.0.0.1:6006"));
}
