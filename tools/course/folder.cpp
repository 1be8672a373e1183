#include "tools/course/folder.h"

#include <filesystem>
#include <span>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"

namespace gradzoo::course {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string state_path(const std::string& folder) { return folder + "/.course/state.json"; }

}  // namespace

void start_folder(const std::string& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !(fs::is_directory(folder, error) && fs::is_empty(folder, error)))
    throw Error("course: {} is there already, and nothing of yours is overwritten. Hint: name a new folder",
                folder);
  const std::string from = course_folder();
  fs::create_directories(folder);
  fs::copy(from + "/skeleton", folder, fs::copy_options::recursive);
  fs::copy(from + "/pages", folder + "/pages", fs::copy_options::recursive);
}

bool is_learners(const std::string& folder) {
  std::error_code error;
  return fs::exists(fs::path(folder) / "value.h", error);
}

std::vector<StepState> read_state(const std::string& folder) {
  std::vector<StepState> state(steps().size());
  std::error_code error;
  if (!fs::exists(state_path(folder), error)) return state;
  constexpr uint64_t kMost = 1 << 20;
  const Json json = Json::parse(read_plain_file(state_path(folder), kMost), nullptr, false);
  if (!json.is_object()) return state;
  for (const Step& step : steps()) {
    const auto found = json.find(std::to_string(step.number));
    if (found == json.end() || !found->is_object()) continue;
    StepState& kept = state[static_cast<size_t>(step.number - 1)];
    if (found->contains("points") && found->at("points").is_number_integer())
      kept.points = found->at("points");
    if (found->contains("seed") && found->at("seed").is_number_unsigned()) kept.seed = found->at("seed");
  }
  return state;
}

void keep_state(const std::string& folder, const std::vector<Checked>& checked) {
  std::vector<StepState> state = read_state(folder);
  for (const Checked& step : checked)
    state[static_cast<size_t>(step.step->number - 1)] = {step.points(), step.seed};
  Json json = Json::object();
  for (const Step& step : steps()) {
    const StepState& kept = state[static_cast<size_t>(step.number - 1)];
    json[std::to_string(step.number)] = {{"points", kept.points}, {"seed", kept.seed}};
  }
  fs::create_directories(folder + "/.course");
  const std::string text = json.dump(2) + "\n";
  write_file_atomically(state_path(folder), std::as_bytes(std::span(text)));
}

}  // namespace gradzoo::course
