#include "models/pictures/line_pictures.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"

namespace gradzoo {
namespace {

double x_of(const Bars& bars, size_t i) { return std::stod(bars.names[i]); }

TEST_CASE("the truth itself, up to a constant, has bars as high as the line; so has its score") {
  const auto gamma = make_toy("gamma");
  const Picture density =
      line_density_picture(*gamma, [&](const Tensor& x) { return gamma->log_prob(x) + 3.0; });
  const Bars& bars = std::get<Bars>(density.content);
  REQUIRE((bars.values.size() == 60 && bars.expected.size() == 60 && bars.names.size() == 60));
  // u = log x of Gamma(3, 1): p(u) = e^(3 u - e^u) / 2, score 3 - e^u
  const double width = x_of(bars, 59) - x_of(bars, 0);
  double total = 0;
  for (size_t i = 0; i < 60; ++i) {
    const double u = x_of(bars, i);
    CHECK(bars.values[i] == approx(bars.expected[i]).epsilon(1e-4));
    CHECK(std::abs(bars.values[i] - std::exp(3 * u - std::exp(u)) / 2) < 0.005);  // names have two places
    total += bars.values[i] * width / 59;
  }
  CHECK(total > 0.98);
  CHECK(total < 1.005);
  const double highest = *std::ranges::max_element(bars.values);
  CHECK(bars.expected.front() > highest / 600);
  CHECK(bars.expected.back() > highest / 600);
  const Picture score = line_score_picture(*gamma, [](const Tensor& x) { return 2.0 - exp(x); });
  const Bars& slopes = std::get<Bars>(score.content);
  for (size_t i = 0; i < 60; ++i) CHECK(slopes.expected[i] - slopes.values[i] == approx(1).epsilon(1e-3));
  CHECK(slopes.names == bars.names);
}

TEST_CASE("a line is of one dimension, with a density") {
  CHECK_FALSE(on_line(nullptr));
  const auto ring = make_toy("ring8");
  CHECK_FALSE(on_line(ring.get()));
  test::check_refused("'ring8' has 2 dimensions",
                      [&] { line_density_picture(*ring, [](const Tensor& x) { return x; }); });
}

TEST_CASE("models on a line draw what they have: a density and a score, or a score alone") {
  const DataShape shape = test::toy_shape("gamma");
  Rng rng(1, "line_pictures_test");
  const Examples points{shape.toy->sample(50, rng), {}, arange(50, DType::i64)};
  const auto names_of = [&](const std::string& name, const test::Strings& settings) {
    const auto model = test::small_model<Model>(name, settings, shape);
    std::vector<std::string> names;
    for (const Picture& picture : model->pictures({points, points, 1, shape.toy.get()}))
      names.push_back(picture.name);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(names_of("score", {"hidden=8"}) == Names{"density", "score"});
  CHECK(names_of("score", {"hidden=8", "net=vector"}) == Names{"score"});
  CHECK(names_of("flow-matching", {"hidden=8"}) == Names{"density", "score"});
  CHECK(names_of("nce", {"hidden=8"}) == Names{"density", "score"});
}

}  // namespace
}  // namespace gradzoo
