#include "gradzoo/experiments/uses/sample_quality.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/collapse_watch.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/pictures/image_pictures.h"

namespace gradzoo {
namespace {

// "digit-FID" as a metric is "digit_fid".
std::string metric_key(std::string name) {
  std::ranges::replace(name, '-', '_');
  return lower(name);
}

// The share of images that a classifier calls by their label.
double called_right(const SampleClassifier& classifier, const Examples& images) {
  constexpr int64_t kAtOnce = 500;
  const NoGrad quiet;
  double right = 0;
  for (int64_t begin = 0; begin < images.count(); begin += kAtOnce) {
    const Batch batch =
        read_examples(images, begin, std::min(begin + kAtOnce, images.count()), Pixels::grey, Rng(0));
    right += accuracy(classifier.probabilities(batch.x), batch.labels) * static_cast<double>(batch.count());
  }
  return right / static_cast<double>(images.count());
}

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
  return {std::move(classifier), data.evaluation_examples(split), data.train(), run.options->model->pixels(),
          run.processes()};
}

SampleQuality quality_of(const OpenedRun& run, const SampleMetrics& metrics, int64_t n) {
  check_count(metrics.real_images(), n);
  const Tensor asked = any_labels(n, run.model->labels());
  Rng rng = run.sample_stream();
  return metrics.measure(as_measured(run.samples(n, rng, asked), metrics.pixels(), rng), asked);
}

int64_t samples_to_measure(OpenedRun& run, Split split, int64_t usual) {
  return std::min(usual, run.data().evaluation_examples(split).count());
}

QualityReport quality_report(OpenedRun& run, SampleClassifier classifier, int64_t n, Split split) {
  const double right = called_right(classifier, run.data().evaluation_examples(split));
  const SampleMetrics metrics = metrics_of(run, std::move(classifier), split);
  return {run.path(),
          run.description(),
          metrics.classifier(),
          split,
          is_binary(metrics.pixels()),
          quality_of(run, metrics, n),
          metrics.measure_real(n),
          metrics.measure_training(n),
          right};
}

NearestReport nearest_report(OpenedRun& run, int64_t n, Split split) {
  const Examples real = run.data().evaluation_examples(split);
  check_count(real, n);
  const Pixels pixels = run.options->model->pixels();
  Rng rng = run.sample_stream();
  const Tensor samples = as_measured(run.samples(n, rng, any_labels(n, run.model->labels())), pixels, rng);
  if (!all_finite(samples)) throw Error("samples: a pixel is not finite. Hint: train with a smaller lr");
  const Pixels read = pixels == Pixels::dequantised ? Pixels::grey : pixels;
  const Examples& train = run.data().train();
  return {n, n, nearest_statistics(samples, train), nearest_statistics(evenly_spread(real, n, read), train)};
}

std::string learned_by_heart(const Estimate& samples_median, const Estimate& real_median) {
  constexpr double kShare = 0.5;
  if (!(samples_median.value < kShare * real_median.value)) return "";
  return fmt::format(
      "memorised: half of the samples are within {:.3g} of a training image, but half of the images that "
      "were not trained on are within {:.3g}, so samples repeat training images. Train on more images, or "
      "for fewer steps",
      samples_median.value, real_median.value);
}

Quantities quick_quality(const SampleMetrics& metrics, const Tensor& images) {
  const NoGrad quiet;
  const ClassifiedImages found = metrics.seen(images);
  Quantities out{
      {"confident_share", confident_share(found.probabilities), NAN, "",
       fmt::format("fraction of {} samples that the classifier assigns to a class with p > {}", found.count(),
                   kConfident)},
      quantity(kLabelEntropy, label_entropy(found.probabilities),
               "entropy of the labels that the classifier assigns to samples; low if few classes are drawn")};
  out.add({metric_key(metrics.frechet_name()), metrics.frechet_of(found), NAN, "",
           fmt::format("Frechet distance between the features of {} samples and of held-out images; lower is "
                       "better; it is never 0 for so few samples",
                       found.count())});
  return out;
}

SampleWatch watch_samples(const RunOptions& options, Session& session) {
  constexpr int64_t kSamples = 200, kTimes = 10;
  if (!session.model->abilities().samples) return {};
  std::optional<SampleClassifier> classifier = own_classifier(options.data, session.data, false, nullptr);
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
  return number == nullptr ? "" : with_error({number->value, number->error});
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

std::string remark_of(const std::string& sentence) { return sentence.empty() ? "" : sentence + "\n"; }

double entropy_of_all_alike(const SampleQuality& quality) {
  return std::log(static_cast<double>(quality.statistics.called.size()));
}

}  // namespace

Quantities nearest_numbers(const NearestReport& report) {
  return {number_of("nearest_training_image_median", report.of_samples.median, "",
                    fmt::format("Euclidean distance from {} samples to the nearest training image",
                                report.samples)),
          number_of("nearest_training_image_mean", report.of_samples.mean, "",
                    "mean distance from these samples"),
          number_of("real_nearest_training_image_median", report.of_real.median, "",
                    fmt::format("distance from {} real images that were not trained on", report.real)),
          number_of("real_nearest_training_image_mean", report.of_real.mean, "",
                    "mean distance from these real images")};
}

Quantities quality_numbers(const SampleQuality& quality) {
  const SampleStatistics& s = quality.statistics;
  Quantities out{number_of(kConfidentShare.name, s.confident, "",
                           fmt::format("fraction classified with p > {}", kConfident))};
  if (s.as_asked)
    out.add(number_of(kCalledAsAsked.name, *s.as_asked, "", "fraction classified as the requested label"));
  out.add(
      {number_of("label_entropy", s.label_entropy, "nats",
                 fmt::format("{:.3f} if all classes are equally frequent", entropy_of_all_alike(quality))),
       number_of("diversity_within_class", s.diversity, "",
                 "distance between the features of two images of one predicted class"),
       number_of("nearest_training_image_median", s.nearest_median, "",
                 "Euclidean distance to the nearest training image"),
       number_of("nearest_training_image_mean", s.nearest_mean, "",
                 "if far below the real images' distance: memorised, or blurred"),
       number_of(kFrechetDistance.name, quality.frechet, "",
                 quality.frechet_name +
                     ": distance to the features of all real images; compare only equal counts")});
  if (quality.kernel)
    out.add(number_of("kernel_distance", *quality.kernel, "",
                      "KID: kernel distance to all real images, unbiased"));
  return out;
}

std::string quality_table(const QualityReport& report) {
  std::string text = fmt::format(
      "{}\nmeasured by {}{}{}\n\n", printable(report.samples_of), printable(report.classifier),
      std::isfinite(report.called_right)
          ? fmt::format(", which classifies {:.3g} of the real images correctly", report.called_right)
          : "",
      report.binary ? ", with binary samples and binary images: pixels are drawn from their probabilities"
                    : "");
  std::vector<std::vector<std::string>> rows = {
      {"", fmt::format("{} samples", report.samples.statistics.count),
       fmt::format("{} real", report.real.statistics.count),
       fmt::format("{} training", report.training.statistics.count), "", ""}};
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
         "\n± is a standard error, by bootstrap over the images; for KID it is over blocks of images.\n" +
         remark_of(learned_by_heart(report.samples.statistics.nearest_median,
                                    report.real.statistics.nearest_median));
}

Json quality_json(const QualityReport& report) {
  return {{"run", report.run},
          {"samples_of", report.samples_of},
          {"classifier", report.classifier},
          {"classifier_called_right_share", report.called_right},
          {"learned_by_heart",
           !learned_by_heart(report.samples.statistics.nearest_median, report.real.statistics.nearest_median)
                .empty()},
          {"split", name_of(kSplits, report.split)},
          {"binary", report.binary},
          {"confident_above", kConfident},
          {"label_entropy_nats_of_all_alike", entropy_of_all_alike(report.samples)},
          {"samples", json_of_quality(report.samples)},
          {"real", json_of_quality(report.real)},
          {"training_images", json_of_quality(report.training)}};
}

}  // namespace gradzoo
