#include "tools/playground/played_labs.h"

#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/experiments/labs/lab.h"

namespace gradzoo {

using Json = nlohmann::json;

Json run_lab(const Json& request, const std::function<void(const std::string&)>& progress) {
  const LabEntry& entry = find_lab(request.at("lab").get<std::string>());
  const auto seed = request.value("seed", int64_t{0});
  if (seed < 0) throw Error("the seed {} is negative. Hint: give 0 or more", seed);
  const auto knobs = request.value("knobs", std::vector<std::string>());
  const auto begin = std::chrono::steady_clock::now();
  LabResult result = entry.run({.seed = static_cast<uint64_t>(seed), .progress = progress}, knobs);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const RanLab ran{entry, std::move(result), static_cast<uint64_t>(seed), seconds.count(), knobs};
  return {{"html", lab_page(ran)}, {"text", lab_text(ran)}, {"seconds", ran.seconds}};
}

}  // namespace gradzoo
