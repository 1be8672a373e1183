#include "tools/run/repeat_command.h"

#include <doctest/doctest.h>

#include "models/registry.h"

using namespace gradzoo;

namespace {

Settings resolved(const std::vector<std::string>& assignments) {
  const ModelEntry& model = find_model("vae");
  Settings settings = default_settings(model);
  for (const std::string& assignment : assignments) settings.assign(assignment);
  model.resolve(settings);
  return settings;
}

std::string repeated(const std::vector<std::string>& assignments) {
  return repeat_command(find_model("vae"), resolved(assignments));
}

}  // namespace

TEST_CASE("The command that repeats a run tells what was set and no more") {
  CHECK(repeated({}) == "gradzoo train vae");
  CHECK(repeated({"epochs=3", "lr=0.01"}) == "gradzoo train vae --epochs 3 --lr 0.01");
  CHECK(repeated({"epochs=3", "steps=0"}) == "gradzoo train vae --epochs 3");
  CHECK(repeated({"steps=30", "beta=2"}) == "gradzoo train vae --steps 30 --set beta=2");
  CHECK(repeated({"architecture=pytorch-examples"}) ==
        "gradzoo train vae --set architecture=pytorch-examples");
}

TEST_CASE("Words that a shell would take apart are quoted") {
  CHECK(repeated({"data=my 'data'"}) == R"(gradzoo train vae --data 'my '\''data'\''')");
}

TEST_CASE("A value that an architecture would have changed is told") {
  Settings settings = resolved({"hidden=500", "architecture=pytorch-examples"});
  CHECK(repeat_command(find_model("vae"), settings) ==
        "gradzoo train vae --set architecture=pytorch-examples --set hidden=500");
  Settings from_file = default_settings(find_model("vae"));
  from_file.set("hidden", "500", "default");
  from_file.set("architecture", "pytorch-examples", "config");
  find_model("vae").resolve(from_file);
  CHECK(repeat_command(find_model("vae"), from_file) ==
        "gradzoo train vae --set architecture=pytorch-examples --set hidden=500");
}
