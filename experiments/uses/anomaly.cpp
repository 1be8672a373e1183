#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/plot/chart.h"

namespace gradzoo {
namespace {

/// The others, and what is to be known of them.
struct AgainstImages {
  Tensor own, others;  // (n, pixels), (m, pixels): images of the run's kind and others, as training sees them
  std::string name_of_own, name_of_others;  // "mnist", "uniform noise"
  std::string remark = "";                  // what limits the reading; "" for nothing
};

/// How well the run's model separates them.
struct AnomalyReport {
  std::string statistic;   // what a score is
  Tensor own, others;      // (n), (m) scores: the higher, the less expected
  Estimate area;           // auroc(others, own)
  double caught_at_5 = 0;  // share of the others above the score that 5 % of the own lie above
};

constexpr int64_t kFewest = 2;                                    // that have a spread
constexpr std::string_view kLabel = "label=", kDigit = "digit=";  // the second of digits

Tensor test_images(const DatasetOptions& data, Pixels pixels, int64_t n) {
  const Examples test = Dataset(data).split(Split::test);
  if (test.count() < kFewest)
    throw Error("anomaly: {} {} has {} test images. Hint: choose data with at least {} test images",
                data.data, data.subset.description(), test.count(), kFewest);
  return evenly_spread(test, std::min(n, test.count()), pixels);
}

void check_size(const OpenedRun& run, const DataShape& other, const std::string& against) {
  const std::string has = other.kind().size(other.example);
  if (!other.is_grid())
    throw Error("anomaly: {} has {}, but {} learned images. Hint: use --against noise", against, has,
                run.path());
  if (other.example == run.shape.example) return;
  throw Error("anomaly: {} has {}, but {} learned images of {}. Hint: give images of the same size", against,
              has, run.path(), fmt::join(run.shape.example, "x"));
}

// Random bytes, read as the model reads pixels.
Tensor noise_images(const DataShape& shape, Pixels pixels, int64_t n, uint64_t seed) {
  Rng rng(seed, "anomaly/noise");
  Tensor bytes = cast(floor(rand(shape.example.insert(0, n), rng) * 256.0), DType::u8);
  const Examples noise{bytes, {}, arange(n, DType::i64)};
  return read_examples(noise, 0, n, pixels, Rng(seed, "anomaly/pixels")).x;
}

int64_t label_of(const std::string& against) {
  if (const auto label = parse_number<int64_t>(against.substr(against.find('=') + 1))) return *label;
  throw Error("anomaly: --against {} does not name a label. Hint: write --against label=9", against);
}

AgainstImages against_label(const OpenedRun& run, int64_t label, Pixels pixels, int64_t n) {
  if (run.shape.classes == 0)
    throw Error("anomaly: {} has images without labels. Hint: use --against noise, or other images",
                run.options->data.data);
  DatasetOptions own = run.options->data, others = own;
  const std::vector<int64_t> learned_labels = own.subset.labels(run.shape.classes);
  others.subset.only = fmt::format("{}", label);
  others.subset.exclude = "none";
  std::string remark;
  if (std::ranges::find(learned_labels, label) != learned_labels.end()) {
    std::string& left_out = own.subset.exclude;
    left_out = left_out == "none" ? fmt::format("{}", label) : fmt::format("{},{}", left_out, label);
    remark = fmt::format(
        "the run learned images of label {} too, so they are not anomalies for it; train another run with "
        "--set exclude={}",
        label, label);
  }
  return {test_images(own, pixels, n), test_images(others, pixels, n), own.description(),
          others.description(), remark};
}

/// At most n test images of both sets; `against` is noise, label=9, a dataset, or the run `other_run`.
AgainstImages images_against(const OpenedRun& run, const std::string& against, const OpenedRun* other_run,
                             int64_t n, uint64_t seed) {
  const Pixels pixels = run.options->model->pixels();
  if (against.starts_with(kLabel) || against.starts_with(kDigit))
    return against_label(run, label_of(against), pixels, n);
  const DatasetOptions& data = run.options->data;
  if (against == "noise") {
    const Tensor own = test_images(data, pixels, n);
    return {own, noise_images(run.shape, pixels, own.dim(0), seed), data.description(), "uniform noise"};
  }
  DatasetOptions other;
  other.data = against;
  if (other_run != nullptr) other = other_run->options->data;
  check_size(run, shape_of(other), against);
  return {test_images(data, pixels, n), test_images(other, pixels, n), data.description(),
          other.description()};
}

AnomalyReport judge(Model& model, const AgainstImages& images, uint64_t seed, const ShareDone& done) {
  Rng rng(seed, "anomaly");
  AnomalyScores own = model.abilities().anomaly({images.own, rng, [&](double share) { done(share / 2); }});
  const AnomalyScores others =
      model.abilities().anomaly({images.others, rng, [&](double share) { done(0.5 + share / 2); }});
  return {std::move(own.statistic), own.scores, others.scores, auroc(others.scores, own.scores),
          true_positives_at(roc_curve(others.scores, own.scores), 0.05)};
}

LineChart roc_chart(const AnomalyReport& report) {
  RocCurve curve = roc_curve(report.others, report.own);
  LineChart chart{.title = fmt::format("area {:.4f}", report.area.value),
                  .x_label = "false positives: fraction of the run's own images",
                  .y_label = "true positives: fraction of the other images",
                  .y_low = -0.02,
                  .y_high = 1.02,
                  .width = 520,
                  .height = 440};
  Series chance{.name = "chance", .color = 6};
  for (int i = 0; i <= 50; ++i) chance.x.push_back(i / 50.0), chance.y.push_back(i / 50.0);
  chart.series = {{.name = "score", .x = curve.false_positives, .y = curve.true_positives}, chance};
  return chart;
}

double quantile(std::vector<double> values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<size_t>(at)];
}

// Shares in equal bins, as the outline of bars; what lies outside is in the outermost.
Series histogram_of(const std::string& name, const std::vector<double>& values, double low, double high) {
  constexpr int kBins = 60;
  std::vector<double> shares(kBins);
  for (const double value : values) {
    const double place = (value - low) / (high - low) * kBins;
    shares[static_cast<size_t>(std::clamp(place, 0.0, kBins - 1.0))] +=
        1.0 / static_cast<double>(values.size());
  }
  Series out{.name = name};
  for (int i = 0; i < kBins; ++i)
    for (const int side : {0, 1}) {
      out.x.push_back(low + (high - low) * (i + side) / kBins);
      out.y.push_back(shares[static_cast<size_t>(i)]);
    }
  return out;
}

LineChart histogram_chart(const AnomalyReport& report, const AgainstImages& images) {
  const std::vector<double> own = report.own.to_vector(), others = report.others.to_vector();
  constexpr double kTail = 0.005;
  const double low = std::min(quantile(own, kTail), quantile(others, kTail));
  double high = std::max(quantile(own, 1 - kTail), quantile(others, 1 - kTail));
  if (!(high > low)) high = low + 1;
  LineChart chart{.title = "scores",
                  .x_label = "score (higher: less expected)",
                  .y_label = "fraction of the images",
                  .series = {histogram_of(images.name_of_own, own, low, high),
                             histogram_of(images.name_of_others, others, low, high)},
                  .y_low = 0,
                  .width = 520,
                  .height = 440};
  for (const Series& series : chart.series)
    chart.y_high = std::max(chart.y_high.value_or(0), 1.05 * *std::ranges::max_element(series.y));
  return chart;
}

Tensor some_of(const Tensor& images, const Tensor& scores, bool highest, int64_t n) {
  return index_select(images, 0, argsort(scores, 0, highest).rows(0, n));
}

Drawing worst_mistakes(const AnomalyReport& report, const AgainstImages& images, const DataShape& shape) {
  const NoGrad quiet;
  const int64_t n = std::min({kImageColumns, images.own.dim(0), images.others.dim(0)});
  const std::array<Tensor, 2> wrong = {some_of(images.own, report.own, true, n),
                                       some_of(images.others, report.others, false, n)};
  return draw_picture({"anomaly", "", rows_by_turns(wrong, {"own, strangest", "others, likeliest"}, shape)});
}

// "fashion", "label9", or the last part of a path.
std::string file_word(const std::string& against) {
  std::string word = std::filesystem::path(against).lexically_normal().filename().string();
  std::erase(word, '=');
  return word.empty() ? "others" : word;
}

struct Judged {
  AgainstImages images;
  AnomalyReport report;
};

Judged judged_by(const OpenedRun& run, const std::string& against, const OpenedRun* other,
                 const UseCall& call) {
  AgainstImages images = images_against(run, against, other, call.n, call.seed);
  Countdown countdown(call.progress, "anomaly");
  AnomalyReport report = judge(*run.model, images, call.seed, [&](double share) { countdown.done(share); });
  return {std::move(images), std::move(report)};
}

// The result of one way round: text, numbers, and their JSON.
void tell(UseResult& out, const OpenedRun& run, const Judged& judged) {
  const auto& [images, report] = judged;
  out.text = fmt::format("{}: {} test images of {}, compared with {} of {}\n  score: {}\n",
                         printable(run.path()), images.own.dim(0), printable(images.name_of_own),
                         images.others.dim(0), printable(images.name_of_others), report.statistic);
  const bool below = report.area.value < 0.5;
  out.numbers = {
      {"auroc", report.area.value, report.area.standard_error, "",
       below ? "area under the ROC curve, below chance: the other images are more expected than its own"
             : "area under the ROC curve; 0.5 is chance"},
      {"caught_at_5_percent", report.caught_at_5, NAN, "",
       "fraction of the others detected at 5 % false positives"}};
  if (!images.remark.empty()) out.remarks = "note: " + images.remark + "\n";
  out.details = {{"own", images.name_of_own},       {"own_images", images.own.dim(0)},
                 {"others", images.name_of_others}, {"other_images", images.others.dim(0)},
                 {"statistic", report.statistic},   {"remark", images.remark}};
}

struct Anomaly {
  std::string against;

  void describe(OptionTable& table) {
    table.add("against", against,
              "the other images: noise (uniform bytes), label=9 (best with a run trained with --set "
              "exclude=9), fashion or another dataset, a folder of IDX files, or a run on such images; then "
              "that run's model also judges the images of RUN");
  }

  UseResult run(UseCall& call) const {
    if (against.empty())
      throw Error("anomaly: --against is missing. Hint: add --against noise, fashion, label=9 or a folder");
    const OpenedRun& run = call.run();
    const std::unique_ptr<OpenedRun> other = is_run(against) ? call.open(against) : nullptr;
    const Judged judged = judged_by(run, against, other.get(), call);
    UseResult out;
    tell(out, run, judged);
    out.words = file_word(against);
    out.picture = worst_mistakes(judged.report, judged.images, run.shape);
    out.charts =
        side_by_side(std::array{roc_chart(judged.report), histogram_chart(judged.report, judged.images)});
    out.details["other_way_round"] = nullptr;
    if (!other) return out;
    UseResult reverse;
    tell(reverse, *other, judged_by(*other, run.path(), &run, call));
    nlohmann::ordered_json& json = out.details["other_way_round"] = reverse.details;
    json["run"] = other->path();
    json["step"] = other->step;
    add_numbers(json, reverse.numbers);
    out.remarks += "the other way round\n" + reverse.text + number_lines(reverse.numbers) + reverse.remarks;
    return out;
  }
};

std::string lacks_judgement(const Abilities& abilities, const DataShape&) {
  return abilities.anomaly ? "" : lacks_target(abilities, "judge");
}

}  // namespace

Use anomaly_use() {
  return use_of<Anomaly>(
      {.name = "anomaly",
       .summary = "measure how well a run separates its kind of images from others",
       .description = "Measures how well a run's model separates test images of the kind that it learned "
                      "from other images, with an energy, a score, a velocity or a bound. The result is the "
                      "area under the receiver operating characteristic (AUROC).",
       .examples = {{"gradzoo anomaly zoo/ebm --against noise", "how well it separates digits from noise"}},
       .count = {"number of test images of each kind", 1000, 2, 10'000},
       .file_meaning =
           "picture of the worst mistakes; x.svg next to it has the ROC curve and both histograms",
       .of_images = "draws {}, and this command judges images",
       .missing = lacks_judgement});
}

}  // namespace gradzoo
