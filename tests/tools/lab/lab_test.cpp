#include "tools/lab/lab.h"

#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/ops.h"
#include "nn/layers/layers.h"
#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;

TEST_CASE("labs have names of their own, and are found by them") {
  std::set<std::string> names;
  for (const LabEntry& entry : labs()) {
    CHECK(names.insert(entry.name).second);
    CHECK(find_lab(entry.name).name == entry.name);
    CHECK(!entry.idea.empty());
    CHECK(!entry.source.empty());
  }
  CHECK(contains(error_message([] { find_lab("noise-level"); }), "did you mean 'noise-levels'"));
}

TEST_CASE("the page of labs has each lab, with its command, its exercise and the answer") {
  const std::string page = test::read_file(test::source_dir() + "/docs/labs.md");
  for (const LabEntry& entry : labs()) {
    INFO(entry.name);
    const size_t begin = page.find("\n## " + entry.name + "\n");
    REQUIRE(begin != std::string::npos);
    const std::string section = page.substr(begin, page.find("\n## ", begin + 4) - begin);
    CHECK(contains(section, "gradzoo lab " + entry.name + "\n"));
    CHECK(contains(section, "*Exercise.*"));
    CHECK(contains(section, "*Answer.*"));
  }
}

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

TEST_CASE("each sample belongs to its nearest centre") {
  const Tensor centres = tensor({0, 0, 10, 0}, {2, 2}, DType::f64);
  const Tensor samples = tensor({3, 4, 9, 0, 1, 0, 0, 2}, {4, 2}, DType::f32);
  const Nearest found = nearest_centres(samples, centres);
  CHECK(found.shares == std::vector<double>{0.75, 0.25});
  CHECK(found.distances == std::vector<double>{5, 1, 1, 2});
  CHECK(share_within(found.distances, 2) == 0.75);
  CHECK(total_variation({0.5, 0.5, 0}, {0.25, 0.5, 0.25}) == 0.25);
}

TEST_CASE("a training tells of each tenth, and a size is the lab's own unless there is another") {
  std::vector<std::string> told;
  const LabContext context{.progress = [&](const std::string& text) { told.push_back(text); },
                           .sizes = {{"steps", {20}}}};
  CHECK(context.size("chains", 7) == 7);
  const int64_t steps = context.size("steps", 4000);
  const auto session = train(
      "nce", std::vector<std::string>{"data=ring8", "hidden=8", fmt::format("steps={}", steps)}, context);
  CHECK(session->trainer.step() == 20);
  REQUIRE(!told.empty());
  CHECK(told.back().starts_with("nce data=ring8 hidden=8 steps=20: step 20 of 20, "));
}

}  // namespace
}  // namespace gradzoo
