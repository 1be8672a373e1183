#include "tools/playground/played_labs.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/runs/labs/lab.h"
#include "tools/playground/described_options.h"

namespace gradzoo {

using Json = nlohmann::json;

Json lab_list() {
  Json out = Json::array();
  for (const LabEntry& entry : labs()) {
    const std::unique_ptr<Lab> lab = entry.make();
    OptionTable knobs;
    lab->describe(knobs);
    out.push_back({{"name", entry.name},
                   {"idea", entry.idea},
                   {"source", entry.source},
                   {"level", entry.level},
                   {"knobs", described_options(knobs)}});
  }
  return out;
}

Json run_lab(const Json& request) {
  const LabEntry& entry = find_lab(request.at("lab").get<std::string>());
  const auto seed = request.value("seed", int64_t{0});
  if (seed < 0) throw Error("the seed {} is negative. Hint: 0 or more", seed);
  const auto knobs = request.value("knobs", std::vector<std::string>());
  const auto begin = std::chrono::steady_clock::now();
  LabResult result = entry.run({.seed = static_cast<uint64_t>(seed)}, knobs);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const RanLab ran{entry, std::move(result), static_cast<uint64_t>(seed), seconds.count(), knobs};
  return {{"html", lab_page(ran)}, {"text", lab_text(ran)}, {"seconds", ran.seconds}};
}

}  // namespace gradzoo
