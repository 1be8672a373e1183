#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"

using namespace gradzoo::test;
using nlohmann::json;

namespace {

void add_keys(const json& value, std::set<std::string>& keys) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) keys.insert(key);
  }
  if (value.is_structured()) {
    for (const json& inner : value) add_keys(inner, keys);
  }
}

// The page names each key, or the key without the ending that many have.
std::set<std::string> unnamed(const std::string& page, const std::set<std::string>& keys) {
  std::set<std::string> missing;
  for (const std::string& key : keys) {
    const std::string ending = "_standard_error";
    const std::string stem = key.ends_with(ending) ? key.substr(0, key.size() - ending.size()) : key;
    if (!contains(page, "`" + stem + "`") && !contains(page, "`" + key + "`")) missing.insert(key);
  }
  return missing;
}

}  // namespace

TEST_CASE("The page of files names every field of every JSON object") {
  const std::string page = read_file(source_dir() + "/docs/files.md");
  const SmallRun run;
  const ScratchDirectory toys;
  run_ok("train ebm --data ring8 --steps 3 --set hidden=8 --set sample_steps=5 --out ebm", toys.file(""));
  run_ok("train ebm --data data --batch 20 --epochs 1 --set hidden=8 --out images", run.folder);
  run_ok("train rbm --data bars-and-stripes --steps 3 --set sample_steps=5 --out rbm", toys.file(""));
  std::set<std::string> keys;
  const std::pair<std::string, std::string> lines[] = {
      {"eval run --json", run.folder},
      {"eval ebm --json", toys.file("")},
      {"sample ebm --json --sampler mala --set steps=10 --out x.csv -n 4", toys.file("")},
      {"inpaint images --json -n 4 --out i.png", run.folder},
      {"interpolate run --json -n 2 --out i.png", run.folder},
      {"denoise ebm --json -n 10 --out d.png", toys.file("")},
      {"denoise images --json -n 10 --out d.png", run.folder},
      {"anomaly run --against images --json -n 10 --out a.png", run.folder},
      {"log-prob run run/samples/epoch-0001.png --json --out l.png", run.folder},
      {"compose ebm ebm --json -n 4 --set steps=10 --out x.png", toys.file("")},
      {"compose images images --json -n 4 --set steps=10 --out x.png", run.folder},
      {"logz rbm --json --chains 4 --temperatures 4", toys.file("")},
      {"compare run --json --html c.html", run.folder},
      {"c2st run test -n 20 --json", run.folder},
      {"verify vae.kl_closed_form --json", toys.file("")},
      {"verify --plant vae.kl_closed_form --json", toys.file("")},
      {"gradcheck neg --json", toys.file("")},
      {"data check --data data --json", run.folder},
      {"lab coin --json --out lab", toys.file("")},
      {"list --json", toys.file("")}};
  for (const auto& [line, folder] : lines) {
    const ProcessResult result = run_gradzoo(line, folder);
    INFO(result.err);
    REQUIRE(result.status == 0);
    add_keys(json::parse(result.out), keys);
  }
  CHECK(keys.size() > 60);
  const std::set<std::string> missing = unnamed(page, keys);
  CHECK_MESSAGE(missing.empty(), json(missing).dump());
  CHECK(unnamed(page, {"run", "planted_standard_error", "planted"}).size() == 2);
  for (const auto& file : std::filesystem::directory_iterator(run.folder + "/run")) {
    const std::string name = file.path().filename().string();
    CHECK_MESSAGE(contains(page, "`" + name), name);
  }
}
