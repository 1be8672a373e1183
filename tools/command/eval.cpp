#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/base/error.h"
#include "models/run/data.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/use_threads.h"
#include "tools/run/ruler.h"
#include "tools/run/saved_run.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Quantity& quantity) {
  Json json{{"name", quantity.name},
            {"value", quantity.value},
            {"standard_error", nullptr},
            {"unit", quantity.unit},
            {"meaning", quantity.meaning}};
  if (std::isfinite(quantity.standard_error)) json["standard_error"] = quantity.standard_error;
  return json;
}

void print_table(const Quantities& quantities) {
  size_t widest = 0;
  for (const Quantity& quantity : quantities) widest = std::max(widest, quantity.name.size());
  for (const Quantity& quantity : quantities) {
    const std::string error =
        std::isfinite(quantity.standard_error) ? fmt::format("+- {:.3f}", quantity.standard_error) : "";
    fmt::print("  {:<{}}  {:>10.4g} {:<10} {:<11} {}\n", quantity.name, widest, quantity.value, error,
               quantity.unit, quantity.meaning);
  }
  fmt::print("+- is the standard error of the mean over the examples.\n");
}

void print_quantities(const SavedRun& run, Split part, const std::optional<RulerReport>& ruler, bool json) {
  const RunData data(run.options->data, run.options->training);
  const Examples examples = data.evaluation_examples(part);
  const Quantities quantities = run.model->evaluate(data.view(examples));
  if (json) {
    Json object{
        {"run", run.directory.path()}, {"model", run.model_name()},       {"step", run.step},
        {"data", data.name()},         {"split", name_of(kSplits, part)}, {"examples", examples.count()},
        {"quantities", Json::array()}};
    for (const Quantity& quantity : quantities) object["quantities"].push_back(to_json(quantity));
    if (ruler) object["ruler"] = Json::parse(ruler_json(*ruler));
    fmt::print("{}\n", object.dump());
    return;
  }
  fmt::print("{}: {} at step {}, {} examples of {} ({})\n", run.directory.path(), run.model_name(), run.step,
             examples.count(), data.name(), name_of(kSplits, part));
  print_table(quantities);
  if (ruler) fmt::print("\n{}", ruler_table(*ruler));
}

}  // namespace

int eval_command(const Arguments& arguments) {
  std::string run_path, classifier_path, split = "test";
  bool json = false;
  int64_t count = 0, threads = 0;
  CommandLine line("eval",
                   "Evaluates a run on examples that it was not trained on, or its samples by a classifier.");
  line.positional("RUN", run_path, "a run directory");
  line.option("--split", "SPLIT", split, "test, or valid: held out of the training images (default: test)");
  line.option("--classifier", "RUN2", classifier_path,
              "hold samples of RUN against this run of the classifier: how many it is sure of, how evenly "
              "the labels come, and how near the training images are, beside the same for real images");
  line.option(
      "-n", "N", count,
      "samples that a classifier measures: the program's own of MNIST and Fashion-MNIST (default: 1000; with "
      "--classifier 400)",
      1, 10'000);
  line.option("--threads", "T", threads, "threads; the result does not depend on them (default: the cores)",
              1, kernels::kMaxThreads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  const Split part = value_named(kSplits, split, "split");
  if (part != Split::test && part != Split::valid) {
    throw Error(fmt::format("eval: the run was trained on '{}'. Hint: --split test or valid", split));
  }
  use_threads(threads);
  const SavedRun run = open_run(run_path);
  if (!classifier_path.empty()) {
    RulerClassifier classifier = classifier_of(std::make_unique<SavedRun>(open_run(classifier_path)), run);
    const RulerReport report = ruler_report(run, std::move(classifier), count > 0 ? count : 400, part);
    fmt::print("{}", json ? ruler_json(report) + "\n" : ruler_table(report));
    return 0;
  }
  const bool draws = has_own_classifier(run.options->data) && run.options->entry().draws_samples;
  if (count > 0 && !draws)
    throw Error("eval: -n counts samples for a classifier to measure. Hint: --classifier RUN2");
  std::optional<RulerReport> ruler;
  constexpr int64_t kSamples = 1000;
  if (draws)
    ruler = ruler_report(run, *own_classifier(run.options->data, true, stderr), count > 0 ? count : kSamples,
                         part);
  print_quantities(run, part, ruler, json);
  return 0;
}

}  // namespace gradzoo
