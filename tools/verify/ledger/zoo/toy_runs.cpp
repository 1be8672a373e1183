#include "tools/verify/ledger/zoo/toy_runs.h"

#include <fmt/ranges.h>

#include "gradzoo/base/error.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/registry.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr int64_t kToySteps = 1500;

bool learns(const std::string& model, const std::string& toy) {
  try {
    const auto options = run_options(fmt::format("{} data={}", model, toy));
    options->make_model(shape_of(options->data));
    return true;
  } catch (const Error&) {
    return false;
  }
}

RowResult toys_train(const RowContext& context) {
  const std::vector<ToyRun> runs = toy_runs();
  std::vector<std::string> failed;
  for (const ToyRun& run : runs) {
    context.progress(fmt::format("{} on {}", run.model, run.toy));
    const std::string failure = toy_run_failure(run, kToySteps);
    if (!failure.empty()) failed.push_back(fmt::format("{} on {}: {}", run.model, run.toy, failure));
  }
  return {static_cast<double>(failed.size()), AtMost{0},
          fmt::format(
              "{} pairs of model and toy, {} steps each with default settings; value: number of failures{}{}",
              runs.size(), kToySteps, failed.empty() ? "" : "; ", fmt::join(failed, "; "))};
}

}  // namespace

std::vector<ToyRun> toy_runs() {
  std::vector<ToyRun> runs;
  for (const ModelEntry& model : model_registry()) {
    for (const ToyInfo& toy : known_toys()) {
      if (learns(model.name, toy.name)) runs.push_back({model.name, toy.name});
    }
  }
  return runs;
}

std::string toy_run_failure(const ToyRun& run, int64_t steps, const std::vector<std::string>& assignments) {
  try {
    const auto trained = train_model(
        fmt::format("{} data={} steps={} {}", run.model, run.toy, steps, fmt::join(assignments, " ")), {});
    for (const State::Entry& entry : trained->state.entries()) {
      const Tensor* tensor = std::get_if<Tensor>(&entry.target);
      if (tensor != nullptr && is_floating(tensor->dtype()) && !all_finite(*tensor))
        return entry.name + " is not finite";
    }
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Rows zoo_rows() {
  return {figure({"zoo.toys_train", "every model trains on every toy that it accepts with default settings",
                  "default settings must work", 200},
                 toys_train)};
}

}  // namespace gradzoo
