#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "experiments/uses/own_examples.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/plot/chart.h"
#include "models/pictures/unit_pictures.h"

namespace gradzoo {
namespace {

struct Likelihoods {
  std::string meaning;
  int64_t draws = 1;
  std::vector<Estimate> log_prob = {}, less_first = {};  // of each; less that of the first
  std::vector<size_t> order = {};                        // the likeliest first
};

constexpr int64_t kPixelDraws = 100;

// How many times an example is drawn.
int64_t draws_of(const LogProb& log_prob, const OpenedRun& run, int64_t asked) {
  if (log_prob.draws == 0 && run.pixels() == Pixels::grey) return 1;
  if (asked > 0) return asked;
  return log_prob.draws > 0 ? log_prob.draws : kPixelDraws;
}

// Example i as in training, (draws, d). Equal random numbers for all examples cancel in differences.
Tensor drawn_example(const OwnExamples& examples, int64_t i, int64_t draws, const OpenedRun& run,
                     uint64_t seed) {
  const Pixels pixels = is_binary(run.pixels()) ? Pixels::dynamic_binary : run.pixels();
  return read_examples({examples.values, {}, full({draws}, static_cast<double>(i), DType::i64)}, 0, draws,
                       pixels, Rng(seed, "log-prob/pixels"))
      .x;
}

// The likeliest first; NaN is last.
std::vector<size_t> order_of(const std::vector<Estimate>& log_prob) {
  std::vector<size_t> order(log_prob.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto rank = [&](size_t i) { return std::isnan(log_prob[i].value) ? -INFINITY : log_prob[i].value; };
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return rank(a) > rank(b); });
  return order;
}

Likelihoods likelihoods_of(const LogProb& log_prob, const OwnExamples& examples, UseCall& call) {
  const NoGrad quiet;
  Likelihoods out{.meaning = log_prob.meaning, .draws = draws_of(log_prob, call.run(), call.n)};
  const int64_t n = std::ssize(examples.names);
  Countdown countdown(call.progress, "log-prob");
  Tensor first;
  for (int64_t i = 0; i < n; ++i) {
    Rng rng(call.seed, "log-prob");
    const Tensor values = log_prob.of(drawn_example(examples, i, out.draws, call.run(), call.seed), rng);
    if (i == 0) first = values;
    out.log_prob.push_back(mean_of_rows(values));
    out.less_first.push_back(mean_of_rows(values - first));
    countdown.done(static_cast<double>(i + 1) / static_cast<double>(n));
  }
  out.order = order_of(out.log_prob);
  return out;
}

std::vector<size_t> places_of(const std::vector<size_t>& order) {
  std::vector<size_t> places(order.size());
  for (size_t place = 0; place < order.size(); ++place) places[order[place]] = place + 1;
  return places;
}

std::string in_nats(const Estimate& e, const char* format) {
  const std::string value = fmt::format(fmt::runtime(format), e.value);
  return std::isfinite(e.standard_error) ? fmt::format("{} ± {:.2f}", value, e.standard_error) : value;
}

std::string table_of(const Likelihoods& found, const OwnExamples& examples) {
  constexpr size_t kMostLines = 100;
  std::vector<std::vector<std::string>> rows = {{"place", "nats", "minus the first", "file"}};
  const std::vector<size_t> places = places_of(found.order);
  for (size_t i = 0; i < std::min(places.size(), kMostLines); ++i)
    rows.push_back({fmt::format("{}", places[i]), in_nats(found.log_prob[i], "{:.2f}"),
                    i == 0 ? "" : in_nats(found.less_first[i], "{:+.2f}"), printable(examples.names[i])});
  std::string text = text_columns(rows);
  if (places.size() > kMostLines)
    text += fmt::format("  and {} more; --json prints all\n", places.size() - kMostLines);
  return text;
}

std::string remarks_of(const LogProb& log_prob, const OwnExamples& examples, bool images) {
  std::string text = examples.remarks;
  if (log_prob.up_to_constant)
    text += "log Z is unknown but equal for all examples, so a difference is a difference of log p.\n";
  if (log_prob.is_bound)
    text += "Each number is a lower bound; the difference of two bounds is not a bound.\n";
  if (images)
    text +=
        "Likely images are not always good images: few strokes and smooth areas are likely under any model "
        "of such images.\n";
  return text;
}

nlohmann::ordered_json json_of(const Likelihoods& found, const OwnExamples& examples) {
  using Json = nlohmann::ordered_json;
  const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
  const std::vector<size_t> places = places_of(found.order);
  Json all = Json::array();
  for (size_t i = 0; i < places.size(); ++i)
    all.push_back({{"name", examples.names[i]},
                   {"place", places[i]},
                   {"nats", number(found.log_prob[i].value)},
                   {"nats_standard_error", number(found.log_prob[i].standard_error)},
                   {"less_first", number(found.less_first[i].value)},
                   {"less_first_standard_error", number(found.less_first[i].standard_error)}});
  return all;
}

// As images or tiles, the likeliest first.
Drawing images_in_order(const Likelihoods& found, const OwnExamples& examples, const DataShape& shape) {
  constexpr size_t kMostShown = 100;
  std::vector<int64_t> rows(found.order.begin(), found.order.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                           found.order.size(), kMostShown)));
  const Examples some{examples.values, {}, row_index(rows)};
  const Tensor x = read_examples(some, 0, some.count(), Pixels::grey, Rng(0)).x;
  return draw_picture({"log_prob", "The examples, from most to least likely.",
                       ImageGrid{reshape(x, tile_of(shape).insert(0, x.dim(0)))}});
}

Drawing values_in_order(const Likelihoods& found) {
  Series series{.name = "examples", .joined = false};
  for (size_t place = 0; place < found.order.size(); ++place) {
    series.x.push_back(static_cast<double>(place + 1));
    series.y.push_back(found.log_prob[found.order[place]].value);
  }
  return draw_chart(
      LineChart{.title = found.meaning, .x_label = "place", .y_label = "nats", .series = {series}});
}

bool draws_tiles(const DataShape& shape) { return shape.example.rank() > 0 && tile_of(shape).rank() > 0; }

struct LogProbOfFiles {
  void describe(OptionTable&) {}

  UseResult run(UseCall& call) const {
    OpenedRun& run = call.run();
    const OwnExamples examples = own_examples(call.files, run.shape, run.options->data.images);
    const LogProb log_prob = *run.model->abilities().log_prob;
    const Likelihoods found = likelihoods_of(log_prob, examples, call);
    UseResult out;
    out.text = fmt::format("{}: {}{}\n{}", printable(run.path()), found.meaning,
                           found.draws > 1 ? fmt::format("; mean of {} draws", found.draws) : "",
                           table_of(found, examples));
    out.remarks = remarks_of(log_prob, examples, run.shape.kind().pixels);
    out.details = {{"meaning", found.meaning},
                   {"up_to_constant", log_prob.up_to_constant},
                   {"is_bound", log_prob.is_bound},
                   {"draws", found.draws},
                   {"examples", json_of(found, examples)}};
    out.picture =
        draws_tiles(run.shape) ? images_in_order(found, examples, run.shape) : values_in_order(found);
    return out;
  }
};

std::string lacks_log_prob(const Abilities& abilities, const DataShape&) {
  if (abilities.log_prob) return "";
  if (!abilities.needs_label && (abilities.target.score || abilities.target.noisy_score))
    return "has only a score, which gives the direction of higher likelihood, but not the likelihood";
  return abilities.needs_label ? lacks_target(abilities, "judge") : "has neither a density nor an energy";
}

}  // namespace

Use log_prob_use() {
  return use_of<LogProbOfFiles>(
      {.name = "log-prob",
       .summary = "compute how likely your own pictures or points are",
       .description = "Computes how likely your own examples are under a run's model: log p(x), a lower "
                      "bound of log p(x), or log p(x) up to the constant log Z, which cancels in "
                      "differences. Examples are processed as in training. If training draws pixels or adds "
                      "noise, the result is a mean over many draws, which are the same for all examples.",
       .examples = {{"gradzoo log-prob zoo/made a.png b.png", "which of two pictures is likelier"}},
       .names = UseNames::run_and_files,
       .files_meaning = "pictures (PNG, JPEG), .npy or .npz arrays of images, .npy arrays of points",
       .count = {"number of draws per example, if pixels or noise are drawn", 0, 1, 100'000},
       .file_meaning =
           "picture of the examples, the likeliest first; for points x.svg, a chart of their numbers",
       .draws_chart = [](const DataShape& shape) { return shape.example.rank() > 0 && !draws_tiles(shape); },
       .missing = lacks_log_prob});
}

}  // namespace gradzoo
