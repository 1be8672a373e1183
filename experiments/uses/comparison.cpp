#include "experiments/uses/comparison.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/repeat_command.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/pictures/image_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kDrawn = 100;

}  // namespace

void check_comparable(const std::string& use, const std::vector<std::unique_ptr<OpenedRun>>& runs) {
  for (const auto& run : runs) {
    const std::string &first = runs[0]->options->data.data, &other = run->options->data.data;
    const bool same_toy = run->options->data.toy_scale == runs[0]->options->data.toy_scale &&
                          run->options->data.toy_noise == runs[0]->options->data.toy_noise;
    const std::string chosen = run->options->data.chosen(), of_first = runs[0]->options->data.chosen();
    if (first == other && chosen != of_first)
      throw Error(
          "{}: {} learned {} {}, but {} learned {}, and results on different data are not comparable. Hint: "
          "give runs of the same images",
          use, runs[0]->path(), first, of_first.empty() ? "without changes" : of_first, run->path(),
          chosen.empty() ? "without changes" : chosen);
    if (first == other && same_toy) continue;
    throw Error(
        "{}: {} learned {}, but {} learned {}{}, and results on different data are not comparable. Hint: "
        "give runs of the same data",
        use, runs[0]->path(), first, run->path(), other,
        first == other ? " with another scale or noise" : "");
  }
}

namespace {

void check_strip(const OpenedRun& run, const std::string& classifier) {
  if (const std::string lacks = lacks_classifier(run.shape); classifier.empty() && !lacks.empty())
    throw Error("compare: a strip needs a classifier, but {} {}. Hint: remove --strip",
                run.options->data.data, lacks);
}

double seconds_to_train(const RunDirectory& directory) {
  if (directory.is_weights_alone()) return NAN;
  const auto rows = read_metrics(directory.metrics());
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (const auto found = row->find("seconds"); found != row->end()) return found->second;
  }
  return NAN;
}

double seconds_to_draw(const OpenedRun& run) {
  Rng rng = run.sample_stream();
  const double begun = steady_seconds();
  static_cast<void>(run.samples(kDrawn, rng));
  return steady_seconds() - begun;
}

// For images the quick numbers are tried first, then slow ones: integrals along flows, annealing.
void add_density(ComparedRun& out, const OpenedRun& run, const DataView& view, std::FILE* progress) {
  const auto look_in = [&](const Quantities& quantities) {
    for (const Quantity& quantity : quantities) {
      if (!quantity.density_kind.empty()) out.density = quantity;
    }
  };
  const bool quick = !run.shape.kind().pixels;
  look_in(quick ? run.model->evaluate(view) : run.model->validate(view));
  if (!out.density && !quick) {
    Countdown countdown(progress, "compare");
    look_in(run.model->evaluate_at_length(view, [&](double share) { countdown.done(share); }));
  }
  if (!out.density) out.why_no_density = run.options->entry().why_no_density;
}

void add_quality(ComparedRun& out, OpenedRun& run, const std::string& classifier_path, const UseCall& call) {
  std::optional<SampleClassifier> classifier;
  if (!classifier_path.empty())
    classifier = classifier_of(call.open(classifier_path), run);
  else
    classifier = own_classifier(run.options->data, run.data(), true, call.progress, run.processes());
  if (!classifier) {
    out.why_no_quality = fmt::format("no classifier can measure it: {} {}", run.options->data.data,
                                     lacks_classifier(run.shape));
    return;
  }
  const SampleMetrics metrics = metrics_of(run, std::move(*classifier), Split::test);
  out.quality = quality_of(run, metrics, samples_to_measure(run, Split::test, call.n));
  out.binary = is_binary(metrics.pixels());
}

ComparedRun measured(OpenedRun& run, const std::string& classifier, const UseCall& call) {
  const Examples test = run.data().evaluation_examples(Split::test);
  const DataView view = run.data().view(test);
  ComparedRun out{.run = run.path(), .model = run.model_name(), .data = run.data().name()};
  out.seconds_to_draw = seconds_to_draw(run);
  out.parameters = run.model->parameter_count();
  out.seconds_to_train = seconds_to_train(run.directory);
  add_density(out, run, view, call.progress);
  add_quality(out, run, classifier, call);
  Rng rng = run.sample_stream();
  out.grid = draw_picture(run.model->snapshot(view, rng));
  out.shape = run.shape;
  out.command = repeat_command(*run.options, run.data().shape());
  run.release_data();
  return out;
}

// Two runs of one model have its name and theirs.
void name_rows(std::vector<ComparedRun>& runs) {
  for (ComparedRun& run : runs) {
    const bool alone = std::ranges::count(runs, run.model, &ComparedRun::model) == 1;
    const std::string path = std::filesystem::path(run.run).lexically_normal().filename().string();
    run.caption = alone ? run.model : printable(path.empty() ? run.run : path);
  }
}

struct Compare {
  std::string classifier, strip, markdown, html;

  void describe(OptionTable& table) {
    table.add("classifier", classifier,
              "run of a classifier that measures the images (default: the program's for MNIST, otherwise one "
              "that is trained once on these images' labels)");
    table.add("html", html, "x.html: page with the samples of each run (default: RUN/samples/compare.html)");
    table.add("markdown", markdown,
              "x.md: Markdown table; a picture per run with a row of its samples is written next to it");
    table.add("strip", strip,
              "x.png: one row per run, with the first sample that is certainly of each class");
  }

  UseResult run(UseCall& call) const {
    check_comparable("compare", call.runs);
    if (!strip.empty()) check_strip(*call.runs.front(), classifier);
    if (!classifier.empty()) static_cast<void>(classifier_of(call.open(classifier), call.run()));
    std::vector<ComparedRun> runs;
    UseResult out;
    for (size_t i = 0; i < call.runs.size(); ++i) {
      const std::unique_ptr<OpenedRun>& run = call.runs[i];
      if (call.progress != nullptr)
        fmt::print(call.progress, "measuring {} ({} of {})\n", printable(run->path()), i + 1,
                   call.runs.size());
      try {
        runs.push_back(measured(*run, classifier, call));
      } catch (const Error& error) {
        if (out.failure.empty())
          out.failure = fmt::format("compare: {}: {}", printable(run->path()), error.what());
      }
    }
    if (runs.empty()) throw Error(out.failure);
    name_rows(runs);
    out.details = comparison_json(runs);
    call.print(comparison_table(runs));  // the page may fail, and this took minutes
    const std::string page = !html.empty() ? html : call.runs.front()->directory.result("compare.html");
    write_comparison(page, runs);
    if (!markdown.empty()) write_comparison_markdown(markdown, runs);
    if (all_measured(runs)) out.picture = draw_picture(strip_of(runs));
    if (!strip.empty()) write_drawing(strip, *out.picture);
    out.remarks = fmt::format("page: {}\n", printable(page));
    return out;
  }
};

std::string lacks_samples_to_compare(const Abilities& abilities, const DataShape&) {
  return abilities.samples ? "" : "draws no samples";
}

}  // namespace

bool all_measured(const std::vector<ComparedRun>& runs) {
  return std::ranges::all_of(runs, [](const ComparedRun& run) { return run.quality.has_value(); });
}

Picture strip_of(const std::vector<ComparedRun>& runs) {
  ImageGrid grid;
  Tensors rows;
  for (const ComparedRun& run : runs) {
    rows.push_back(as_examples(run.quality->one_each, run.shape));
    grid.row_captions.push_back(run.caption.empty() ? run.model : run.caption);
  }
  grid.columns = rows.front().dim(0);
  grid.pixels = concat(rows, 0);
  return {"strip",
          "One row per run: the first sample that the classifier is sure about, per class; black if none.",
          std::move(grid)};
}

Use compare_use() {
  return use_of<Compare>(
      {.name = "compare",
       .summary = "compare runs of different models on the same data",
       .description = "Compares runs of different models on the same data, on the test set, with the numbers "
                      "that each model has. A page shows their samples.",
       .examples = {{"gradzoo compare zoo/vae zoo/ddpm",
                     "likelihoods, digit-FID and a row of samples per run"}},
       .names = UseNames::runs,
       .names_meaning = "run directories",
       .count = {"number of samples that a classifier measures", 1000, 2, 10'000},
       .seed_meaning = "seed of the samples",
       .file_meaning = "one row of samples per run, if a classifier measures them",
       .writes = {{.name = "html", .what = "a page", .endings = {".html", ".htm", ""}},
                  {.name = "markdown", .what = "a page of Markdown", .endings = {".md", ""}},
                  {.name = "strip", .what = "a picture", .endings = {".png"}}},
       .missing = lacks_samples_to_compare});
}

}  // namespace gradzoo
