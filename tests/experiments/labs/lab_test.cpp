#include <cctype>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/layers.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"

namespace gradzoo {
using namespace test;

TEST_CASE("labs have names of their own, and are found by them") {
  std::set<std::string> names;
  for (const LabEntry& entry : labs()) {
    CHECK(names.insert(entry.name).second);
    CHECK(find_lab(entry.name).name == entry.name);
    CHECK(std::islower(static_cast<unsigned char>(entry.idea.at(0))));
    CHECK(std::isupper(static_cast<unsigned char>(entry.source.at(0))));  // a name
  }
  CHECK(contains(error_message([] { find_lab("noise-level"); }), "did you mean 'noise-levels'"));
}

TEST_CASE("the page of labs has each in order, with command and exercise, and the answer elsewhere") {
  const std::string page = read_file(source_dir() + "/docs/labs.md"),
                    answers = read_file(source_dir() + "/docs/labs-answers.md");
  size_t before = 0;
  for (const LabEntry& entry : labs()) {
    INFO(entry.name);
    const size_t begin = page.find("\n## " + entry.name + "\n");
    REQUIRE(begin != std::string::npos);
    CHECK(begin > before);  // in the order of `gradzoo lab`
    before = begin;
    const std::string section = page.substr(begin, page.find("\n## ", begin + 4) - begin);
    CHECK(contains(section, "gradzoo lab " + entry.name + "\n"));
    CHECK(contains(section, "*Exercise.*"));
    CHECK(!contains(section, "*Answer.*"));
    CHECK(contains(answers, fmt::format("\n## {}\n\n*Exercise.* ", entry.name)));
  }
}

TEST_CASE("labs stand in order of difficulty; a knob's value is in its range, and none is passed over") {
  int level = 1;
  for (const LabEntry& entry : labs()) {
    INFO(entry.name);
    CHECK(entry.level >= level);
    level = entry.level;
    const std::unique_ptr<Lab> lab = entry.make();
    OptionTable knobs;
    lab->describe(knobs);
    CHECK(knobs.all().size() >= 2);
    for (const Option& knob : knobs.all()) {
      CHECK(!knob.meaning.empty());
      OptionTable again;
      const std::unique_ptr<Lab> other = entry.make();
      other->describe(again);
      again.set(knob.key, knob.text());  // its own value is one that it takes
      CHECK(again.find(knob.key).text() == knob.text());
      // Another one is taken too, and no other knob turns with it.
      if (knob.type == OptionType::list || knob.type == OptionType::text) continue;
      const double value = std::stod(knob.text());
      again.set(knob.key, knob.type == OptionType::integer
                              ? fmt::format("{}", value < knob.range.high ? value + 1 : value - 1)
                              : fmt::format("{}", (value + knob.range.high) / 2));
      for (const Option& other_knob : again.all())
        CHECK((other_knob.text() == knobs.find(other_knob.key).text()) == (other_knob.key != knob.key));
    }
  }
  CHECK(level == 3);
  const auto turned = [](const char* knob) {
    return error_message([&] { find_lab("coin").run({}, {knob}); });
  };
  CHECK(contains(turned("chanc=0.6"), "did you mean 'chance'"));
  CHECK(contains(turned("chance=2"), "0.99"));
  CHECK(contains(turned("chance"), "key=value"));
  CHECK_THROWS_WITH_AS(find_lab("noise-levels").run({}, {"sigma=1", "sigma_begin=0.5"}),
                       doctest::Contains("sigma is the smaller one"), Error);
}

TEST_CASE("fit lowers a loss and tells of each quarter") {
  Rng rng(1, "fit_test");
  Linear line(1, 1, rng);
  const Tensor x = randn({64, 1}, rng), y = x * 2.0 + 1.0;
  std::vector<std::string> told;
  const LabContext context{.progress = [&](const std::string& text) { told.push_back(text); }};
  fit(line, {.steps = 400, .lr = 0.05}, context, "a line",
      [&](int64_t) { return mean(square(line.forward(x) - y)); });
  CHECK(line.weight().item() == approx(2).epsilon(0.01));
  CHECK(line.bias().item() == approx(1).epsilon(0.01));
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

TEST_CASE("a training tells of each tenth") {
  std::vector<std::string> told;
  const LabContext context{.progress = [&](const std::string& text) { told.push_back(text); }};
  const auto session = train("nce data=ring8 hidden=8 steps=20", context);
  CHECK(session->trainer.step() == 20);
  REQUIRE(!told.empty());
  CHECK(told.back().starts_with("nce data=ring8 hidden=8 steps=20: step 20 of 20, "));
}

}  // namespace gradzoo
