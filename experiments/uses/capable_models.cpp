#include "gradzoo/experiments/uses/capable_models.h"

#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/models/registry.h"

namespace gradzoo {
namespace {

/// A small model, or why there is none.
struct AskedModel {
  std::unique_ptr<Model> model = {};
  std::string why_not = {};
};

// What a network's size is made of, small: abilities do not depend on it.
void make_small(RunOptions& options) {
  const auto is_large = [](const Option& option) {
    const bool is_count = option.type == OptionType::integer || option.type == OptionType::list;
    return is_count && !option.chosen &&
           parse_number<int64_t>(option.text().substr(0, option.text().find(','))).value_or(0) > 16;
  };
  for (size_t i = options.shared(); i < options.table().all().size(); ++i) {
    const Option& option = options.table().all()[i];
    try {
      if (is_large(option)) options.table().set(option.key, "8");
    } catch (const Error&) {  // it must be large
    }
  }
}

AskedModel made(const ModelEntry& entry, const std::vector<std::string>& settings, const DataShape& shape,
                bool small) {
  try {
    RunOptions options(entry);
    options.assign(settings);
    if (small) make_small(options);
    options.complete(shape);
    return {options.make_model(shape)};
  } catch (const Error& error) {
    return {nullptr, error.what()};
  }
}

// A model is made once in a process.
const AskedModel& asked(const ModelEntry& entry, const std::vector<std::string>& settings,
                        const DataShape& shape) {
  static std::map<std::string, AskedModel> known;
  std::string key = entry.name + " " + shape.example.str() + (shape.toy ? shape.toy->name() : "");
  for (const std::string& setting : settings) key += " " + setting;
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  AskedModel model = made(entry, settings, shape, true);
  if (!model.model) model = made(entry, settings, shape, false);
  return known[key] = std::move(model);
}

std::string lack(const AskedModel& asked, const Missing& missing, const DataShape& shape) {
  return asked.model ? missing(asked.model->abilities(), shape) : asked.why_not;
}

// The one other setting with which nothing is missing; "" where there is none.
std::string helping(const ModelEntry& entry, const RunOptions& options,
                    const std::vector<std::string>& settings, const Missing& missing,
                    const DataShape& shape) {
  for (size_t i = options.shared(); i < options.table().all().size(); ++i) {
    const Option& option = options.table().all()[i];
    std::vector<std::string> values = option.choices;
    if (option.type == OptionType::flag) values = {"true", "false"};
    for (const std::string& value : values) {
      if (value == option.text()) continue;
      std::vector<std::string> changed = settings;
      changed.push_back(option.key + "=" + value);
      if (lack(asked(entry, changed, shape), missing, shape).empty()) return changed.back();
    }
  }
  return "";
}

// Abilities do not depend on how large images are.
DataShape small(const DataShape& shape) { return shape.is_grid() ? shape.kind().small() : shape; }

}  // namespace

std::optional<CapableModel> ask(const ModelEntry& entry, const Missing& missing, const DataShape& shape) {
  const DataShape on = small(shape);
  if (lack(asked(entry, {}, on), missing, on).empty()) return CapableModel{entry.name, ""};
  const std::string setting = helping(entry, RunOptions(entry), {}, missing, on);
  if (setting.empty()) return std::nullopt;
  return CapableModel{entry.name, setting};
}

std::vector<CapableModel> capable_models(const Missing& missing, const DataShape& shape) {
  std::vector<CapableModel> out;
  for (const ModelEntry& entry : model_registry())
    if (std::optional<CapableModel> able = ask(entry, missing, shape)) out.push_back(std::move(*able));
  return out;
}

std::string names_of(const std::vector<CapableModel>& models) {
  std::string text;
  for (const CapableModel& model : models)
    text += fmt::format("{}{}{}", text.empty() ? "" : ", ", model.name,
                        model.setting.empty() ? "" : " with " + model.setting);
  return text;
}

std::string remedy(const RunOptions& options, const Missing& missing, const DataShape& shape) {
  std::vector<std::string> settings;
  for (size_t i = options.shared(); i < options.table().all().size(); ++i) {
    const Option& option = options.table().all()[i];
    if (option.chosen && (option.type == OptionType::flag || !option.choices.empty()))
      settings.push_back(option.key + "=" + option.text());
  }
  return helping(options.entry(), options, settings, missing, small(shape));
}

}  // namespace gradzoo
