#include "experiments/labs/lab_tools.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/nn/learn/schedule.h"

namespace gradzoo {
namespace {

/// Reports each tenth of a training.
class TrainingProgress : public TrainObserver {
 public:
  TrainingProgress(const LabContext& context, const Session& session, std::string what)
      : context_(context), session_(session), what_(std::move(what)) {}
  void on_log(const LogRow& row) override {
    const int64_t tenth = 10 * row.step / session_.steps;
    if (std::exchange(told_, tenth) == tenth) return;
    context_.progress(fmt::format("{}: step {} of {}, {} {:.4g}", what_, row.step, session_.steps,
                                  session_.model->metrics()[0].key(), row.metrics[0]));
  }
  void on_epoch(int64_t) override {}
  bool should_stop(int64_t) override { return false; }

 private:
  const LabContext& context_;
  const Session& session_;
  std::string what_;
  int64_t told_ = 0;
};

}  // namespace

std::string number_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4g}", value); }

std::vector<std::vector<std::string>> text_rows(const LabTable& table) {
  std::vector<std::vector<std::string>> out(1, {table.heading});
  for (const LabColumn& column : table.columns) out[0].push_back(column.heading);
  for (const LabTable::Row& row : table.rows) {
    out.push_back({row.name});
    for (const double value : row.values) out.back().push_back(number_text(value));
  }
  return out;
}

double fit(const Module& module, const FitOptions& options, const LabContext& context,
           const std::string& what, FunctionRef<Tensor(int64_t step)> loss) {
  const double begun = steady_seconds();
  const int64_t quarter = std::max<int64_t>(1, options.steps / 4);
  Learner learner(module, {.optimizer = options.optimizer});
  for (int64_t step = 0; step < options.steps; ++step) {
    const Tape tape;
    const Tensor value = loss(step);
    learner.step(value, options.lr * cosine_decay(step, options.steps));
    if ((step + 1) % quarter == 0)
      context.progress(
          fmt::format("{}: step {} of {}, loss {:.4g}", what, step + 1, options.steps, value.item()));
  }
  return steady_seconds() - begun;
}

std::unique_ptr<Session> train(const std::string& line, const LabContext& context) {
  auto session = std::make_unique<Session>(*run_options(line));
  TrainingProgress progress(context, *session, line);
  session->train(progress);
  return session;
}

Nearest nearest_centres(const Tensor& samples, const Tensor& centres) {
  const int64_t n = samples.dim(0), k = centres.dim(0), d = samples.dim(1);
  const Tensor apart =
      reshape(cast(samples, DType::f64), {n, 1, d}) - reshape(cast(centres, DType::f64), {1, k, d});
  const std::vector<double> squares = sum(square(apart), 2).to_vector();
  Nearest out{std::vector<double>(static_cast<size_t>(k)), {}};
  for (int64_t i = 0; i < n; ++i) {
    const auto row = squares.begin() + i * k, nearest = std::min_element(row, row + k);
    out.shares[static_cast<size_t>(nearest - row)] += 1.0 / static_cast<double>(n);
    out.distances.push_back(std::sqrt(*nearest));
  }
  return out;
}

double total_variation(const std::vector<double>& p, const std::vector<double>& q) {
  double total = 0;
  for (size_t i = 0; i < p.size(); ++i) total += std::abs(p[i] - q[i]) / 2;
  return total;
}

double share_within(const std::vector<double>& values, double bound) {
  const auto count = std::ranges::count_if(values, [&](double value) { return value <= bound; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

LabPicture planes_picture(std::string name, std::string caption, std::vector<Plane> planes) {
  const Picture picture{std::move(name), std::move(caption), Planes{std::move(planes)}};
  return {picture.name, picture.caption, draw_picture(picture)};
}

}  // namespace gradzoo
