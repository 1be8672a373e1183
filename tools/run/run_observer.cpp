#include "tools/run/run_observer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "state/checkpoint.h"
#include "tools/clock.h"
#include "tools/run/draw_picture.h"
#include "tools/run/metric_name.h"
#include "tools/run/run_report.h"

namespace gradzoo {
namespace {

void add_number(std::string& line, const char* what, const std::string& key, double value) {
  const MetricName name = metric_name(key);
  line += fmt::format("{}{}{} {:.4g}", line.empty() ? "" : "  ", what, name.name, value);
  if (!name.unit.empty()) line += fmt::format(" {}", name.unit);
}

constexpr double kReportShare = 0.05;  // of the time

}  // namespace

void save_run_checkpoint(const RunDirectory& directory, const State& state, const std::string& model,
                         const DataShape& shape) {
  save_checkpoint(directory.checkpoint(), state,
                  {{"model", model},
                   {"example", fmt::format("{}", fmt::join(shape.example, "x"))},
                   {"classes", fmt::format("{}", shape.classes)}},
                  Links::refuse);
}

RunObserver::RunObserver(const Run& run, MetricsLog& metrics, Progress& progress, const StopSignal& stop)
    : run_(run),
      metrics_(metrics),
      progress_(progress),
      stop_(stop),
      saved_step_(run.session.trainer.step()),
      collapse_(run.session.model->collapse_hint()) {}

double RunObserver::seconds() const { return run_.seconds_before + steady_seconds() - begun_; }

void RunObserver::on_log(const LogRow& row) {
  metrics_.append(row, run_.session.model->metrics(), seconds());
  const std::span<const MetricInfo> metrics = run_.session.model->metrics();
  numbers_.clear();
  for (size_t i = 0; i < metrics.size(); ++i) {
    if (i == 0 || metrics[i].live) add_number(numbers_, "", metrics[i].name, row.metrics[i]);
  }
  progress_.step(row.step, shown(), row.examples_per_s);
}

void RunObserver::on_epoch(int64_t step) {
  if (run_.session.data.holds_out()) validate(step);
  watch(step);
  Rng rng(run_.session.data.seed(), "samples");
  const int64_t per_epoch = run_.session.batches->steps_per_epoch();
  const int64_t epoch = (step + per_epoch - 1) / per_epoch;
  const Image picture = draw_picture(run_.session.model->snapshot(run_.session.data.view(), rng));
  metrics_.check_in_place();
  write_png(run_.directory.epoch_picture(epoch), picture, Links::refuse);
  save(step);
  Quantities found = validated_;
  found.add(watched_);
  const std::string collapsed = collapse_.look(found);
  progress_.epoch(step, collapsed.empty() ? shown() : shown() + "  " + collapsed);
}

void RunObserver::validate(int64_t step) {
  validated_ = run_.session.model->validate(run_.session.data.view());
  append(step, validated_);
}

void RunObserver::watch(int64_t step) {
  watched_step_ = step;
  const Quantities found = run_.watch ? run_.watch(step) : Quantities();
  if (found.empty()) return;
  watched_ = found;
  append(step, found);
}

Quantities RunObserver::watched_at_end() {
  if (watched_step_ != run_.session.steps && run_.watch) watched_ = run_.watch(run_.session.steps);
  return watched_;
}

void RunObserver::append(int64_t step, const Quantities& quantities) {
  const double epoch =
      static_cast<double>(step) / static_cast<double>(run_.session.batches->steps_per_epoch());
  metrics_.append_validation(step, epoch, quantities, seconds());
}

std::string RunObserver::shown() const {
  std::string line;
  for (const Quantity& q : validated_) add_number(line, "valid ", quantity_key(q), q.value);
  return line.empty() ? numbers_ : numbers_ + "  " + line;
}

bool RunObserver::should_stop(int64_t step) {
  const bool stop = stop_.requested();
  const bool due = run_.checkpoint_every > 0 && step % run_.checkpoint_every == 0;
  if ((stop || due) && saved_step_ != step) save(step);
  return stop;
}

void RunObserver::save(int64_t step) {
  metrics_.sync();
  save_run_checkpoint(run_.directory, run_.session.state, model_name(), run_.session.data.shape());
  saved_step_ = step;
  if (step < run_.session.steps && report_is_due()) report();
}

bool RunObserver::report_is_due() const {
  return steady_seconds() - reported_ >= report_seconds_ / kReportShare;
}

void RunObserver::report(const std::string& ended) {
  const int64_t step = run_.session.trainer.step();
  if (step == reported_step_ && ended.empty()) return;
  metrics_.check_in_place();
  const double begun = steady_seconds();
  Quantities known = validated_;
  known.add(watched_);
  if (!levels_) levels_ = run_.session.model->levels(run_.session.data.view());
  write_interim_report({run_.directory, run_.options, run_.session, known, *levels_, ended});
  reported_step_ = step;
  reported_ = steady_seconds();
  report_seconds_ = reported_ - begun;
}

}  // namespace gradzoo
