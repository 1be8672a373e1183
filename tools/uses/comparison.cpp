#include "tools/uses/comparison.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "base/error.h"
#include "base/text.h"
#include "models/pictures/image_pictures.h"
#include "tools/run/draw_picture.h"
#include "tools/run/metrics_log.h"
#include "tools/run/repeat_command.h"
#include "tools/run/saved_run.h"

namespace gradzoo {
namespace {

constexpr int64_t kDrawn = 100;

void check_comparable(const std::vector<std::unique_ptr<SavedRun>>& runs) {
  for (const auto& run : runs) {
    if (!run->model->abilities().samples)
      throw Error("compare: {} is a {}, which draws no samples. Hint: leave it away, or --classifier {}",
                  run->directory.path(), run->model_name(), run->directory.path());
    const std::string &first = runs[0]->options->data.data, &other = run->options->data.data;
    const bool same_toy = run->options->data.toy_scale == runs[0]->options->data.toy_scale &&
                          run->options->data.toy_noise == runs[0]->options->data.toy_noise;
    const std::string chosen = run->options->data.subset.told(),
                      of_first = runs[0]->options->data.subset.told();
    if (first == other && chosen != of_first)
      throw Error(
          "compare: {} learned {} {} and {} {}, and numbers of different data say nothing of each other. "
          "Hint: runs of the same images",
          runs[0]->directory.path(), first, of_first.empty() ? "as it is" : of_first, run->directory.path(),
          chosen.empty() ? "as it is" : chosen);
    if (first == other && (same_toy || run->shape.is_image())) continue;
    throw Error(
        "compare: {} learned {} and {} {}{}, and numbers of different data say nothing of each other. Hint: "
        "runs of the same data",
        runs[0]->directory.path(), first, run->directory.path(), other,
        first == other ? " of another scale or noise" : "");
  }
}

void check_strip(const SavedRun& run, const CompareRequest& request) {
  if (!request.strip) return;
  if (!run.shape.is_image())
    throw Error("compare: {} learned points, of which there is no strip. Hint: leave --strip away",
                run.directory.path());
  if (request.classifier.empty() && !has_own_classifier(run.options->data))
    throw Error("compare: a strip is made by a classifier, and {} has none. Hint: --classifier RUN2",
                run.options->data.data);
}

double seconds_to_train(const RunDirectory& directory) {
  const auto rows = read_metrics(directory.metrics());
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (const auto found = row->find("seconds"); found != row->end()) return found->second;
  }
  return NAN;
}

double seconds_to_draw(SavedRun& run) {
  Rng rng(run.seed(), "samples");
  const auto begun = std::chrono::steady_clock::now();
  static_cast<void>(run.model->sample({kDrawn, rng}));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// Of points everything is quick; of images a validation's numbers on the test set, and where none of them is
// a likelihood what takes longer: an integral along a flow, a sum by annealing.
void add_density(ComparedRun& out, SavedRun& run, const DataView& view) {
  const auto look_in = [&](const Quantities& quantities) {
    for (const Quantity& quantity : quantities) {
      if (!quantity.density_kind.empty()) out.density = quantity;
    }
  };
  look_in(run.shape.is_image() ? run.model->validate(view) : run.model->evaluate(view));
  if (!out.density && run.shape.is_image()) look_in(run.model->evaluate_at_length(view));
  if (!out.density) out.why_no_density = run.options->entry().why_no_density;
}

void add_ruler(ComparedRun& out, const SavedRun& run, const RunData& data, const CompareRequest& request,
               std::FILE* progress) {
  if (!run.shape.is_image()) {
    out.why_no_ruler = "no classifier measures points";
    return;
  }
  std::optional<RulerClassifier> classifier;
  if (!request.classifier.empty())
    classifier = classifier_of(std::make_unique<SavedRun>(open_run(request.classifier)), run);
  else
    classifier = own_classifier(run.options->data, true, progress);
  if (!classifier) {
    out.why_no_ruler = "these data have no classifier of their own: --classifier RUN2";
    return;
  }
  const Ruler ruler(std::move(*classifier), data.evaluation_examples(Split::test), data.train(),
                    run.options->model->pixels());
  out.ruler = ruler.measure_samples(run, request.samples);
  out.binary = ruler.is_binary();
}

ComparedRun measured(SavedRun& run, const CompareRequest& request, std::FILE* progress) {
  const RunData data(run.options->data, run.options->training);
  const Examples test = data.evaluation_examples(Split::test);
  const DataView view = data.view(test);
  ComparedRun out{.run = run.directory.path(), .model = run.model_name(), .data = data.name()};
  out.seconds_to_draw = seconds_to_draw(run);
  out.parameters = run.model->parameter_count();
  out.seconds_to_train = seconds_to_train(run.directory);
  add_density(out, run, view);
  add_ruler(out, run, data, request, progress);
  Rng rng(run.seed(), "samples");
  out.grid = draw_picture(run.model->snapshot(view, rng));
  out.shape = run.shape;
  out.command = repeat_command(*run.options, run.shape);
  return out;
}

}  // namespace

std::vector<ComparedRun> compare_runs(const CompareRequest& request, std::FILE* progress) {
  std::vector<std::unique_ptr<SavedRun>> runs;
  for (const std::string& path : request.runs) runs.push_back(std::make_unique<SavedRun>(open_run(path)));
  if (runs.empty()) throw Error("compare: no run is given. Hint: gradzoo compare runs/vae-1 runs/gan-1");
  check_comparable(runs);
  check_strip(*runs.front(), request);
  std::vector<ComparedRun> out;
  for (const auto& run : runs) {
    if (progress != nullptr)
      fmt::print(progress, "measuring {} ({} of {})\n", printable(run->directory.path()), out.size() + 1,
                 runs.size());
    out.push_back(measured(*run, request, progress));
  }
  return out;
}

bool all_have_ruler(const std::vector<ComparedRun>& runs) {
  return std::ranges::all_of(runs, [](const ComparedRun& run) { return run.ruler.has_value(); });
}

Picture strip_of(const std::vector<ComparedRun>& runs) {
  ImageGrid grid;
  Tensors rows;
  for (const ComparedRun& run : runs) {
    rows.push_back(as_images(run.ruler->one_each, run.shape));
    grid.row_captions.push_back(run.model);
  }
  grid.columns = rows.front().dim(0);
  grid.pixels = concat(rows, 0);
  return {"strip",
          "A row a run: of its samples the first that the classifier calls each class for sure; black where "
          "none is.",
          std::move(grid)};
}

}  // namespace gradzoo
