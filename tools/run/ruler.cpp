#include "tools/run/ruler.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "autograd/base/error.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/classifier/classifier.h"
#include "models/classifier/digits.h"
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

// fn of all rows, some at a time.
Tensor in_chunks(const Tensor& rows, TensorFn fn) {
  constexpr int64_t kRows = 500;
  Tensors parts;
  for (int64_t first = 0; first < rows.dim(0); first += kRows)
    parts.push_back(fn(rows.rows(first, std::min(first + kRows, rows.dim(0)))));
  return concat(parts, 0);
}

/// Measures features against those of all images of a split.
class FeatureRuler {
 public:
  // In a random order: blocks of a set that is sorted in some way would differ from each other.
  FeatureRuler(Classifier& classifier, const Examples& real)
      : classifier_(classifier),
        real_(index_select(features(read_examples(real, 0, real.count(), Pixels::grey, Rng(0)).x), 0,
                           random_order(real.count()))),
        moments_(moments_of(real_)) {}

  FeatureDistance measure(const Tensor& images) const {
    constexpr int64_t kResamples = 20, kBlock = 1000, kSmallestBlock = 50;
    const Tensor of_images = features(images);
    Rng rng(0, "ruler/bootstrap");
    FeatureDistance out{frechet_estimate(of_images, moments_, kResamples, rng), std::nullopt};
    const int64_t block = std::min(kBlock, std::min(of_images.dim(0), real_.dim(0)) / 2);
    if (block >= kSmallestBlock) out.kernel = kernel_distance(of_images, real_, block);
    return out;
  }

 private:
  static Tensor random_order(int64_t count) {
    Rng rng(0, "ruler/order");
    return randperm(count, rng);
  }
  Tensor features(const Tensor& images) const {
    return in_chunks(images, [&](const Tensor& x) { return classifier_.features(x); });
  }

  Classifier& classifier_;
  Tensor real_;  // (N, features)
  Moments moments_;
};

RulerReport measured(const SavedRun& run, Classifier& classifier, const std::string& told_classifier,
                     int64_t n, Split split) {
  const NoGrad quiet;
  const RunData data(run.options->data, run.options->training);
  const Examples all = data.evaluation_examples(split);
  const Tensor real = evenly_spread(all, n);  // (n, pixels)
  Rng rng(run.seed(), "samples");
  const Tensor samples = reshape(run.model->sample({n, rng}), {n, run.shape.size()});
  const auto read = [&](const Tensor& images) {
    return read_ruler(
        images,
        [&](const Tensor& x) {
          return in_chunks(x, [&](const Tensor& some) { return classifier.probabilities(some); });
        },
        data.train());
  };
  const FeatureRuler features(classifier, all);
  return {told(run),
          told_classifier,
          split,
          read(samples),
          read(real),
          features.measure(samples),
          features.measure(evenly_spread(data.train(), std::min(n, data.train().count())))};
}

std::string distance(const Estimate& estimate) {
  return fmt::format("{:.4g} +- {:.2g}", estimate.value, estimate.standard_error);
}

void add_distance(Json& object, const FeatureDistance& d) {
  object["frechet_distance"] = d.frechet.value;
  object["frechet_distance_standard_error"] = d.frechet.standard_error;
  if (!d.kernel) return;
  object["kernel_distance"] = d.kernel->value;
  object["kernel_distance_standard_error"] = d.kernel->standard_error;
}

}  // namespace

RulerReport hold_against(const SavedRun& run, const SavedRun& classifier_run, int64_t n, Split split) {
  Classifier& classifier = classifier_in(classifier_run);
  check_fits(run, classifier_run);
  return measured(run, classifier, told(classifier_run), n, split);
}

bool draws_digits(const SavedRun& run) {
  return run.options->data.data == "mnist" && dynamic_cast<const Classifier*>(run.model.get()) == nullptr;
}

RulerReport hold_against_digits(const SavedRun& run, int64_t n, Split split) {
  return measured(run, *digit_classifier(), "the program's own classifier of digits", n, split);
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
  table +=
      row("digit-FID", distance(report.samples_distance.frechet), "",
          fmt::format(
              "Frechet distance of features to all real ones; {} of as many training images; compare equal "
              "counts alone",
              distance(report.floor.frechet)));
  if (report.samples_distance.kernel && report.floor.kernel)
    table += row("KID", distance(*report.samples_distance.kernel), "",
                 fmt::format("unbiased; {} of as many training images", distance(*report.floor.kernel)));
  table += "\n";
  for (size_t label = 0; label < samples.called.size(); ++label) {
    table += row(fmt::format("called {}", label), fmt::format("{}", samples.called[label]),
                 fmt::format("{}", real.called[label]));
  }
  return table;
}

std::string ruler_json(const RulerReport& report) {
  Json samples = to_json(report.samples), floor = Json::object();
  add_distance(samples, report.samples_distance);
  add_distance(floor, report.floor);
  const Json object{
      {"run", report.samples_of},
      {"classifier", report.classifier},
      {"split", name_of(kSplits, report.split)},
      {"confident_above", kConfident},
      {"label_entropy_nats_of_all_alike", std::log(static_cast<double>(report.samples.called.size()))},
      {"samples", samples},
      {"real", to_json(report.real)},
      {"training_images", floor}};
  return object.dump();
}

}  // namespace gradzoo
