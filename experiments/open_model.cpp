#include "gradzoo/experiments/open_model.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/program_name.h"
#include "gradzoo/base/text.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/state/checkpoint.h"
#include "models/base/data_units.h"
#include "state/eight_bits.h"

namespace gradzoo {
namespace {

constexpr int64_t kLargestSide = 4096;

std::string metadata_of(const SafetensorsReader& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? "" : found->second;
}

// A number of 0 ... kLargestSide, or -1.
int64_t number_of(std::string_view text) {
  const int64_t number = parse_number<int64_t>(text).value_or(-1);
  return number >= 0 && number <= kLargestSide ? number : -1;
}

// "28x28", each number of 1 or more; empty where it is none.
Shape sides_of(std::string_view text) {
  Shape sides;
  while (sides.rank() < kMaxRank) {
    const size_t cross = std::min(text.find('x'), text.size());
    const int64_t side = number_of(text.substr(0, cross));
    if (side < 1) return {};
    sides = sides.insert(sides.rank(), side);
    if (cross == text.size()) return sides;
    text.remove_prefix(cross + 1);
  }
  return {};
}

// As run_metadata() wrote them; nothing where they are no names of labels below `classes`.
std::optional<LabelNames> names_of(const std::string& text, int64_t classes) {
  LabelNames names;
  const nlohmann::json labels = nlohmann::json::parse(text, nullptr, false);
  if (!labels.is_object()) return std::nullopt;
  for (const auto& [key, name] : labels.items()) {
    const int64_t label = number_of(key);
    if (label < 0 || label >= classes || !name.is_string()) return std::nullopt;
    names[label] = name.get<std::string>();
  }
  return names;
}

// Of two sides or more it is an image, of one a point.
DataShape recorded_shape(const SafetensorsReader& file, const DatasetOptions& data) {
  const Shape example = sides_of(metadata_of(file, "example"));
  const int64_t classes = number_of(metadata_of(file, "classes"));
  const std::string labels = metadata_of(file, "labels");
  const std::optional<LabelNames> learned = labels.empty()
                                                ? selected_labels(data.subset, std::max<int64_t>(0, classes))
                                                : names_of(labels, classes);
  if (example.rank() == 0 || classes < 0 || !learned) {
    throw Error(
        fmt::format("{}: its metadata do not give the shape of an example, or its labels. Hint: use a "
                    "checkpoint that gradzoo train wrote",
                    file.path()));
  }
  if (example.rank() > 1) return {.example = example, .classes = classes, .learned = *learned};
  DataShape toy = shape_of(data);
  // A run from before points had units sees them as they are.
  if (file.find(kScaleEntry) == nullptr) toy.units = {};
  if (toy.example == example) return toy;
  throw Error("{}: has points of {} dimensions, but {} has other points. Hint: restore the old config.toml",
              file.path(), example.size(), data.data);
}

// Training stops before weights lose their meaning, so such a file was damaged or made elsewhere.
void check_finite(const State& state, const std::string& path) {
  for (const State::Entry& entry : state.entries()) {
    const Tensor* const tensor = std::get_if<Tensor>(&entry.target);
    if (tensor == nullptr || !is_floating(tensor->dtype()) || all_finite(*tensor)) continue;
    throw Error("{}: '{}' has values that are not finite. Hint: restore the file, which is damaged", path,
                entry.name);
  }
}

}  // namespace

// A model needs its gradients too, which the file lacks, and some memory while it is made.
PoolLimit limit_to_checkpoint(const SafetensorsReader& file) {
  constexpr uint64_t kTimes = 16, kLeast = 64 << 20;
  return {static_cast<size_t>(kTimes * file.data_bytes() + kLeast),
          fmt::format("{}: has {} bytes, far fewer than a model with the settings in config.toml. Hint: "
                      "restore config.toml, which was changed, or this file, which is damaged",
                      file.path(), file.data_bytes())};
}

std::unique_ptr<RunOptions> options_of(const ConfigFile& config) {
  if (config.model.empty())
    throw Error("{}: names no model. Hint: add model = \"{}", config.path, model_registry().front().name);
  if (std::ranges::find(model_registry(), config.model, &ModelEntry::name) == model_registry().end())
    throw Error(
        "{}: {} has no model '{}'. Hint: use the program that trained this run; gradzoo list models prints "
        "gradzoo's own",
        config.path, program_name(), config.model);
  auto options = std::make_unique<RunOptions>(find_model(config.model));
  apply_config(config, options->table());
  return options;
}

OpenedModel open_model(const ConfigFile& config, const SafetensorsReader& stored, bool weights_alone) {
  std::optional<SafetensorsReader> in_full;
  if (weights_alone) in_full.emplace(without_eight_bits(stored));
  const SafetensorsReader& file = weights_alone ? *in_full : stored;
  OpenedModel out{.options = options_of(config), .shape = {}, .step = 0, .model = nullptr};
  out.shape = recorded_shape(file, out.options->data);
  out.options->complete(out.shape);
  {
    const PoolLimit limit = limit_to_checkpoint(file);
    out.model = out.options->make_model(out.shape);
  }
  State state;
  if (weights_alone) {
    state = out.model->weights().state;
    out.model->close_training();
  } else {
    out.model->register_state(state);
  }
  state.add("trainer.step", out.step);
  load_checkpoint(file, state, {.model = config.model, .partial = !weights_alone});
  check_finite(state, file.path());
  return out;
}

}  // namespace gradzoo
