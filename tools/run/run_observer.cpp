#include "tools/run/run_observer.h"

#include <fmt/format.h>

#include "nn/checkpoint.h"
#include "tools/run/draw_picture.h"
#include "tools/run/metric_name.h"

namespace gradzoo {

void save_run_checkpoint(const RunDirectory& directory, const State& state, const std::string& model,
                         const DataShape& shape) {
  save_checkpoint(directory.checkpoint(), state,
                  {{"model", model},
                   {"height", fmt::format("{}", shape.height)},
                   {"width", fmt::format("{}", shape.width)}});
}

RunObserver::RunObserver(const Run& run, MetricsLog& metrics, Progress& progress, const StopSignal& stop)
    : run_(run), metrics_(metrics), progress_(progress), stop_(stop), saved_step_(run.saved_step) {}

double RunObserver::seconds() const {
  return run_.seconds_before +
         std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
}

void RunObserver::on_log(const LogRow& row) {
  metrics_.append(row, run_.model.metrics(), seconds());
  const MetricName name = metric_name(run_.model.metrics()[0].name);
  loss_ = fmt::format("{} {:.4g} {}", name.name, row.metrics[0], name.unit);
  progress_.step(row.step, loss_, row.images_per_s);
}

void RunObserver::on_epoch(int64_t step) {
  std::string summary = loss_;
  if (run_.data.holds_out()) {
    const std::vector<Quantity> quantities = run_.model.validate(run_.data.view());
    const double epoch = static_cast<double>(step) / static_cast<double>(run_.steps_per_epoch);
    metrics_.append_validation(step, epoch, quantities, seconds());
    for (const Quantity& q : quantities) {
      summary += fmt::format("  valid {} {:.4g} {}", metric_name(q.name).name, q.value, q.unit);
    }
  }
  Rng rng(run_.data.seed, "samples");
  const int64_t epoch = (step + run_.steps_per_epoch - 1) / run_.steps_per_epoch;
  write_png(run_.directory.epoch_picture(epoch), draw_images(run_.model.sample(100, rng)));
  save(step);
  progress_.epoch(step, summary);
}

bool RunObserver::should_stop(int64_t step) {
  const bool stop = stop_.requested();
  const bool due = run_.checkpoint_every > 0 && step % run_.checkpoint_every == 0;
  if ((stop || due) && saved_step_ != step) save(step);
  return stop;
}

void RunObserver::save(int64_t step) {
  metrics_.sync();
  save_run_checkpoint(run_.directory, run_.state, run_.model_name, run_.data.shape());
  saved_step_ = step;
}

}  // namespace gradzoo
