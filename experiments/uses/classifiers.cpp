#include "gradzoo/experiments/uses/classifiers.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "experiments/run_report.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/experiments/training.h"
#include "models/classifier/digits.h"

namespace gradzoo {
namespace {

constexpr const char* kDigits = "mnist";
constexpr const char* kFashion = "fashion";

// True if these are the unchanged images of that dataset.
bool is_known(const std::string& name, const DatasetOptions& options, const DataShape& shape) {
  const auto known = std::ranges::find(known_datasets(), name, &DatasetInfo::name);
  return options.data == name && known != known_datasets().end() && known->example == shape.example;
}

SampleClassifier functions_of(std::string name, std::string frechet_name,
                              const std::shared_ptr<Classifier>& classifier) {
  return {std::move(name), [classifier](const Tensor& x) { return classifier->features(x); },
          [classifier](const Tensor& f) { return classifier->probabilities_of(f); }, std::move(frechet_name)};
}

// A run and the classifier in it, alive as long as the functions are.
SampleClassifier classifier_in(std::unique_ptr<OpenedRun> run) {
  auto* classifier = dynamic_cast<Classifier*>(run->model.get());
  if (classifier == nullptr)
    throw Error("eval: {} is a run of {}, not of a classifier. Hint: give a run of gradzoo train classifier",
                run->path(), run->model_name());
  std::string name = run->description(), frechet = frechet_name_of(run->options->data.data);
  return functions_of(std::move(name), std::move(frechet),
                      std::shared_ptr<Classifier>(std::shared_ptr<OpenedRun>(std::move(run)), classifier));
}

// The settings of the same images without their subset; a path is made absolute.
std::vector<std::string> same_images(DatasetOptions data) {
  data.subset = {};
  if (std::ranges::find(known_datasets(), data.data, &DatasetInfo::name) == known_datasets().end())
    data.data = std::filesystem::absolute(data.data).string();
  OptionTable chosen, defaults;
  DatasetOptions unchanged;
  data.describe(chosen);
  unchanged.describe(defaults);
  std::vector<std::string> out;
  for (const Option& option : chosen.all())
    if (option.text() != defaults.find(option.key).text())
      out.push_back(fmt::format("{}={}", option.key, option.text()));
  return out;
}

// Of a small set sixteen passes, the default, are too few steps.
int64_t epochs_for(int64_t examples) {
  constexpr int64_t kFewest = 16, kMost = 40, kBatch = 128, kSteps = 600;
  return std::clamp(kSteps * kBatch / std::max<int64_t>(1, examples), kFewest, kMost);
}

// Trains it, or goes on where an earlier attempt was stopped.
void train_into(const std::filesystem::path& folder, const DatasetOptions& data, int64_t examples,
                std::FILE* progress, Processes& processes) {
  if (progress != nullptr)
    fmt::print(
        progress,
        "a classifier of {} measures these samples; it is trained once, in some minutes, and stored in {}\n",
        printable(data.data), printable(folder.string()));
  std::filesystem::create_directories(folder.parent_path());
  const bool begun = std::filesystem::exists(folder);
  TrainRequest request{.out = folder.string(), .resume = begun, .progress = progress, .processes = processes};
  if (!begun) {
    request.model = "classifier";
    request.assignments = same_images(data);
    request.assignments.push_back(fmt::format("epochs={}", epochs_for(examples)));
  }
  if (!train_run(request).finished)
    throw Error("the classifier of these samples is not trained yet. Hint: repeat the command to continue");
}

}  // namespace

std::string frechet_name_of(const std::string& data) { return data == kDigits ? "digit-FID" : "class-FID"; }

std::string lacks_classifier(const DataShape& shape) {
  if (!shape.kind().pixels) return fmt::format("has {}, which no classifier measures", shape.kind().word);
  if (shape.classes == 0) return "has images without labels";
  return shape.classes < 2 ? "has images of only one class" : "";
}

SampleClassifier digits_classifier() {
  return functions_of("the program's classifier of digits", frechet_name_of(kDigits), digit_classifier());
}

std::optional<SampleClassifier> own_classifier(const DatasetOptions& options, const RunData& data,
                                               bool may_train, std::FILE* progress, Processes& processes) {
  if (is_known(kDigits, options, data.shape())) return digits_classifier();
  if (!lacks_classifier(data.shape()).empty()) return std::nullopt;
  const std::filesystem::path cache = user_cache_folder();
  if (cache.empty() && !may_train) return std::nullopt;
  if (cache.empty())
    throw Error("the classifier of these samples has no cache folder. Hint: set HOME or XDG_CACHE_HOME");
  const std::string name = is_known(kFashion, options, data.shape())
                               ? "fashion-classifier"
                               : fmt::format("classifier-{:.16}", data.sha256());
  const std::filesystem::path folder = cache / name;
  const bool finished = finished_report_step(RunDirectory(folder.string())).has_value();
  if (!finished && !may_train) return std::nullopt;
  if (!finished) train_into(folder, options, data.train().count(), progress, processes);
  return classifier_in(std::make_unique<OpenedRun>(folder.string(), std::nullopt, 0, processes));
}

SampleClassifier classifier_of(std::unique_ptr<OpenedRun> classifier, const OpenedRun& run) {
  const OpenedRun& other = *classifier;
  const std::string path = other.path(), data = other.options->data.data;
  const DataShape theirs = other.shape;
  SampleClassifier out = classifier_in(std::move(classifier));
  const std::string hint =
      lacks_classifier(run.shape).empty()
          ? fmt::format("Hint: train a classifier of the same data: gradzoo train classifier --data {}",
                        run.options->data.data)
          : "Hint: remove --classifier";
  if (run.shape.example != theirs.example)
    throw Error("eval: {} draws {}, but {} classifies {}. {}", run.path(),
                run.shape.kind().size(run.shape.example), path, theirs.kind().size(theirs.example), hint);
  if (run.options->data.data != data || run.shape.classes != theirs.classes)
    throw Error("eval: {} learned {} with {} classes, but {} classifies {} with {} classes. {}", run.path(),
                run.options->data.data, run.shape.classes, path, data, theirs.classes, hint);
  return out;
}

}  // namespace gradzoo
