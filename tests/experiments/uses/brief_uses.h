#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/experiments/training.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/registry.h"

/// Runs of two steps, and uses of them, by the library.
namespace gradzoo::test {

inline constexpr std::pair<const char*, const char*> kBriefly[] = {
    {"hidden", "8"},         {"generator_hidden", "8"},   {"discriminator_hidden", "8"},
    {"channels", "8"},       {"chain_steps", "5"},        {"sample_steps", "5"},
    {"latent", "2"},         {"couplings", "1"},          {"low_couplings", "1"},
    {"flow_couplings", "1"}, {"flow_low_couplings", "1"}, {"flow_channels", "4"},
    {"walk", "2"},           {"ais_temperatures", "10"},  {"ais_chains", "5"},
    {"bound_samples", "2"},  {"importance_samples", "2"}};

inline std::string trained(const std::string& model, const std::string& data, const std::string& out) {
  const ModelEntry& entry = find_model(model);
  TrainRequest request{.model = model, .assignments = {"data=" + data, "steps=2", "batch=20"}, .out = out};
  for (const auto& [key, value] : kBriefly)
    if (RunOptions(entry).table().has(key)) request.assignments.push_back(fmt::format("{}={}", key, value));
  CHECK(train_run(request).finished);
  return out;
}

// As the command would call it, briefly.
inline UseResult done_with(const Use& use, const std::string& path) {
  const std::map<std::string, std::vector<std::string>> settings = {
      {"anomaly", {"against=noise"}},
      {"compose", {"steps=4"}},
      {"logz", {"chains=2", "temperatures=3"}},
      {"c2st", {"epochs=1"}},
      {"compare", {"html=" + path + "/compare.html"}}};
  UseCall call{.names = {path}, .runs = {}, .n = use.name == "c2st" ? 20 : use.name == "eval" ? 10 : 4};
  call.runs.push_back(std::make_unique<OpenedRun>(path));
  if (use.name == "eval" && !call.run().shape.kind().pixels) call.n = 0;
  if (use.name == "compose") {
    call.names.push_back(path);
    call.runs.push_back(std::make_unique<OpenedRun>(path));
  }
  if (use.names == UseNames::set_and_set) {
    call.names.emplace_back("test");
    call.runs.push_back(nullptr);
  }
  if (use.names == UseNames::run_and_files) {
    const DataShape& shape = call.run().shape;
    call.files = {path + "/own.npy"};
    Rng rng(1, "brief_uses");
    const Shape two = shape.example.insert(0, 2);
    save_npy(call.files[0],
             shape.kind().pixels ? cast(floor(rand(two, rng) * 256.0), DType::u8) : zeros(two));
  }
  const std::unique_ptr<UseOptions> options = use.options();
  OptionTable table;
  options->describe(table);
  if (const auto found = settings.find(use.name); found != settings.end()) {
    for (const std::string& setting : found->second) {
      if (table.has(setting.substr(0, setting.find('=')))) {
        table.assign(setting);
      } else {
        call.settings.push_back(setting);
      }
    }
  }
  return options->run(call);
}

}  // namespace gradzoo::test
