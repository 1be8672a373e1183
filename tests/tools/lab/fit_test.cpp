#include "tools/lab/fit.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "nn/layers/layers.h"

namespace gradzoo {
namespace {

TEST_CASE("fit lowers a loss and tells of each quarter") {
  Rng rng(1, "fit_test");
  Linear line(1, 1, rng);
  const Tensor x = randn({64, 1}, rng), y = x * 2.0 + 1.0;
  std::vector<std::string> told;
  const LabContext context{.progress = [&](const std::string& text) { told.push_back(text); }};
  fit(line, {.steps = 400, .lr = 0.05}, context, "a line",
      [&](int64_t) { return mean(square(line.forward(x) - y)); });
  CHECK(line.weight().item() == doctest::Approx(2).epsilon(0.01));
  CHECK(line.bias().item() == doctest::Approx(1).epsilon(0.01));
  REQUIRE(told.size() == 4);
  CHECK(told[1].starts_with("a line: step 200 of 400, loss "));
}

}  // namespace
}  // namespace gradzoo
