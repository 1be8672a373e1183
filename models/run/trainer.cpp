#include "models/run/trainer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "autograd/trace.h"
#include "nn/learn/learner.h"
#include "nn/learn/schedule.h"

namespace gradzoo {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The draw numbers of a State's random streams, to go back to.
class RngDraws {
 public:
  explicit RngDraws(const State& state) {
    for (const State::Entry& entry : state.entries()) {
      if (Rng* const* rng = std::get_if<Rng*>(&entry.target)) draws_.emplace_back(*rng, (*rng)->draw());
    }
  }
  void restore() const {
    for (const auto& [rng, draw] : draws_) rng->set_draw(draw);
  }

 private:
  std::vector<std::pair<Rng*, uint64_t>, PoolAllocator<std::pair<Rng*, uint64_t>>> draws_;
};

}  // namespace

Trainer::Trainer(Model& model, BatchSource& batches, TrainPlan plan)
    : model_(model),
      batches_(batches),
      plan_(plan),
      sums_(zeros({static_cast<int64_t>(model.metrics().size())}, DType::f64)),
      row_(model.metrics().size()) {}

void Trainer::register_state(State& state) {
  state.add("trainer.step", step_);
  state.add("trainer.summed", summed_);
  state.add("trainer.sums", sums_);
}

double Trainer::learning_rate(int64_t step) const {
  return plan_.learning_rate * decay(plan_.schedule, step, plan_.steps);
}

bool Trainer::run(State& state, TrainObserver& observer) {
  while (step_ < plan_.steps) {
    one_step(state);
    if (step_ % plan_.log_every == 0 || step_ == plan_.steps) log(observer);
    if (step_ % plan_.steps_per_epoch == 0 || step_ == plan_.steps) observer.on_epoch(step_);
    if (step_ < plan_.steps && observer.should_stop(step_)) return false;
  }
  return true;
}

void Trainer::one_step(State& state) {
  const double begun = seconds_now();
  const RngDraws draws(state);
  const Batch batch = batches_.at(step_);
  try {
    model_.train_step({step_, plan_.steps, learning_rate(step_), batch}, MetricRow(row_));
  } catch (const NonFinite& failure) {
    draws.restore();
    const std::string reason = traced_reason(batch, failure.what());
    draws.restore();
    const bool has_hint = reason.find(". Hint: ") != std::string::npos;
    throw Error("step {}: {}{}", step_ + 1, reason, has_hint ? "" : ". Hint: a smaller lr, or --set clip=1");
  }
  double* sums = sums_.mutable_data<double>();
  for (size_t i = 0; i < row_.size(); ++i) sums[i] += row_[i];
  ++summed_;
  ++step_;
  row_seconds_ += seconds_now() - begun;
  row_examples_ += batch.x.dim(0);
}

// Runs the failed step again, every value kept, so that the message can name the op that made the first bad
// one.
std::string Trainer::traced_reason(const Batch& batch, const std::string& untraced) {
  try {
    const TraceScope tracing(true);
    model_.train_step({step_, plan_.steps, learning_rate(step_), batch}, MetricRow(row_));
  } catch (const NonFinite& traced) {
    return traced.what();
  }
  return untraced;
}

void Trainer::log(TrainObserver& observer) {
  double* sums = sums_.mutable_data<double>();
  for (size_t i = 0; i < row_.size(); ++i) row_[i] = sums[i] / static_cast<double>(summed_);
  std::fill_n(sums, row_.size(), 0.0);
  summed_ = 0;
  const double rate = static_cast<double>(row_examples_) / std::max(row_seconds_, 1e-9);
  row_seconds_ = 0;
  row_examples_ = 0;
  observer.on_log({step_, static_cast<double>(step_) / static_cast<double>(plan_.steps_per_epoch),
                   learning_rate(step_ - 1), row_, rate});
}

}  // namespace gradzoo
