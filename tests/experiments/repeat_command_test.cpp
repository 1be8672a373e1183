#include "gradzoo/experiments/repeat_command.h"

#include <sstream>

#include <doctest/doctest.h>

#include "support/small_model.h"

using namespace gradzoo;

namespace {

const DataShape kImages{.example = {28, 28}, .classes = 10};

std::string repeated(const std::vector<std::string>& assignments, const std::string& model = "vae",
                     const DataShape& shape = kImages) {
  return repeat_command(*test::options_for(model, assignments, shape), shape);
}

}  // namespace

TEST_CASE("The command that repeats a run tells what was set and no more") {
  CHECK(repeated({}) == "gradzoo train vae");
  CHECK(repeated({"epochs=3", "lr=0.01"}) == "gradzoo train vae --epochs 3 --lr 0.01");
  CHECK(repeated({"epochs=3", "steps=0"}) == "gradzoo train vae --epochs 3");
  CHECK(repeated({"steps=30", "beta=2"}) == "gradzoo train vae --steps 30 --set beta=2");
  CHECK(repeated({"hidden=64,32"}, "classifier") == "gradzoo train classifier --set hidden=64,32");
  CHECK(repeated({"architecture=pytorch-examples"}) ==
        "gradzoo train vae --set architecture=pytorch-examples");
}

TEST_CASE("Words that a shell would take apart are quoted") {
  CHECK(resume_command("runs/vae-1") == "gradzoo train --resume runs/vae-1");
  CHECK(resume_command("run 1; ls") == "gradzoo train --resume 'run 1; ls'");
  CHECK(repeated({"data=my 'data'"}) == R"(gradzoo train vae --data 'my '\''data'\''')");
}

TEST_CASE("A value that an architecture would have changed is told") {
  CHECK(repeated({"hidden=500", "architecture=pytorch-examples"}) ==
        "gradzoo train vae --set architecture=pytorch-examples --set hidden=500");
}

TEST_CASE("What follows from the data or from a preset is not told, epochs against a model's own steps are") {
  const DataShape ring = test::toy_shape("ring8");
  CHECK(repeated({"data=ring8"}, "gan", ring) == "gradzoo train gan --data ring8");
  CHECK(repeated({"data=ring8", "preset=collapse"}, "gan", ring) ==
        "gradzoo train gan --data ring8 --set preset=collapse");
  CHECK(repeated({"data=ring8", "epochs=3"}, "gan", ring) == "gradzoo train gan --data ring8 --epochs 3");
  CHECK(repeated({"data=ring8", "epochs=10"}, "gan", ring) == "gradzoo train gan --data ring8 --epochs 10");
}

TEST_CASE("What a run's own data imply is not told: narrow modes for adversaries") {
  const auto options = run_options("gan", std::vector<std::string>{"data=ring8"});
  CHECK(repeat_command(*options, shape_of(options->data)) == "gradzoo train gan --data ring8");
  CHECK(repeat_command(*options, test::toy_shape("ring8")) == "gradzoo train gan --data ring8");
}

TEST_CASE("Every choice, told again, comes to the same options") {
  for (const std::vector<std::string>& assignments :
       {std::vector<std::string>{"steps=7", "seed=3", "latent=5"},
        {"architecture=pytorch-examples", "lr=0.5"},
        {"objective=iwae", "samples=5", "ema=0.9"}}) {
    const auto options = test::options_for("vae", assignments, kImages);
    RunOptions told(find_model("vae"));
    std::istringstream words(repeat_command(*options, kImages));
    for (std::string word; words >> word;) {
      if (word.starts_with("--") && word != "--set") {
        std::string value;
        words >> value;
        told.table().set(word.substr(2), value);
      } else if (word.find('=') != std::string::npos) {
        told.table().assign(word);
      }
    }
    told.complete(kImages);
    for (const Option& option : options->table().all())
      CHECK(told.table().find(option.key).text() == option.text());
  }
}
