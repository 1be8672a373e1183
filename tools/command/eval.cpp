#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "models/run/data.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/run/countdown.h"
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
  if (!std::isfinite(quantity.error)) return json;
  if (quantity.error_kind == ErrorKind::quadrature) json["quadrature_error"] = quantity.error;
  if (quantity.error_kind == ErrorKind::standard) json["standard_error"] = quantity.error;
  return json;
}

constexpr size_t kNameColumns = 14;  // of the longest name but few

void print_lines(const Quantities& quantities) {
  for (const Quantity& quantity : quantities) {
    const bool bounded = quantity.error_kind == ErrorKind::quadrature;
    const std::string error = !std::isfinite(quantity.error) ? ""
                              : bounded                      ? fmt::format("err {:.1g}", quantity.error)
                                                             : fmt::format("+- {:.3f}", quantity.error);
    fmt::print("  {:<{}}  {:>10.4g} {:<10} {:<11} {}\n", quantity.name, kNameColumns, quantity.value, error,
               quantity.unit, quantity.meaning);
  }
  std::fflush(stdout);
}

// What the marks in print_lines mean, of those that are there.
void print_legend(const Quantities& quantities) {
  const auto any = [&](ErrorKind kind) {
    return std::ranges::any_of(quantities, [&](const Quantity& quantity) {
      return std::isfinite(quantity.error) && quantity.error_kind == kind;
    });
  };
  if (any(ErrorKind::standard)) fmt::print("+- is the standard error of the mean over the examples.\n");
  if (any(ErrorKind::quadrature)) fmt::print("err is the error of an integral on a grid.\n");
}

// What takes seconds, printed before what may take minutes begins, unless it is to be one JSON object.
Quantities evaluate(const SavedRun& run, const RunData& data, const Examples& examples, Split part,
                    bool quiet) {
  const DataView view = data.view(examples);
  if (!quiet)
    fmt::print("{}: {} at step {}, {} examples of {} ({})\n", printable(run.directory.path()),
               run.model_name(), run.step, examples.count(), printable(data.name()), name_of(kSplits, part));
  Quantities all = run.model->evaluate_quickly(view);
  if (!quiet) print_lines(all);
  Countdown countdown(stderr, "eval");
  const Quantities late = run.model->evaluate_at_length(view, [&](double share) { countdown.done(share); });
  if (!quiet) print_lines(late);
  all.add(late);
  if (!quiet) print_legend(all);
  return all;
}

// `samples` of an image model are measured, if any.
void print_quantities(const SavedRun& run, Split part, int64_t samples, bool json) {
  const RunData data(run.options->data, run.options->training);
  check_same_data(run.directory, data);
  const Examples examples = data.evaluation_examples(part);
  const Quantities quantities = evaluate(run, data, examples, part, json);
  std::optional<RulerReport> report;
  if (samples > 0)
    report = ruler_report(run, *own_classifier(run.options->data, true, stderr), samples, part);
  if (json) {
    Json object{
        {"run", run.directory.path()}, {"model", run.model_name()},       {"step", run.step},
        {"data", data.name()},         {"split", name_of(kSplits, part)}, {"examples", examples.count()},
        {"quantities", Json::array()}};
    for (const Quantity& quantity : quantities) object["quantities"].push_back(to_json(quantity));
    if (report) object["ruler"] = Json::parse(ruler_json(*report));
    fmt::print("{}\n", object.dump());
  } else if (report) {
    fmt::print("\n{}", ruler_table(*report));
  }
}

void check_held_out(const SavedRun& run, Split part) {
  if (part == Split::test || part == Split::valid) return;
  throw Error(
      "eval: {} trained on '{}', and an evaluation is of what no run trains on, not of '{}'. Hint: --split "
      "test "
      "or valid",
      run.directory.path(), name_of(kSplits, run.options->training.split), name_of(kSplits, part));
}

// Sets what an evaluation of this model may choose anew.
void assign(Model& model, const std::vector<std::string>& assignments) {
  OptionTable table;
  model.describe_evaluation(table);
  if (!assignments.empty() && table.all().empty())
    throw Error("eval: --set {} is nothing that this run is evaluated by. Hint: leave it out",
                assignments[0]);
  for (const std::string& assignment : assignments) table.assign(assignment);
}

}  // namespace

int eval_command(const Arguments& arguments) {
  std::string run_path, classifier_path, split = "test";
  bool json = false;
  int64_t count = 0, threads = 0;
  std::vector<std::string> assignments;
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
  line.options("--set", "KEY=VALUE", assignments,
               "importance_samples: codes drawn an image for the VAE's log p(x) (default: the run's)");
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  const Split part = value_named(kSplits, split, "split");
  use_threads(threads);
  const SavedRun run = open_run(run_path);
  check_held_out(run, part);
  assign(*run.model, assignments);
  if (!classifier_path.empty()) {
    RulerClassifier classifier = classifier_of(std::make_unique<SavedRun>(open_run(classifier_path)), run);
    const RulerReport report = ruler_report(run, std::move(classifier), count > 0 ? count : 400, part);
    fmt::print("{}", json ? ruler_json(report) + "\n" : ruler_table(report));
    return 0;
  }
  const bool draws = has_own_classifier(run.options->data) && run.model->abilities().samples;
  if (count > 0 && !draws)
    throw Error("eval: -n counts samples for a classifier to measure. Hint: --classifier RUN2");
  constexpr int64_t kSamples = 1000;
  print_quantities(run, part, draws ? (count > 0 ? count : kSamples) : 0, json);
  return 0;
}

}  // namespace gradzoo
