#include "experiments/run_observer.h"

#include <algorithm>

#include <fmt/format.h>

#include "experiments/run_checkpoint.h"

namespace gradzoo {
namespace {

void add_number(std::string& line, const char* what, const std::string& name, const std::string& unit,
                double value) {
  line += fmt::format("{}{}{} {:.4g}", line.empty() ? "" : "  ", what, in_words(name), value);
  if (!unit.empty()) line += fmt::format(" {}", unit_text(unit));
}

}  // namespace

RunObserver::RunObserver(const Run& run, MetricsLog& metrics, Progress& progress, const StopSignal& stop)
    : run_(run),
      metrics_(metrics),
      progress_(progress),
      stop_(stop),
      attempts_(progress, run.session.trainer),
      validator_(run.session, run.watch, attempts_),
      pictures_(run.directory, run.session, attempts_),
      reporter_(run.directory, run.options, run.session, attempts_),
      collapse_(run.session.model->collapse_hint()),
      saved_step_(run.session.trainer.step()) {}

double RunObserver::seconds() const { return run_.seconds_before + steady_seconds() - begun_; }

void RunObserver::on_log(const LogRow& row) {
  metrics_.append(row, run_.session.model->metrics(), seconds());
  const std::span<const MetricInfo> metrics = run_.session.model->metrics();
  numbers_.clear();
  for (size_t i = 0; i < metrics.size(); ++i)
    if (i == 0 || metrics[i].live) add_number(numbers_, "", metrics[i].name, metrics[i].unit, row.metrics[i]);
  progress_.step(row.step, shown(), row.examples_per_s);
}

void RunObserver::on_finish(FunctionRef<void()> finish) {
  progress_.during(run_.session.steps, "fitting the parts that follow the training", finish);
}

void RunObserver::on_epoch(int64_t step) {
  if (step == run_.session.steps) trained_ = seconds();
  save(step);  // first: whatever else may fail or be killed
  show_epoch(step);
  const std::string collapsed = collapse_.look(validator_.known());
  progress_.epoch(step, collapsed.empty() ? shown() : shown() + "  " + collapsed);
  if (step < run_.session.steps && reporter_.is_due()) report();
}

// The picture comes last: where it lies, the rest was written.
void RunObserver::show_epoch(int64_t step) {
  std::optional<Drawing> drawn;
  if (PictureWriter::is_drawn(run_.session, step)) drawn = pictures_.draw_samples();
  measure(step, [&](const Quantities& found) { append(step, found); });
  if (!drawn) return;
  metrics_.check_in_place();
  pictures_.write_samples(step, *drawn);
}

bool RunObserver::is_owed_an_epoch(const RunDirectory& directory, const Session& session) {
  const int64_t step = session.trainer.step();
  const bool is_end = step == session.steps || step % session.batches->steps_per_epoch() == 0;
  // Of an epoch that is not drawn nothing tells whether it was measured: then it is, again.
  return step > 0 && is_end &&
         (!PictureWriter::is_drawn(session, step) || !PictureWriter::is_written(directory, session, step));
}

void RunObserver::catch_up() { show_epoch(run_.session.trainer.step()); }

void RunObserver::measure(int64_t step, FunctionRef<void(const Quantities&)> found) {
  validator_.measure(
      step, [&] { return step < run_.session.steps || has_time(); }, found);
}

// Whether as much as the samples took may still be spent at the end.
bool RunObserver::has_time() const {
  constexpr double kShare = 0.25, kAlways = 5;
  if (stop_.requested()) return false;
  return effort_ == Effort::everything || trained_ == INFINITY ||
         seconds() - trained_ + pictures_.seconds() <= std::max(kAlways, kShare * trained_);
}

void RunObserver::append(int64_t step, const Quantities& quantities) {
  const double epoch =
      static_cast<double>(step) / static_cast<double>(run_.session.batches->steps_per_epoch());
  metrics_.append_validation(step, epoch, quantities, seconds());
}

std::string RunObserver::shown() const {
  std::string line;
  for (const Quantity& q : validator_.validated()) add_number(line, "valid ", q.name, q.unit, q.value);
  return line.empty() ? numbers_ : numbers_ + "  " + line;
}

bool RunObserver::should_stop(int64_t step) {
  const bool stop = stop_.requested();
  const bool due = run_.checkpoint_every > 0 && step % run_.checkpoint_every == 0;
  if ((stop || due) && saved_step_ != step) {
    save(step);
    if (reporter_.is_due()) report();
  }
  return stop;
}

void RunObserver::save(int64_t step) {
  metrics_.sync();
  save_run_checkpoint(run_.directory, run_.session.state, run_.options.entry().name,
                      run_.session.data.shape());
  saved_step_ = step;
}

void RunObserver::report(const std::string& ended) {
  metrics_.check_in_place();
  reporter_.write(validator_.known(), ended);
}

LeftOut RunObserver::finish(Effort effort) {
  effort_ = effort;
  metrics_.check_in_place();
  const int64_t step = run_.session.trainer.step();
  if (is_owed_an_epoch(run_.directory, run_.session) && !validator_.has_measured())
    if (const std::optional<Drawing> drawn = pictures_.draw_samples()) pictures_.write_samples(step, *drawn);
  measure(step, [](const Quantities&) {});
  reporter_.find_levels();
  std::string reading;
  std::vector<ReportPicture> drawn;
  if (has_time()) {
    drawn = pictures_.write_all();
    attempts_.attempt("interpreting the numbers", "interpretation of the numbers",
                      [&] { reading = run_.session.model->interpretation(run_.session.data.view()); });
  } else {
    attempts_.leave_out("pictures", kNoTime);
  }
  metrics_.check_in_place();
  reporter_.write_whole(validator_.known(), std::move(reading), std::move(drawn));
  return attempts_.missing();
}

}  // namespace gradzoo
