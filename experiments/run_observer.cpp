#include "experiments/run_observer.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "experiments/run_checkpoint.h"
#include "gradzoo/base/error.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/models/base/density_quantities.h"

namespace gradzoo {
namespace {

void add_number(std::string& line, const char* what, const std::string& name, const std::string& unit,
                double value) {
  line += fmt::format("{}{}{} {:.4g}", line.empty() ? "" : "  ", what, in_words(name), value);
  if (!unit.empty()) line += fmt::format(" {}", unit_text(unit));
}

constexpr double kReportShare = 0.05;  // of the time

int64_t epoch_of(const Session& session, int64_t step) {
  const int64_t per_epoch = session.batches->steps_per_epoch();
  return (step + per_epoch - 1) / per_epoch;
}

// An epoch of few images is short: of many epochs some forty are drawn, as many as the report shows, and the
// last.
bool is_drawn(const Session& session, int64_t step) {
  constexpr int64_t kMost = 40;
  const int64_t every = (epoch_of(session, session.steps) + kMost - 1) / kMost;
  return step == session.steps || epoch_of(session, step) % every == 0;
}

std::string but_for_numbers(std::string text) {
  std::erase_if(text,
                [](char c) { return std::string_view("0123456789.e+-").find(c) != std::string_view::npos; });
  return text;
}

}  // namespace

std::string CollapseWatch::look(const Quantities& found) {
  constexpr double kKept = 0.75, kLost = 2;  // one mode comes and goes
  if (hint_.empty()) return "";
  std::string text;
  const auto judge = [&](const char* what, double count, double& most) {
    most = std::max(most, count);
    if (count < kKept * most && most - count >= kLost && text.empty())
      text = fmt::format("collapse: {} {:.2g}, {:.2g} before. Hint: {}", what, count, most, hint_);
  };
  if (const Quantity* modes = found.find(kModesCovered)) judge("modes covered", modes->value, most_modes_);
  if (const Quantity* entropy = found.find(kLabelEntropy))
    judge("kinds of label drawn", std::exp(entropy->value), most_labels_);
  return text;
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
  for (size_t i = 0; i < metrics.size(); ++i)
    if (i == 0 || metrics[i].live) add_number(numbers_, "", metrics[i].name, metrics[i].unit, row.metrics[i]);
  progress_.step(row.step, shown(), row.examples_per_s);
}

void RunObserver::on_finish(FunctionRef<void()> finish) {
  progress_.during(run_.session.steps, "fitting what follows the training", finish);
}

void RunObserver::on_epoch(int64_t step) {
  if (step == run_.session.steps) trained_ = seconds();
  save(step);  // first: whatever else may fail or be killed
  show_epoch(step);
  const std::string collapsed = collapse_.look(known());
  progress_.epoch(step, collapsed.empty() ? shown() : shown() + "  " + collapsed);
  if (step < run_.session.steps && report_is_due()) report();
}

// The picture comes last: where it lies, the rest was written.
void RunObserver::show_epoch(int64_t step) {
  const std::optional<Drawing> drawn = is_drawn(run_.session, step) ? samples() : std::nullopt;
  measure(step, true);
  if (!drawn) return;
  metrics_.check_in_place();
  write_drawing(run_.directory.epoch_picture(epoch_of(run_.session, step), drawn->ending), *drawn,
                Links::refuse);
}

bool RunObserver::is_owed_an_epoch(const RunDirectory& directory, const Session& session) {
  const int64_t step = session.trainer.step();
  const bool is_end = step == session.steps || step % session.batches->steps_per_epoch() == 0;
  const auto has_picture = [&] {
    const auto pictures = directory.epoch_pictures();
    const int64_t epoch = epoch_of(session, step);
    return std::ranges::any_of(pictures, [&](const auto& picture) { return picture.first == epoch; });
  };
  // Of an epoch that is not drawn nothing tells whether it was measured: then it is, again.
  return step > 0 && is_end && (!is_drawn(session, step) || !has_picture());
}

void RunObserver::catch_up() { show_epoch(run_.session.trainer.step()); }

// Nothing that is only shown may end a run.
bool RunObserver::attempt(const std::string& doing, const std::string& what, FunctionRef<void()> work) {
  try {
    progress_.during(run_.session.trainer.step(), doing, work);
    return true;
  } catch (const Error& error) {
    const auto same = [&](const auto& entry) {
      return but_for_numbers(entry.second) == but_for_numbers(error.what());
    };
    if (std::ranges::none_of(missing_, same))
      progress_.line(fmt::format("warning: no {}: {}", what, error.what()));
    leave_out(what, error.what());
    return false;
  }
}

void RunObserver::leave_out(const std::string& what, const std::string& why) {
  std::erase_if(missing_, [&](const auto& entry) { return entry.first == what; });
  missing_.emplace_back(what, why);
}

std::optional<Drawing> RunObserver::samples() {
  const double begun = steady_seconds();
  std::optional<Drawing> drawn;
  attempt("drawing samples", "samples", [&] {
    Rng rng(run_.session.data.seed(), "samples");
    drawn = draw_picture(run_.session.model->snapshot(run_.session.data.view(), rng));
  });
  samples_seconds_ = steady_seconds() - begun;
  return drawn;
}

void RunObserver::measure(int64_t step, bool append_them) {
  if (measured_step_ == step) return;
  measured_step_ = step;
  validated_ = {};
  if (run_.session.data.holds_out() &&
      attempt("validating", "validation",
              [&] { validated_ = run_.session.model->validate(run_.session.data.view()); }) &&
      append_them)
    append(step, validated_);
  if (!run_.watch) return;
  if (step == run_.session.steps && !has_time()) return leave_out("sample metrics", kNoTime);
  Quantities found;
  attempt("measuring samples", "sample metrics", [&] { found = run_.watch(step); });
  if (found.empty()) return;
  watched_ = found;
  if (append_them) append(step, found);
}

// Whether as much as the samples took may still be spent at the end.
bool RunObserver::has_time() const {
  constexpr double kShare = 0.25, kAlways = 5;
  if (stop_.requested()) return false;
  return effort_ == Effort::everything || trained_ == INFINITY ||
         seconds() - trained_ + samples_seconds_ <= std::max(kAlways, kShare * trained_);
}

void RunObserver::append(int64_t step, const Quantities& quantities) {
  const double epoch =
      static_cast<double>(step) / static_cast<double>(run_.session.batches->steps_per_epoch());
  metrics_.append_validation(step, epoch, quantities, seconds());
}

Quantities RunObserver::known() const {
  Quantities all = validated_;
  all.add(watched_);
  return all;
}

std::string RunObserver::shown() const {
  std::string line;
  for (const Quantity& q : validated_) add_number(line, "valid ", q.name, q.unit, q.value);
  return line.empty() ? numbers_ : numbers_ + "  " + line;
}

bool RunObserver::should_stop(int64_t step) {
  const bool stop = stop_.requested();
  const bool due = run_.checkpoint_every > 0 && step % run_.checkpoint_every == 0;
  if ((stop || due) && saved_step_ != step) {
    save(step);
    if (report_is_due()) report();
  }
  return stop;
}

void RunObserver::save(int64_t step) {
  metrics_.sync();
  save_run_checkpoint(run_.directory, run_.session.state, model_name(), run_.session.data.shape());
  saved_step_ = step;
}

bool RunObserver::report_is_due() const {
  return steady_seconds() - reported_ >= report_seconds_ / kReportShare;
}

void RunObserver::find_levels() {
  if (levels_) return;
  levels_.emplace();
  attempt("finding the levels of curves", "levels of curves",
          [&] { levels_ = run_.session.model->levels(run_.session.data.view()); });
}

void RunObserver::report(const std::string& ended) {
  const int64_t step = run_.session.trainer.step();
  if (step == reported_step_ && ended.empty()) return;
  metrics_.check_in_place();
  const double begun = steady_seconds();
  find_levels();
  write_run_report({.directory = run_.directory,
                    .options = run_.options,
                    .session = run_.session,
                    .known = known(),
                    .levels = *levels_,
                    .missing = missing_,
                    .ended = ended});
  reported_step_ = step;
  reported_ = steady_seconds();
  report_seconds_ = reported_ - begun;
}

std::vector<ReportPicture> RunObserver::pictures() {
  std::vector<std::pair<Picture, Drawing>> drawn;
  attempt("drawing pictures", "pictures", [&] {
    for (Picture& picture : run_.session.model->pictures(run_.session.data.view())) {
      Drawing drawing = draw_picture(picture);
      drawn.emplace_back(std::move(picture), std::move(drawing));
    }
  });
  std::vector<ReportPicture> all;
  for (const auto& [picture, drawing] : drawn) {
    write_drawing(run_.directory.picture(picture.name + drawing.ending), drawing, Links::refuse);
    std::string caption = picture.caption;
    if (!run_.session.data.holds_out())
      caption += " (This run trained on all images, so none here is held out.)";
    all.push_back(
        {in_words(picture.name), caption, drawing, std::holds_alternative<Planes>(picture.content)});
  }
  return all;
}

LeftOut RunObserver::finish(Effort effort) {
  effort_ = effort;
  metrics_.check_in_place();
  if (is_owed_an_epoch(run_.directory, run_.session) && measured_step_ < 0) {
    const int64_t step = run_.session.trainer.step();
    if (const std::optional<Drawing> drawn = samples())
      write_drawing(run_.directory.epoch_picture(epoch_of(run_.session, step), drawn->ending), *drawn,
                    Links::refuse);
  }
  measure(run_.session.trainer.step(), false);
  find_levels();
  std::string reading;
  std::vector<ReportPicture> drawn;
  if (has_time()) {
    drawn = pictures();
    attempt("reading the numbers", "reading of the numbers",
            [&] { reading = run_.session.model->interpretation(run_.session.data.view()); });
  } else {
    leave_out("pictures", kNoTime);
  }
  metrics_.check_in_place();
  write_run_report({.directory = run_.directory,
                    .options = run_.options,
                    .session = run_.session,
                    .known = known(),
                    .levels = *levels_,
                    .interpretation = std::move(reading),
                    .pictures = std::move(drawn),
                    .missing = missing_,
                    .is_whole = true});
  return missing_;
}

}  // namespace gradzoo
