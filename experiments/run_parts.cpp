#include "experiments/run_parts.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/base/clock.h"
#include "gradzoo/base/error.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/metrics_log.h"

namespace gradzoo {
namespace {

int64_t epoch_of(const Session& session, int64_t step) {
  const int64_t per_epoch = session.batches->steps_per_epoch();
  return (step + per_epoch - 1) / per_epoch;
}

std::string but_for_numbers(std::string text) {
  std::erase_if(text,
                [](char c) { return std::string_view("0123456789.e+-").find(c) != std::string_view::npos; });
  return text;
}

}  // namespace

bool Attempts::attempt(const std::string& doing, const std::string& what, FunctionRef<void()> work) {
  try {
    progress_.during(trainer_.step(), doing, work);
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

void Attempts::leave_out(const std::string& what, const std::string& why) {
  std::erase_if(missing_, [&](const auto& entry) { return entry.first == what; });
  missing_.emplace_back(what, why);
}

Validator::Validator(Session& session, SampleWatch watch, Attempts& attempts)
    : session_(session), watch_(std::move(watch)), attempts_(attempts) {}

void Validator::measure(int64_t step, FunctionRef<bool()> has_time,
                        FunctionRef<void(const Quantities&)> found) {
  if (step_ == step) return;
  step_ = step;
  validated_ = {};
  if (session_.data.holds_out() && attempts_.attempt("validating", "validation", [&] {
        validated_ = session_.model->validate(session_.data.view());
      }))
    found(validated_);
  if (!watch_) return;
  if (!has_time()) return attempts_.leave_out("sample metrics", kNoTime);
  Quantities watched;
  attempts_.attempt("measuring samples", "sample metrics", [&] { watched = watch_(step); });
  if (watched.empty()) return;
  watched_ = watched;
  found(watched);
}

Quantities Validator::known() const {
  Quantities all = validated_;
  all.add(watched_);
  return all;
}

bool PictureWriter::is_drawn(const Session& session, int64_t step) {
  constexpr int64_t kMost = 40;
  const int64_t every = (epoch_of(session, session.steps) + kMost - 1) / kMost;
  return step == session.steps || epoch_of(session, step) % every == 0;
}

bool PictureWriter::is_written(const RunDirectory& directory, const Session& session, int64_t step) {
  const auto pictures = directory.epoch_pictures();
  const int64_t epoch = epoch_of(session, step);
  return std::ranges::any_of(pictures, [&](const auto& picture) { return picture.first == epoch; });
}

std::optional<Drawing> PictureWriter::draw_samples() {
  const double begun = steady_seconds();
  std::optional<Drawing> drawn;
  attempts_.attempt("drawing samples", "samples", [&] {
    Rng rng(session_.data.seed(), "samples");
    drawn = draw_picture(session_.model->snapshot(session_.data.view(), rng));
  });
  seconds_ = steady_seconds() - begun;
  return drawn;
}

void PictureWriter::write_samples(int64_t step, const Drawing& drawing) {
  write_drawing(directory_.epoch_picture(epoch_of(session_, step), drawing.ending), drawing, Links::refuse);
}

std::vector<ReportPicture> PictureWriter::write_all() {
  std::vector<std::pair<Picture, Drawing>> drawn;
  attempts_.attempt("drawing pictures", "pictures", [&] {
    for (Picture& picture : session_.model->pictures(session_.data.view())) {
      Drawing drawing = draw_picture(picture);
      drawn.emplace_back(std::move(picture), std::move(drawing));
    }
  });
  std::vector<ReportPicture> all;
  for (const auto& [picture, drawing] : drawn) {
    write_drawing(directory_.picture(picture.name + drawing.ending), drawing, Links::refuse);
    std::string caption = picture.caption;
    if (!session_.data.holds_out())
      caption += " (This run was trained on all images, so these images are not held out.)";
    all.push_back(
        {in_words(picture.name), caption, drawing, std::holds_alternative<Planes>(picture.content)});
  }
  return all;
}

bool Reporter::is_due() const {
  constexpr double kShare = 0.05;  // of the time
  return steady_seconds() - written_ >= seconds_ / kShare;
}

void Reporter::find_levels() {
  if (levels_found_) return;
  levels_found_ = true;
  attempts_.attempt("computing the levels of curves", "levels of curves",
                    [&] { run_.levels = run_.session.model->levels(run_.session.data.view()); });
}

void Reporter::write(const Quantities& known, const std::string& ended) {
  const int64_t step = run_.session.trainer.step();
  if (step == step_ && ended.empty()) return;
  const double begun = steady_seconds();
  find_levels();
  run_.ended = ended;
  write_now(known);
  step_ = step;
  written_ = steady_seconds();
  seconds_ = written_ - begun;
}

void Reporter::write_whole(const Quantities& known, std::string interpretation,
                           std::vector<ReportPicture> pictures) {
  run_.interpretation = std::move(interpretation);
  run_.pictures = std::move(pictures);
  run_.is_whole = true;
  write_now(known);
}

void Reporter::write_now(const Quantities& known) {
  run_.known = known;
  run_.missing = attempts_.missing();
  write_run_report(run_);
}

}  // namespace gradzoo
