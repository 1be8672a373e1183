#include "tools/playground/live_model.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "tools/playground/described_options.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kDrawn = "drawn.npy";
constexpr size_t kFewestDrawn = 14;  // so that twelve are left to train on
constexpr int64_t kMostDrawn = 20'000, kArrows = 20, kMostCells = 256, kMostSamples = 5000, kRows = 400,
                  kMostPaths = 500;

/// How a page has a model, where a run of the command would let it wait: networks that are narrower, and
/// frames of chains that walk on, since its own take seconds.
struct PageModel {
  std::string_view model;
  std::vector<std::string> set = {};
  bool walks = false;
  bool needs_density = false;  // of the data
};
PageModel page_model(std::string_view name) {
  static const std::vector<PageModel> kPageModels = {
      {"ebm", {}, true},
      {"score", {}, true},
      {"dae", {}, true},
      {"dde", {}, true},
      {"flow-matching", {"hidden=128,128", "batch=500"}},
      {"ddpm", {"hidden=128,128", "batch=500"}},
      {"ncsn", {"hidden=128,128", "batch=500"}},
      {"realnvp", {"hidden=64,64", "batch=256"}},
      {"nce", {}, false, true},
      {"cnce", {}, false, true},
      {"fce", {"flow_hidden=64,64", "batch=256"}, false, true},
  };
  const auto found = std::ranges::find(kPageModels, name, &PageModel::model);
  return found == kPageModels.end() ? PageModel{name} : *found;
}

/// JSON has no name for what is not finite.
Json or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

double rounded_to(double value, double parts) { return std::round(value * parts) / parts; }

/// Rows (n, d) as lists, to three digits after the point; a number that is not finite is 0.
Json rows_of(const Tensor& x) {
  Json out = Json::array();
  const std::vector<double> values = x.to_vector();
  const auto width = static_cast<size_t>(x.dim(1));
  for (size_t i = 0; i < values.size(); i += width) {
    Json& row = out.emplace_back(Json::array());
    for (size_t j = i; j < i + width; ++j)
      row.push_back(std::isfinite(values[j]) ? rounded_to(values[j], 1000) : 0);
  }
  return out;
}

/// Values on a grid, whose y runs fastest, as bytes from the lowest y up, the largest 255; NaN is 0.
Json bytes_of(const Grid& grid, const Tensor& values) {
  const std::vector<double> all = values.to_vector();
  double largest = 0;
  for (const double value : all)
    if (std::isfinite(value)) largest = std::max(largest, value);
  Json out = Json::array();
  const auto cells = static_cast<size_t>(grid.cells);
  for (size_t y = 0; y < cells; ++y)
    for (size_t x = 0; x < cells; ++x) {
      const double value = all[x * cells + y];
      out.push_back(
          value > 0 && largest > 0 ? static_cast<int>(std::lround(255 * std::min(1.0, value / largest))) : 0);
    }
  return out;
}

/// exp of log-densities, the largest of which becomes 1.
Tensor densities(const Tensor& log_values) { return exp(log_values - max(log_values)); }

/// G's lattice and D's pulls (LiveModel::frame). Units scale all directions alike, or nearly so.
void add_game(Json& out, Gan& gan) {
  constexpr int64_t kLines = 13, kSamples = 60;
  Rng rng(0, "game");
  const PointUnits& units = gan.units();
  const int64_t latent = gan.generator().draw_codes(1, rng).dim(1);
  std::vector<double> lattice(static_cast<size_t>(kLines * kLines * latent), 0);
  for (int64_t i = 0; i < kLines * kLines; ++i)
    for (int64_t k = 0; k < std::min<int64_t>(2, latent); ++k)
      lattice[static_cast<size_t>(i * latent + k)] =
          4.0 * static_cast<double>(k == 0 ? i / kLines : i % kLines) / (kLines - 1) - 2;
  const Tensor codes = tensor(lattice, {kLines * kLines, latent}, DType::f32);
  const Json points = rows_of(units.to_data(gan.generator()(codes).detach()));
  for (size_t row = 0; row < kLines; ++row) {
    Json& line = out["grid"].emplace_back(Json::array());
    for (size_t i = 0; i < kLines; ++i) line.push_back(points[row * kLines + i]);
  }
  const Tape tape;
  const Tensor fakes = gan.generator().draw(kSamples * gan.pac(), rng).detach().requires_grad_();
  const Tensor pulls = grad(sum(gan.discriminator()(fakes)), fakes);
  out["pulls"] = rows_of(concat({units.to_data(fakes.detach()), pulls}, 1).rows(0, kSamples));
}

/// Writes points where a run reads them: in a page that is memory.
void keep_points(const Json& points) {
  if (!points.is_array() || points.size() < kFewestDrawn || points.size() > static_cast<size_t>(kMostDrawn))
    throw Error("there are {} points. Hint: give {} to {}", points.is_array() ? points.size() : 0,
                kFewestDrawn, kMostDrawn);
  std::vector<double> values;
  for (const Json& point : points) {
    if (!point.is_array() || point.size() != 2 || !point[0].is_number() || !point[1].is_number())
      throw Error("a drawn point is not a pair of numbers. Hint: give [x, y]");
    values.push_back(point[0].get<double>());
    values.push_back(point[1].get<double>());
  }
  save_npy(kDrawn, tensor(values, {std::ssize(points), 2}, DType::f32));
}

/// Writes a file where a run reads it. "./", since data of that name would go before it.
std::string keep_file(const std::string& name, const std::string& bytes) {
  std::string path = "./" + std::filesystem::path(name).filename().string();
  write_file_atomically(path, std::as_bytes(std::span(bytes)));
  return path;
}

std::string data_of(const Json& request, const std::string& bytes) {
  if (request.contains("file")) return keep_file(request["file"].get<std::string>(), bytes);
  if (!request.contains("points")) return request.value("data", "ring8");
  keep_points(request["points"]);
  return kDrawn;
}

std::unique_ptr<RunOptions> options_of_request(const Json& request, const std::string& bytes) {
  const auto model = request.at("model").get<std::string>();
  std::vector<std::string> set = page_model(model).set;
  set.push_back("data=" + data_of(request, bytes));
  for (const Json& assignment : request.value("set", Json::array()))
    set.push_back(assignment.get<std::string>());
  std::unique_ptr<RunOptions> options = run_options(model, set);
  if (shape_of(options->data).example != Shape{2})
    throw Error("{}: its examples are not points in the plane. Hint: take ring8, or an array (N, 2)",
                options->data.data);
  return options;
}

}  // namespace

/// Stops when its time is over or its steps are done, and keeps the rows.
class LiveModel::Watcher : public TrainObserver {
 public:
  Watcher(double milliseconds, int64_t last_step)
      : end_(Clock::now() + to_duration(milliseconds)), last_(last_step) {}

  void on_log(const LogRow& row) override {
    Json& line = rows.emplace_back(Json::array({row.step}));
    for (const double metric : row.metrics) line.push_back(or_null(metric));
  }
  void on_epoch(int64_t /*step*/) override {}
  bool should_stop(int64_t step) override {
    return step >= last_ || (last_ == kNoLast && Clock::now() >= end_);
  }

  static constexpr int64_t kNoLast = INT64_MAX;
  Json rows = Json::array();

 private:
  static Clock::duration to_duration(double milliseconds) {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double, std::milli>(milliseconds));
  }
  Clock::time_point end_;
  int64_t last_;
};

LiveModel::LiveModel(const Json& request, const std::string& bytes)
    : options_(options_of_request(request, bytes)) {
  toy_ = shape_of(options_->data).toy;
  box_ = toy_->integrable() ? visible_box(*toy_) : toy_->box();
  const int64_t steps = options_->training.steps;  // 0: by epochs, which have rows enough
  session_ = std::make_unique<Session>(
      *options_, SessionOptions{.log_every = steps > 0 ? std::max<int64_t>(1, steps / kRows) : 0});
}

Json LiveModel::about() const {
  Json metrics = Json::array();
  for (const MetricInfo& info : session_->model->metrics())
    metrics.push_back({{"name", info.key()}, {"meaning", info.explanation}});
  const Box& seen = box_;
  Rng rng(options_->training.stream_seed(), "shown data");
  Json out = {{"steps", session_->steps},
              {"parameters", session_->model->parameter_count()},
              {"metrics", metrics},
              {"warning", session_->model->warning()},
              {"options", described_options(options_->table(), options_->shared())},
              {"box", {seen.low[0], seen.high[0], seen.low[1], seen.high[1]}},
              {"data", rows_of(toy_->sample(1000, rng))}};
  if (toy_->integrable()) {
    const Grid grid(seen, 96);
    const Tensor log_p = on_grid(grid, [&](const Tensor& x) { return toy_->log_prob(x); });
    out["truth"] = {{"cells", grid.cells}, {"values", bytes_of(grid, densities(log_p))}};
  }
  return out;
}

Json LiveModel::advance(double milliseconds, int64_t steps) {
  const Clock::time_point begin = Clock::now();
  const int64_t last = steps > 0 ? session_->trainer.step() + steps : Watcher::kNoLast;
  Watcher watcher(milliseconds, last);
  const bool done = session_->train(watcher);
  return {{"step", session_->trainer.step()},
          {"done", done},
          {"seconds", std::chrono::duration<double>(Clock::now() - begin).count()},
          {"rows", std::move(watcher.rows)}};
}

Json LiveModel::frame(const FrameRequest& request) {
  const Abilities averaged = session_->model->abilities();  // while it lives, the weights are the averages
  Json out = picture(request, averaged);
  if (auto* gan = dynamic_cast<Gan*>(session_->model.get()); gan && request.game) add_game(out, *gan);
  return out;
}

Json LiveModel::picture(const FrameRequest& request, const Abilities& abilities) {
  const NoGrad quiet;
  Model& model = *session_->model;
  const Grid grid(box_, std::clamp<int64_t>(request.cells, 8, kMostCells));
  Json out = {{"step", session_->trainer.step()}};
  const Target& target = abilities.target;
  if (target.log_prob) {
    const auto log_q = [&](const Tensor& x) { return log_prob_of(target, x); };
    out["shown"] = "density";
    out["cells"] = grid.cells;
    out["values"] = bytes_of(grid, densities(on_grid(grid, log_q, DType::f32)));
    if (request.careful && toy_->integrable())
      out["kl"] = or_null(density_fit(*toy_, log_q, DType::f32, 200).kl);
  } else if (target.score || target.noisy_score) {
    const Grid coarse(grid.box, kArrows);
    const Tensor tails = coarse.points(0, coarse.count(), DType::f32);
    out["shown"] = "score";
    out["arrows"] = rows_of(concat({tails, score_of(target, tails)}, 1));
  } else if (auto* gan = dynamic_cast<Gan*>(&model); gan && gan->pac() == 1) {
    const auto probability = [&](const Tensor& x) {
      return reshape(sigmoid(gan->discriminator()(model.units().to_model(x))), {x.dim(0)});
    };
    out["shown"] = gan->loss().logits ? "D" : "critic";
    out["cells"] = grid.cells;
    out["values"] = bytes_of(grid, on_grid(grid, probability, DType::f32));
  }
  out["samples"] = rows_of(samples(request, target));
  return out;
}

Json LiveModel::validate() {
  Json out = Json::array();
  for (const Quantity& each : session_->model->validate(session_->data.view()))
    out.push_back({{"name", each.key()},
                   {"meaning", each.meaning},
                   {"value", or_null(each.value)},
                   {"curve", each.curve ? Json(each.curve->index()) : Json()}});
  return {{"step", session_->trainer.step()}, {"held_out", out}};
}

Json LiveModel::paths(int64_t n, int64_t most) {
  Tensors states;
  Rng rng(options_->training.stream_seed(), "paths");
  session_->model->sample({std::clamp<int64_t>(n, 1, kMostPaths), rng, {}, {}, {}, [&](const Tensor& x) {
                             states.push_back(x.clone());
                           }});
  if (states.empty())
    throw Error("{} has no path from noise to data. Hint: choose flow-matching, ddpm or ncsn",
                options_->entry().name);
  const int64_t last = std::ssize(states) - 1, shown = std::min(last, std::clamp<int64_t>(most, 2, 200) - 1);
  Json out = Json::array();
  for (int64_t i = 0; i <= shown; ++i) out.push_back(rows_of(states[static_cast<size_t>(i * last / shown)]));
  return {{"states", out}};
}

// Long chains take seconds. Short ones that go on where they stood follow what is learned.
Tensor LiveModel::samples(const FrameRequest& request, const Target& target) {
  constexpr int64_t kWalk = 30;
  const Model& model = *session_->model;
  const int64_t n = std::clamp<int64_t>(request.samples, 1, kMostSamples);
  Rng rng(options_->training.stream_seed(), fmt::format("samples at step {}", session_->trainer.step()));
  const bool walks = page_model(options_->entry().name).walks && (target.log_prob || target.score);
  if (request.careful) return model.sample({n, rng});
  if (!walks) return model.sample({n, rng, {}, model.quick_sampling()});
  if (!walkers_.defined() || walkers_.dim(0) != n)
    walkers_ = session_->data.shape().kind().noise(session_->data.shape(), n, rng);
  const double length = min(box_.sides()).item() / 100;
  try {
    UnadjustedLangevin sampler({.step = length * length});
    walkers_ = run_chains(target, walkers_, sampler, {.steps = kWalk}, rng).x;
  } catch (const Error&) {  // they diverged: what is learned is still steep
    walkers_ = {};
    return session_->data.shape().kind().noise(session_->data.shape(), n, rng);
  }
  return walkers_;
}

Json plane_models() {
  const DataShape ring = shape_of(DatasetOptions{.data = "ring8"});
  Json out = Json::array();
  for (const ModelEntry& entry : model_registry()) {
    if (!entry.data(ring.kind())) continue;
    out.push_back({{"name", entry.name},
                   {"summary", entry.summary},
                   {"source", entry.source},
                   {"set", page_model(entry.name).set},
                   {"needs_density", page_model(entry.name).needs_density}});
  }
  return out;
}

}  // namespace gradzoo
