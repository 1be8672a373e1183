#include "tools/run/ruler.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "autograd/base/error.h"
#include "autograd/ops.h"
#include "models/classifier/classifier.h"
#include "models/run/data.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

std::string told(const SavedRun& run) {
  return fmt::format("{}: {} at step {} on {}", run.directory.path(), run.model_name(), run.step,
                     run.options->data.data);
}

Classifier& classifier_in(const SavedRun& run) {
  auto* classifier = dynamic_cast<Classifier*>(run.model.get());
  if (classifier != nullptr) return *classifier;
  throw Error("eval: {} is a {}, not a classifier. Hint: gradzoo train classifier, and its run here",
              run.directory.path(), run.model_name());
}

void check_fits(const SavedRun& run, const SavedRun& classifier) {
  if (!run.shape.is_image()) {
    throw Error(
        "eval: {} draws points of {} numbers, and a classifier measures images. Hint: gradzoo eval {} "
        "compares points with the truth",
        run.directory.path(), run.shape.size(), run.directory.path());
  }
  if (run.shape.example == classifier.shape.example) return;
  throw Error(
      "eval: {} draws images of {}x{}, and {} knows those of {}x{}. Hint: a classifier of the same data: "
      "gradzoo train classifier --data {}",
      run.directory.path(), run.shape.height(), run.shape.width(), classifier.directory.path(),
      classifier.shape.height(), classifier.shape.width(), run.options->data.data);
}

Json to_json(const RulerReading& reading) {
  return {{"count", reading.count},
          {"confident_share", reading.confident},
          {"confident_share_standard_error", reading.confident_error},
          {"label_entropy_nats", reading.label_entropy},
          {"called", reading.called},
          {"nearest_training_image_median", reading.nearest_median},
          {"nearest_training_image_mean", reading.nearest_mean}};
}

std::string row(const std::string& what, const std::string& samples, const std::string& real,
                const std::string& note = "") {
  std::string line = fmt::format("  {:<22} {:<16} {:<16} {}", what, samples, real, note);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string share(const RulerReading& reading) {
  return fmt::format("{:.3f} +- {:.3f}", reading.confident, reading.confident_error);
}

}  // namespace

RulerReport hold_against(const SavedRun& run, const SavedRun& classifier_run, int64_t n, Split split) {
  Classifier& classifier = classifier_in(classifier_run);
  check_fits(run, classifier_run);
  const RunData data(run.options->data, run.options->training);
  const Tensor real = evenly_spread(data.evaluation_examples(split), n);  // (n, pixels)
  Rng rng(run.seed(), "samples");
  const Tensor samples = reshape(run.model->sample({n, rng}), {n, run.shape.size()});
  const auto read = [&](const Tensor& images) {
    return read_ruler(
        images, [&](const Tensor& x) { return classifier.probabilities(x); }, data.train());
  };
  return {told(run), told(classifier_run), split, read(samples), read(real)};
}

std::string ruler_table(const RulerReport& report) {
  const RulerReading &samples = report.samples, &real = report.real;
  std::string table = fmt::format("{}\nheld against {}\n\n", report.samples_of, report.classifier);
  table += row("", fmt::format("{} samples", samples.count), fmt::format("{} real", real.count));
  table += row(fmt::format("called with p > {}", kConfident), share(samples), share(real));
  table += row("label entropy", fmt::format("{:.3f} nats", samples.label_entropy),
               fmt::format("{:.3f} nats", real.label_entropy),
               fmt::format("of {:.3f}, where all classes come alike",
                           std::log(static_cast<double>(samples.called.size()))));
  table += row("nearest, median", fmt::format("{:.2f}", samples.nearest_median),
               fmt::format("{:.2f}", real.nearest_median),
               "Euclidean distance of grey pixels to the nearest training image");
  table +=
      row("nearest, mean", fmt::format("{:.2f}", samples.nearest_mean),
          fmt::format("{:.2f}", real.nearest_mean), "far below the real ones': learned by heart, or blurred");
  table += "\n";
  for (size_t label = 0; label < samples.called.size(); ++label) {
    table += row(fmt::format("called {}", label), fmt::format("{}", samples.called[label]),
                 fmt::format("{}", real.called[label]));
  }
  return table;
}

std::string ruler_json(const RulerReport& report) {
  const Json object{
      {"run", report.samples_of},
      {"classifier", report.classifier},
      {"split", name_of(kSplits, report.split)},
      {"confident_above", kConfident},
      {"label_entropy_nats_of_all_alike", std::log(static_cast<double>(report.samples.called.size()))},
      {"samples", to_json(report.samples)},
      {"real", to_json(report.real)}};
  return object.dump();
}

}  // namespace gradzoo
