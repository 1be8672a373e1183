#include "tools/uses/anomaly.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/plain.h"
#include "autograd/tape.h"
#include "base/error.h"
#include "models/eval/digit_ruler.h"
#include "models/pictures/image_pictures.h"
#include "models/run/data.h"
#include "tools/plot/arrange.h"
#include "tools/plot/chart.h"
#include "tools/run/draw_picture.h"

namespace gradzoo {
namespace {

constexpr int64_t kFewest = kImageColumns;  // a row of the picture
constexpr std::string_view kDigit = "digit=";

Tensor test_images(const DatasetOptions& data, Pixels pixels, int64_t n) {
  const Examples test = Dataset(data).split(Split::test);
  if (test.count() < kFewest)
    throw Error("anomaly: {} {} has {} test images. Hint: {} or more are needed", data.data,
                data.subset.told(), test.count(), kFewest);
  return evenly_spread(test, std::min(n, test.count()), pixels);
}

void check_size(const SavedRun& run, const DataShape& other, const std::string& against) {
  if (!other.is_image())
    throw Error("anomaly: {} has points of {} numbers, and {} learned images. Hint: --against noise", against,
                other.size(), run.directory.path());
  if (other.example == run.shape.example) return;
  throw Error("anomaly: {} has images of {}x{}, and {} learned those of {}x{}. Hint: images of one size",
              against, other.height(), other.width(), run.directory.path(), run.shape.height(),
              run.shape.width());
}

// Random bytes, read as the model reads pixels.
Tensor noise_images(const DataShape& shape, Pixels pixels, int64_t n, uint64_t seed) {
  Rng rng(seed, "anomaly/noise");
  Tensor bytes = cast(floor(rand({n, shape.height(), shape.width()}, rng) * 256.0), DType::u8);
  const Examples noise{bytes, {}, arange(n, DType::i64)};
  return read_examples(noise, 0, n, pixels, Rng(seed, "anomaly/pixels")).x;
}

int64_t digit_of(const std::string& against) {
  int64_t label = 0;
  const char *const begin = against.data() + kDigit.size(), *const end = against.data() + against.size();
  const auto [stop, failure] = std::from_chars(begin, end, label);
  if (failure != std::errc() || stop != end)
    throw Error("anomaly: --against {} names no label. Hint: --against digit=9", against);
  return label;
}

AgainstImages against_digit(const SavedRun& run, int64_t label, Pixels pixels, int64_t n) {
  DatasetOptions own = run.options->data, others = own;
  const std::vector<int64_t> learned_labels = own.subset.labels(run.shape.classes);
  others.subset.only = fmt::format("{}", label);
  others.subset.exclude = "none";
  std::string remark;
  if (std::ranges::find(learned_labels, label) != learned_labels.end()) {
    std::string& left_out = own.subset.exclude;
    left_out = left_out == "none" ? fmt::format("{}", label) : fmt::format("{},{}", left_out, label);
    remark = fmt::format(
        "the run has learned images of label {} too, so they are no anomaly to it: --set exclude={} trains "
        "one that has not",
        label, label);
  }
  return {test_images(own, pixels, n), test_images(others, pixels, n), own.told(), others.told(), remark};
}

// What is under the name: the data of a run, or a dataset.
DatasetOptions other_data(const std::string& against) {
  if (is_run(against)) return open_run(against).options->data;
  DatasetOptions data;
  data.data = against;
  return data;
}

}  // namespace

bool is_run(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(RunDirectory(path).config(), error);
}

AgainstImages images_against(const SavedRun& run, const std::string& against, int64_t n, uint64_t seed) {
  const Pixels pixels = run.options->model->pixels();
  if (against.starts_with(kDigit)) return against_digit(run, digit_of(against), pixels, n);
  const DatasetOptions& data = run.options->data;
  if (against == "noise") {
    const Tensor own = test_images(data, pixels, n);
    return {own, noise_images(run.shape, pixels, own.dim(0), seed), data.told(), "uniform noise"};
  }
  const DatasetOptions other = other_data(against);
  check_size(run, shape_of(other), against);
  return {test_images(data, pixels, n), test_images(other, pixels, n), data.told(), other.told()};
}

AnomalyReport judge(Model& model, const AgainstImages& images, uint64_t seed) {
  Rng rng(seed, "anomaly");
  AnomalyScores own = model.anomaly_scores({images.own, rng});
  const AnomalyScores others = model.anomaly_scores({images.others, rng});
  AnomalyReport out{std::move(own.statistic), own.scores, others.scores, auroc(others.scores, own.scores)};
  const RocCurve curve = roc_curve(out.others, out.own);
  for (size_t i = 0; i < curve.false_positives.size() && curve.false_positives[i] <= 0.05; ++i)
    out.caught_at_5 = curve.true_positives[i];
  return out;
}

namespace {

LineChart roc_chart(const AnomalyReport& report) {
  RocCurve curve = roc_curve(report.others, report.own);
  LineChart chart{.title = fmt::format("area {:.4f}", report.area.value),
                  .x_label = "share of the run's own images that are called strange",
                  .y_label = "share of the others that are",
                  .y_low = -0.02,
                  .y_high = 1.02,
                  .width = 640,
                  .height = 560};
  Series chance{.name = "chance", .color = 6};
  for (int i = 0; i <= 50; ++i) chance.x.push_back(i / 50.0), chance.y.push_back(i / 50.0);
  chart.series = {{.name = "by the score", .x = curve.false_positives, .y = curve.true_positives}, chance};
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
                  .x_label = "score: the higher, the stranger",
                  .y_label = "share of the images",
                  .series = {histogram_of(images.told_own, own, low, high),
                             histogram_of(images.told_others, others, low, high)},
                  .y_low = 0,
                  .width = 640,
                  .height = 560};
  for (const Series& series : chart.series)
    chart.y_high = std::max(chart.y_high.value_or(0), 1.05 * *std::ranges::max_element(series.y));
  return chart;
}

Tensor ten_of(const Tensor& images, const Tensor& scores, bool highest) {
  return index_select(images, 0, argsort(scores, 0, highest).rows(0, kImageColumns));
}

}  // namespace

Image anomaly_picture(const AnomalyReport& report, const AgainstImages& images, const DataShape& shape) {
  const NoGrad quiet;
  const std::array<Tensor, 2> wrong = {ten_of(images.own, report.own, true),
                                       ten_of(images.others, report.others, false)};
  const Picture strip{"anomaly", "The images that were most wrongly judged.",
                      rows_by_turns(wrong, {"own, strangest", "others, likeliest"}, shape)};
  return stacked(side_by_side(draw_chart(roc_chart(report)), draw_chart(histogram_chart(report, images))),
                 draw_picture(strip));
}

}  // namespace gradzoo
