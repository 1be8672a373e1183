#include "gradzoo/experiments/uses/use.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/zoo.h"
#include "gradzoo/models/registry.h"

namespace gradzoo {

Use inpaint_use(), interpolate_use(), denoise_use(), anomaly_use(), log_prob_use(), compose_use(), eval_use(),
    logz_use(), compare_use(), c2st_use(), probe_use();

namespace {

std::deque<Use>& list() {
  // One a line, so that a new use is one line.
  // clang-format off
  static std::deque<Use> all = {
      inpaint_use(),
      interpolate_use(),
      denoise_use(),
      anomaly_use(),
      log_prob_use(),
      compose_use(),
      eval_use(),
      logz_use(),
      compare_use(),
      c2st_use(),
      probe_use(),
  };
  // clang-format on
  return all;
}

}  // namespace

const std::deque<Use>& uses() { return list(); }

void add_use(Use use) { add_named(list(), std::move(use), "use"); }

Missing of_images_alone(std::string why, Missing missing) {
  return [why = std::move(why), missing = std::move(missing)](const Abilities& abilities,
                                                              const DataShape& shape) {
    const DataKind& kind = shape.kind();
    return kind.pixels ? missing(abilities, shape) : fmt::format(fmt::runtime(why), kind.word);
  };
}

std::vector<std::vector<std::string>> use_table() {
  std::vector<std::vector<std::string>> table(1, {"model"});
  for (const Use& use : uses()) table[0].push_back(use.name);
  for (const ModelEntry& entry : model_registry()) {
    std::vector<std::string>& row = table.emplace_back(1, entry.name);
    const DataShape shape = std::ranges::find_if(data_kinds(), entry.data)->small();
    for (const Use& use : uses()) {
      const std::optional<CapableModel> able = ask(entry, use.missing, shape);
      row.push_back(!able ? "-" : able->setting.empty() ? "yes" : able->setting);
    }
  }
  return table;
}

void warn(UseResult& result, const std::string& text) {
  result.remarks += fmt::format("warning: {}\n", text);
  result.details["warnings"].push_back(text);
}

void check_able(const Use& use, const OpenedRun& run) {
  const std::string lack = use.missing(run.model->abilities(), run.shape);
  if (lack.empty()) return;
  std::string hint = remedy(*run.options, use.missing, run.shape);
  if (!hint.empty()) hint = fmt::format("train it with --set {}", hint);
  const auto add = [&](const std::string& words) { hint += (hint.empty() ? "" : ", or ") + words; };
  if (const std::string able = names_of(capable_models(use.missing, run.shape)); !able.empty()) {
    add("use a run of " + able);
  } else {
    for (const DataKind& kind : data_kinds()) {
      if (!hint.empty() || kind.data.empty()) continue;
      const std::string others = names_of(capable_models(use.missing, kind.small()));
      if (!others.empty())
        add(fmt::format("use a run on {} (--data {}) of {}", kind.name, kind.data, others));
    }
  }
  throw Error("{}: {} is a run of {}, which {}. Hint: {}", use.name, run.path(), run.model_name(), lack,
              hint.empty() ? "gradzoo list uses" : hint);
}

std::string number_lines(const Quantities& numbers) {
  size_t columns = 14;  // of the longest name but few
  for (const Quantity& number : numbers) columns = std::max(columns, number.name.size());
  std::string text;
  for (const Quantity& number : numbers) {
    if (std::isnan(number.value)) continue;
    const bool bounded = number.error_kind == ErrorKind::quadrature;
    const std::string error = !std::isfinite(number.error) ? ""
                              : bounded                    ? fmt::format("err {:.1g}", number.error)
                              : number.error >= 10         ? fmt::format("± {}", rounded(number.error, 2))
                                                           : fmt::format("± {:.3f}", number.error);
    std::string line = fmt::format("  {:<{}}  {:>10.4g} {:<10} {:<11} {}", number.name, columns, number.value,
                                   error, number.unit, number.meaning);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string number_legend(const Quantities& numbers) {
  const auto any = [&](ErrorKind kind) {
    return std::ranges::any_of(numbers, [&](const Quantity& number) {
      return std::isfinite(number.error) && number.error_kind == kind;
    });
  };
  std::string text;
  if (any(ErrorKind::standard)) text += "± is the standard error of the mean over the examples.\n";
  if (any(ErrorKind::quadrature)) text += "err is the error of an integral on a grid.\n";
  return text;
}

std::string number_key(const Quantity& number) { return lower(number.key()); }

void add_numbers(nlohmann::ordered_json& object, const Quantities& numbers) {
  for (const Quantity& number : numbers) {
    const std::string key = number_key(number);
    object[key] = nullptr;
    if (std::isfinite(number.value)) object[key] = number.value;
    if (std::isfinite(number.error)) object[key + "_standard_error"] = number.error;
  }
}

namespace {

void check_count(const Use& use, size_t runs, size_t files) {
  if (use.names == UseNames::run_and_files && files == 0)
    throw Error("{}: no file is given. Hint: {}", use.name, use.examples.front().command);
  if (use.names != UseNames::runs || runs >= use.fewest) return;
  throw Error("{}: {}. Hint: {}", use.name,
              use.fewest == 1 ? "no run is given" : "two or more runs are needed",
              use.examples.front().command);
}

}  // namespace

UseCall open_call(const Use& use, const UseRequest& request) {
  UseCall call{.names = find_runs(request.names),
               .runs = {},
               .files = request.files,
               .n = request.n == 0 ? use.count.value : request.n,
               .settings = request.settings,
               .progress = request.progress};
  const auto opened = [seed = request.seed, progress = request.progress,
                       &processes = request.processes](const std::string& path) {
    auto run = std::make_unique<OpenedRun>(path, seed, 0, processes);
    run->progress = progress;
    return run;
  };
  call.open = [opened](const std::string& path) {
    auto run = opened(path);
    static_cast<void>(run->data());
    return run;
  };
  for (const std::string& name : call.names) {
    std::unique_ptr<OpenedRun>& run = call.runs.emplace_back();
    if (use.names == UseNames::set_and_set && !is_run(name)) continue;
    run = opened(name);
    check_able(use, *run);
  }
  check_count(use, call.runs.size(), call.files.size());
  const auto first = std::ranges::find_if(call.runs, [](const auto& run) { return run != nullptr; });
  call.seed = request.seed ? *request.seed : first == call.runs.end() ? 0 : (*first)->seed();
  for (const auto& run : call.runs) {
    if (!run) continue;
    static_cast<void>(run->data());
    if (call.runs.size() > 2) run->release_data();
  }
  return call;
}

nlohmann::ordered_json json_of(const Use& use, const UseCall& call, const UseResult& result) {
  if (result.details.is_array()) return result.details;
  auto object = nlohmann::ordered_json::object();
  if (use.names == UseNames::runs) object["runs"] = call.names;
  if (use.names == UseNames::run || use.names == UseNames::run_and_files)
    object = {{"run", call.names[0]}, {"model", call.run().model_name()}, {"step", call.run().step}};
  object.update(result.details);
  add_numbers(object, result.numbers);
  object["seed"] = call.seed;
  return object;
}

}  // namespace gradzoo
