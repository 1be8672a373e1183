#include "tools/lab/lab.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/error.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/runs/draw_picture.h"
#include "tools/verify/ledger/figure.h"

namespace gradzoo {
namespace {

/// Tells of each tenth of a training.
class TrainingProgress : public TrainObserver {
 public:
  TrainingProgress(const LabContext& context, const Session& session, std::string what)
      : context_(context), session_(session), what_(std::move(what)) {}
  void on_log(const LogRow& row) override {
    const int64_t tenth = 10 * row.step / session_.steps;
    if (std::exchange(told_, tenth) == tenth) return;
    context_.progress(fmt::format("{}: step {} of {}, {} {:.4g}", what_, row.step, session_.steps,
                                  session_.model->metrics()[0].name, row.metrics[0]));
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

void LabTable::add(std::string name, std::vector<double> values) {
  if (values.size() != columns.size())
    throw Error("lab: the row '{}' has {} values for {} columns", name, values.size(), columns.size());
  rows.push_back({std::move(name), std::move(values)});
}

double LabTable::at(std::string_view row, std::string_view column) const {
  const auto line = std::ranges::find(rows, row, &Row::name);
  const auto place = std::ranges::find(columns, column, &LabColumn::heading);
  if (line == rows.end() || place == columns.end())
    throw Error("lab: the table of '{}' has no '{}' of '{}'", heading, column, row);
  return line->values[static_cast<size_t>(place - columns.begin())];
}

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

const LabTable& LabResult::table(std::string_view heading) const {
  const auto found = std::ranges::find(tables, heading, &LabTable::heading);
  if (found == tables.end()) throw Error("lab: there is no table of '{}'", heading);
  return *found;
}

const LabEntry& find_lab(std::string_view name) { return find_named(labs(), name, "lab:"); }

LabResult LabEntry::run(const LabContext& context, std::span<const std::string> knobs) const {
  const std::unique_ptr<Lab> lab = make();
  OptionTable table;
  lab->describe(table);
  for (const std::string& knob : knobs) table.assign(knob);
  return lab->run(context);
}

LabEntry coin_lab(), compression_lab(), gaussian_laplace_lab(), forward_reverse_kl_lab(),
    likelihood_vs_quality_lab(), optimal_discriminator_lab(), score_matching_lab(), blindness_lab(),
    mode_collapse_lab(), noise_levels_lab(), one_idea_lab(), prior_holes_lab(), nce_constant_lab(),
    relu_lost_gradient_lab();

std::span<const LabEntry> labs() {
  static const LabEntry kLabs[] = {coin_lab(),
                                   compression_lab(),
                                   gaussian_laplace_lab(),
                                   forward_reverse_kl_lab(),
                                   likelihood_vs_quality_lab(),
                                   optimal_discriminator_lab(),
                                   mode_collapse_lab(),
                                   prior_holes_lab(),
                                   blindness_lab(),
                                   noise_levels_lab(),
                                   nce_constant_lab(),
                                   one_idea_lab(),
                                   score_matching_lab(),
                                   relu_lost_gradient_lab()};
  return kLabs;
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
  auto session = std::make_unique<Session>(*options_of_line(line));
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
