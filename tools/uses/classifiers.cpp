#include "tools/uses/classifiers.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "models/classifier/digits.h"
#include "tools/run/run_report.h"
#include "tools/run/training.h"

namespace gradzoo {
namespace {

constexpr const char* kDigits = "mnist";
constexpr const char* kTrained = "fashion";

SampleClassifier functions_of(std::string name, const std::shared_ptr<Classifier>& classifier) {
  return {std::move(name), [classifier](const Tensor& x) { return classifier->features(x); },
          [classifier](const Tensor& f) { return classifier->probabilities_of(f); }};
}

// A run and the classifier in it, alive as long as the functions are.
SampleClassifier classifier_in(std::unique_ptr<OpenedRun> run) {
  auto* classifier = dynamic_cast<Classifier*>(run->model.get());
  if (classifier == nullptr)
    throw Error("eval: {} is a {}, not a classifier. Hint: gradzoo train classifier, and its run here",
                run->path(), run->model_name());
  std::string name = run->description();
  return functions_of(std::move(name),
                      std::shared_ptr<Classifier>(std::shared_ptr<OpenedRun>(std::move(run)), classifier));
}

// Trains it, or goes on where an earlier attempt was stopped.
void train_into(const std::filesystem::path& folder, std::FILE* progress) {
  if (progress != nullptr)
    fmt::print(progress,
               "these samples are measured by a classifier of {}, which is trained once, in some minutes, "
               "and kept in {}\n",
               kTrained, folder.string());
  std::filesystem::create_directories(folder.parent_path());
  const bool begun = std::filesystem::exists(folder);
  TrainRequest request{.out = folder.string(), .resume = begun, .progress = progress};
  if (!begun) {
    request.model = "classifier";
    request.assignments = {fmt::format("data={}", kTrained)};
  }
  if (!train_run(request).finished)
    throw Error(
        "the classifier that measures these samples is not trained yet. Hint: the same command goes "
        "on with it");
}

}  // namespace

std::filesystem::path cache_folder() {
  const auto named = [](const char* variable) {
    const char* value = std::getenv(variable);
    return std::filesystem::path(value != nullptr ? value : "");
  };
  if (const auto cache = named("XDG_CACHE_HOME"); cache.is_absolute()) return cache / "gradzoo";
  if (const auto home = named("HOME"); home.is_absolute()) return home / ".cache" / "gradzoo";
  throw Error(
      "there is no place to keep the classifier that measures these samples. Hint: set HOME or "
      "XDG_CACHE_HOME");
}

bool has_own_classifier(const DatasetOptions& data) { return data.data == kDigits || data.data == kTrained; }

std::optional<SampleClassifier> own_classifier(const DatasetOptions& data, bool may_train,
                                               std::FILE* progress) {
  if (data.data == kDigits) return functions_of("the program's own classifier of digits", digit_classifier());
  if (data.data != kTrained) return std::nullopt;
  const std::filesystem::path folder = cache_folder() / "fashion-classifier";
  const bool finished = finished_report_step(RunDirectory(folder.string())).has_value();
  if (!finished && !may_train) return std::nullopt;
  if (!finished) train_into(folder, progress);
  return classifier_in(std::make_unique<OpenedRun>(folder.string()));
}

SampleClassifier classifier_of(std::unique_ptr<OpenedRun> classifier, const OpenedRun& run) {
  const OpenedRun& other = *classifier;
  const std::string path = other.path(), data = other.options->data.data;
  const DataShape theirs = other.shape;
  SampleClassifier out = classifier_in(std::move(classifier));
  const std::string hint = fmt::format(
      "Hint: a classifier of the same data: gradzoo train classifier --data {}", run.options->data.data);
  if (!run.shape.is_image())
    throw Error(
        "eval: {} draws points of {} numbers, and a classifier measures images. Hint: gradzoo eval {} "
        "compares points with the truth",
        run.path(), run.shape.size(), run.path());
  if (run.shape.example != theirs.example)
    throw Error("eval: {} draws images of {}x{}, and {} knows those of {}x{}. {}", run.path(),
                run.shape.height(), run.shape.width(), path, theirs.height(), theirs.width(), hint);
  if (run.options->data.data != data || run.shape.classes != theirs.classes)
    throw Error("eval: {} learned {}, of {} classes, and {} knows {}, of {}. {}", run.path(),
                run.options->data.data, run.shape.classes, path, data, theirs.classes, hint);
  return out;
}

}  // namespace gradzoo
