#include "gradzoo/explain/examples.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "explain/page_data.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/html_tags.h"

using namespace gradzoo;
using namespace gradzoo::test;
using nlohmann::json;

namespace {

// The last adjoint that arrived at the leaf of this name.
json gradient_of(const json& data, const std::string& leaf) {
  json gradient;
  for (const json& step : data["steps"]) {
    const json& node = data["nodes"][step["node"].get<size_t>()];
    if (step["kind"] == "visit" && node["value"]["name"] == leaf) gradient = step["adjoint"]["values"];
  }
  return gradient;
}

}  // namespace

TEST_CASE("every example makes a text, a graph and a page whose steps and lines hang together") {
  for (const ExplainExample& example : explain_examples()) {
    CAPTURE(example.name);
    const Explanation explanation = explain_example(example.name);
    CHECK(explanation.text.starts_with(example.title + "\n\nsweep 1, from "));
    CHECK(explanation.text.find("  by differences\n") != std::string::npos);
    CHECK(explanation.dot.starts_with("digraph"));
    CHECK(is_well_nested(explanation.html));
    const json data = page_data(explanation.html);
    CHECK(data["title"] == example.title);
    const int lines = static_cast<int>(data["code"].size());
    int line = 0;
    for (const json& step : data["steps"]) {
      CHECK(step["line"] >= line);
      CHECK(step["line"] < lines);
      line = step["line"];
    }
    CHECK(line == lines - 1);
  }
}

TEST_CASE("the double-backward example gives the gradient of |2/n X'Xw|^2 in closed form") {
  const json data = page_data(explain_example("double-backward").html);
  // loss = |Xw|^2 / 2, g = X'Xw, penalty = |g|^2, so its gradient is 2 X'X g.
  const double gram[3][3] = {{1.25, 2, -0.5}, {2, 4, -2}, {-0.5, -2, 2}}, w[3] = {0.5, -1, 2};
  double g[3] = {}, expected[3] = {};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) g[i] += gram[i][j] * w[j];
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) expected[i] += 2 * gram[i][j] * g[j];
  const json gradient = gradient_of(data, "w");
  for (size_t i = 0; i < 3; ++i) CHECK(gradient[i].get<double>() == approx(expected[i]).epsilon(1e-6));
}

TEST_CASE("an unknown example names the nearest") {
  CHECK_THROWS_WITH_AS(explain_example("square-sin"),
                       "explain: unknown example 'square-sin'. Hint: did you mean 'square-sine'?", Error);
}
