#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/run/live_line.h"
#include "tools/uses/sample_quality.h"
#include "tools/uses/use.h"

/// A run on examples that it was not trained on, or its samples by a classifier.
namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Quantity& quantity) {
  Json json{{"name", quantity.name},
            {"value", quantity.value},
            {"standard_error", nullptr},
            {"unit", quantity.unit},
            {"meaning", quantity.meaning}};
  if (!std::isfinite(quantity.error)) return json;
  json[quantity.error_kind == ErrorKind::quadrature ? "quadrature_error" : "standard_error"] = quantity.error;
  return json;
}

// What takes seconds is printed before what may take minutes begins.
Quantities evaluated(OpenedRun& run, const Examples& examples, Split part, UseCall& call) {
  const DataView view = run.data().view(examples);
  call.print(fmt::format("{}: {} at step {}, {} examples of {} ({})\n", printable(run.path()),
                         run.model_name(), run.step, examples.count(), printable(run.data().name()),
                         name_of(kSplits, part)));
  Quantities all = run.model->evaluate_quickly(view);
  call.print(number_lines(all));
  Countdown countdown(call.progress, "eval");
  const Quantities late = run.model->evaluate_at_length(view, [&](double share) { countdown.done(share); });
  call.print(number_lines(late));
  all.add(late);
  call.print(number_legend(all));
  return all;
}

void check_held_out(const OpenedRun& run, Split part) {
  if (part == Split::test || part == Split::valid) return;
  throw Error(
      "eval: {} trained on '{}', and an evaluation is of what no run trains on, not of '{}'. Hint: --split "
      "test or valid",
      run.path(), name_of(kSplits, run.options->training.split), name_of(kSplits, part));
}

// Sets what an evaluation of this model may choose anew.
void assign_evaluation(Model& model, const std::vector<std::string>& assignments) {
  OptionTable table;
  model.describe_evaluation(table);
  if (!assignments.empty() && table.all().empty())
    throw Error("eval: --set {} is nothing that this run is evaluated by. Hint: leave it out",
                assignments[0]);
  for (const std::string& assignment : assignments) table.assign(assignment);
}

struct Evaluate {
  Split split = Split::test;
  std::string classifier;

  void describe(OptionTable& table) {
    table.add("split", split, kSplits, "test, or valid: held out of the training images");
    table.add(
        "classifier", classifier,
        "hold samples of RUN against this run of the classifier: how many it is sure of, how evenly the "
        "labels come, and how near the training images are, beside the same for real images");
  }

  UseResult run(UseCall& call) const {
    OpenedRun& run = call.run();
    check_held_out(run, split);
    assign_evaluation(*run.model, call.settings);
    UseResult out;
    if (!classifier.empty()) {
      SampleClassifier other = classifier_of(call.open(classifier), run);
      const QualityReport report = quality_report(run, std::move(other), call.n > 0 ? call.n : 400, split);
      out.text = quality_table(report);
      out.details = quality_json(report);
      return out;
    }
    const bool draws = has_own_classifier(run.options->data) && run.model->abilities().samples;
    if (call.n > 0 && !draws)
      throw Error("eval: -n counts samples for a classifier to measure. Hint: --classifier RUN2");
    const Examples examples = run.data().evaluation_examples(split);
    const Quantities found = evaluated(run, examples, split, call);
    out.details = {{"model", run.model_name()},
                   {"data", run.data().name()},
                   {"split", name_of(kSplits, split)},
                   {"examples", examples.count()},
                   {"quantities", Json::array()}};
    for (const Quantity& quantity : found) out.details["quantities"].push_back(json_of(quantity));
    if (!draws) return out;
    const QualityReport report = quality_report(run, *own_classifier(run.options->data, true, call.progress),
                                                call.n > 0 ? call.n : 1000, split);
    out.text = "\n" + quality_table(report);
    out.details["ruler"] = quality_json(report);
    return out;
  }
};

}  // namespace

Use eval_use() {
  return use_of<Evaluate>(
      {.name = "eval",
       .summary = "evaluate a run on images that it was not trained on",
       .description =
           "Evaluates a run on examples that it was not trained on, or its samples by a classifier.",
       .count = {"samples that a classifier measures: the program's own of MNIST and Fashion-MNIST (default: "
                 "1000; with --classifier 400)",
                 0, 1, 10'000},
       .seed_meaning = "of the samples",
       .settings_meaning =
           "of the evaluation: importance_samples, codes drawn an image for the VAE's log p(x); prior, of "
           "what the VAE is measured by (default: the run's)"});
}

}  // namespace gradzoo
