#include "tools/uses/sample_quality.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/options.h"
#include "base/text.h"
#include "models/pictures/class_rows.h"
#include "tools/run/run_observer.h"
#include "tools/uses/use.h"

namespace gradzoo {
namespace {

// Samples as they are measured; `rng` draws binary pixels.
Tensor as_measured(const Tensor& samples, Pixels pixels, Rng& rng) {
  const NoGrad quiet;
  Tensor rows = flatten_rows(samples);
  if (!all_finite(rows)) return rows;
  const Tensor inside = clamp(rows, 0, 1);
  return is_binary(pixels) ? bernoulli(inside, rng) : inside;
}

}  // namespace

Tensor measured_samples(const Model& model, int64_t n, Pixels pixels, Rng& rng, const Tensor& labels,
                        const std::vector<std::string>& options) {
  return as_measured(model.sample({n, rng, labels, options}), pixels, rng);
}

SampleMetrics metrics_of(OpenedRun& run, SampleClassifier classifier, Split split) {
  const RunData& data = run.data();
  return {std::move(classifier), data.evaluation_examples(split), data.train(), run.options->model->pixels()};
}

SampleQuality quality_of(const OpenedRun& run, const SampleMetrics& metrics, int64_t n) {
  check_count(metrics.real_images(), n);
  const Tensor asked = any_labels(n, run.model->label_count());
  Rng rng = run.sample_stream();
  return metrics.measure(as_measured(run.samples(n, rng, asked), metrics.pixels(), rng), asked);
}

QualityReport quality_report(OpenedRun& run, SampleClassifier classifier, int64_t n, Split split) {
  const SampleMetrics metrics = metrics_of(run, std::move(classifier), split);
  return {run.path(),
          run.description(),
          metrics.classifier(),
          split,
          is_binary(metrics.pixels()),
          quality_of(run, metrics, n),
          metrics.measure_real(n),
          metrics.measure_training(n)};
}

Quantities quick_quality(const SampleMetrics& metrics, const Tensor& images) {
  const NoGrad quiet;
  const ClassifiedImages found = metrics.seen(images);
  Quantities out{
      {"confident_share", confident_share(found.probabilities), NAN, "",
       fmt::format("share of {} samples that the classifier calls something with p > {}", found.count(),
                   kConfident)},
      quantity(kLabelEntropy, label_entropy(found.probabilities),
               "of the labels that the classifier gives to samples: low where few classes are drawn")};
  out.add({"digit_fid", metrics.frechet_of(found), NAN, "",
           fmt::format("Frechet distance of {} samples' features to held-out images': lower is better, and "
                       "never 0 of so few",
                       found.count())});
  return out;
}

SampleWatch watch_samples(const RunOptions& options, Session& session) {
  constexpr int64_t kSamples = 200, kTimes = 10;
  if (!has_own_classifier(options.data) || !session.model->abilities().samples) return {};
  std::optional<SampleClassifier> classifier = own_classifier(options.data, false, nullptr);
  if (!classifier) return {};
  const DataView view = session.data.view();
  const auto metrics = std::make_shared<const SampleMetrics>(std::move(*classifier), view.examples,
                                                             view.train, options.model->pixels());
  return [metrics, &session](int64_t step) -> Quantities {
    const int64_t per_epoch = session.batches->steps_per_epoch();
    const int64_t epochs = std::max<int64_t>(1, session.steps / per_epoch / kTimes);
    if (step != session.steps && step / per_epoch % epochs != 0) return {};
    Rng rng(session.data.seed(), "watch");
    const Model& model = *session.model;
    return quick_quality(
        *metrics, measured_samples(model, kSamples, metrics->pixels(), rng, {}, model.quick_sampling()));
  };
}

namespace {

using Json = nlohmann::ordered_json;

Quantity number_of(const char* name, const Estimate& e, const char* unit, std::string meaning) {
  return {name, e.value, e.standard_error, unit, std::move(meaning)};
}

std::string cell(const Quantity* number) {
  if (number == nullptr) return "";
  return fmt::format("{:.4g} +- {}", number->value, rounded(number->error, 2));
}

const Quantity* find_number(const Quantities& numbers, const std::string& name) {
  const auto found = std::ranges::find(numbers, name, &Quantity::name);
  return found == numbers.end() ? nullptr : &*found;
}

Json json_of_quality(const SampleQuality& quality) {
  Json out{{"count", quality.statistics.count}, {"called", quality.statistics.called}};
  add_numbers(out, quality_numbers(quality));
  return out;
}

double entropy_of_all_alike(const SampleQuality& quality) {
  return std::log(static_cast<double>(quality.statistics.called.size()));
}

}  // namespace

Quantities quality_numbers(const SampleQuality& quality) {
  const SampleStatistics& s = quality.statistics;
  Quantities out{
      number_of("confident_share", s.confident, "", fmt::format("called with p > {}", kConfident))};
  if (s.as_asked)
    out.add(number_of("called_as_asked_share", *s.as_asked, "",
                      "the classifier agrees with the label that was asked for"));
  out.add({number_of("label_entropy", s.label_entropy, "nats",
                     fmt::format("{:.3f} where all classes come alike", entropy_of_all_alike(quality))),
           number_of("diversity_within_class", s.diversity, "",
                     "distance of features of two images that are called the same"),
           number_of("nearest_training_image_median", s.nearest_median, "",
                     "Euclidean distance of pixels to the nearest training image"),
           number_of("nearest_training_image_mean", s.nearest_mean, "",
                     "far below the real ones': learned by heart, or blurred"),
           number_of("frechet_distance", quality.frechet, "",
                     "digit-FID: of features to all real ones; compare equal counts alone")});
  if (quality.kernel)
    out.add(number_of("kernel_distance", *quality.kernel, "", "KID: to real ones; unbiased"));
  return out;
}

std::string quality_table(const QualityReport& report) {
  std::string text =
      fmt::format("{}\nmeasured by {}{}\n\n", printable(report.samples_of), printable(report.classifier),
                  report.binary ? ", binary samples against binary images: pixels are drawn by their "
                                  "probabilities"
                                : "");
  std::vector<std::vector<std::string>> rows = {
      {"", fmt::format("{} samples", report.samples.statistics.count),
       fmt::format("{} real", report.real.statistics.count),
       fmt::format("{} trained on", report.training.statistics.count), "", ""}};
  const Quantities real = quality_numbers(report.real), training = quality_numbers(report.training);
  for (const Quantity& number : quality_numbers(report.samples)) {
    const bool to_real = number.name.ends_with("_distance");  // of which the real images are a part
    rows.push_back({number.name, cell(&number), to_real ? "" : cell(find_number(real, number.name)),
                    cell(find_number(training, number.name)), number.unit, number.meaning});
  }
  for (size_t label = 0; label < report.samples.statistics.called.size(); ++label) {
    const auto called = [&](const SampleQuality& q) { return fmt::format("{}", q.statistics.called[label]); };
    rows.push_back({fmt::format("called {}", label), called(report.samples), called(report.real),
                    called(report.training), "", ""});
  }
  return text + text_columns(rows) +
         "\n+- is a standard error, by bootstrap over the images; KID's is over blocks of them.\n";
}

Json quality_json(const QualityReport& report) {
  return {{"run", report.run},
          {"samples_of", report.samples_of},
          {"classifier", report.classifier},
          {"split", name_of(kSplits, report.split)},
          {"binary", report.binary},
          {"confident_above", kConfident},
          {"label_entropy_nats_of_all_alike", entropy_of_all_alike(report.samples)},
          {"samples", json_of_quality(report.samples)},
          {"real", json_of_quality(report.real)},
          {"training_images", json_of_quality(report.training)}};
}

}  // namespace gradzoo
