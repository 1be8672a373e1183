#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/experiments/uses/use.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Quantity& quantity) {
  Json json{{"name", quantity.name}, {"value", quantity.value},     {"standard_error", nullptr},
            {"unit", quantity.unit}, {"meaning", quantity.meaning}, {"trusted", quantity.trusted}};
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
      "eval: {} was trained on '{}', and an evaluation needs held-out examples, not '{}'. Hint: use --split "
      "test",
      run.path(), name_of(kSplits, run.options->training.split), name_of(kSplits, part));
}

// Sets what an evaluation of this model may choose anew.
void assign_evaluation(Model& model, const std::vector<std::string>& assignments) {
  OptionTable table;
  model.describe_evaluation(table);
  if (!assignments.empty() && table.all().empty())
    throw Error(
        "eval: --set {} is not allowed, because the evaluation of this run has no settings. Hint: remove it",
        assignments[0]);
  for (const std::string& assignment : assignments) table.assign(assignment);
}

// Features from augmented images would ignore what the augmentation changes, so without labels there is no
// FID. Nearest neighbours need no labels, and c2st has a classifier of samples and images.
void measure_without_classifier(UseResult& out, OpenedRun& run, int64_t n, Split split) {
  const NearestReport report = nearest_report(run, n, split);
  out.text = "\n";
  out.numbers = nearest_numbers(report);
  const std::string by_heart = learned_by_heart(report.of_samples.median, report.of_real.median);
  out.remarks = by_heart.empty() ? "" : by_heart + "\n";
  out.remarks += fmt::format(
      "no class-FID and no KID: {} {}, and both are distances between a classifier's features. Hint: gradzoo "
      "c2st {} test compares samples with images and needs no labels\n",
      printable(run.options->data.data), lacks_classifier(run.shape), printable(run.path()));
  out.details["ruler"] = nullptr;
  out.details["learned_by_heart"] = !by_heart.empty();
}

struct Evaluate {
  Split split = Split::test;
  std::string classifier;

  void describe(OptionTable& table) {
    table.add("split", split, kSplits, "examples: test, or valid (held out of the training images)");
    table.add("classifier", classifier,
              "run of a classifier that measures samples of RUN and real images: how many it is certain of, "
              "how evenly the labels occur, and how near the training images are");
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
    const DataKind& kind = run.shape.kind();
    const bool samples = run.model->abilities().samples, draws = kind.pixels && samples;
    if (call.n > 0 && !draws)
      throw Error(
          "eval: -n is the number of samples to measure, but {} draws {}. Hint: remove -n", run.path(),
          samples ? kind.word + ", which are compared with the true density without samples" : "none");
    const Examples examples = run.data().evaluation_examples(split);
    const Quantities found = evaluated(run, examples, split, call);
    out.details = {{"model", run.model_name()},
                   {"data", run.data().name()},
                   {"split", name_of(kSplits, split)},
                   {"examples", examples.count()},
                   {"quantities", Json::array()}};
    for (const Quantity& quantity : found) out.details["quantities"].push_back(json_of(quantity));
    if (!draws) return out;
    const int64_t n = call.n > 0 ? call.n : samples_to_measure(run, split, 1000);
    std::optional<SampleClassifier> own =
        own_classifier(run.options->data, run.data(), true, call.progress, run.processes());
    if (!own) {
      measure_without_classifier(out, run, n, split);
      return out;
    }
    const QualityReport report = quality_report(run, std::move(*own), n, split);
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
           "Evaluates a run on examples that it was not trained on, or its samples with a classifier.",
       .examples = {{"gradzoo eval zoo/vae", "numbers of the run on test digits"},
                    {"gradzoo eval runs/vae-1 --split valid --json", "numbers on held-out digits, as JSON"}},
       .count = {"number of samples that a classifier measures (default: 1000, or the number of real images "
                 "if it is smaller; 400 with --classifier)",
                 0, 2, 10'000},
       .seed_meaning = "seed of the samples",
       .settings_meaning =
           "settings of the evaluation (default: the run's): importance_samples, codes per image for the "
           "VAE's log p(x); prior, the prior of the measured VAE; draw, the kind of its samples"});
}

}  // namespace gradzoo
