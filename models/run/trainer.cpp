#include "gradzoo/models/run/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

#include "gradzoo/autograd/trace.h"
#include "gradzoo/base/error.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/nn/learn/schedule.h"
#include "models/base/data_units.h"

namespace gradzoo {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Counts, numbers and random streams of a State.
State numbers_of(const State& state) {
  State numbers;
  for (const State::Entry& entry : state.entries()) {
    std::visit(
        [&](const auto& target) {
          if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(target)>>)
            numbers.add(entry.name, *target);
        },
        entry.target);
  }
  return numbers;
}

}  // namespace

Trainer::Trainer(Model& model, BatchSource& batches, TrainPlan plan)
    : model_(model),
      batches_(batches),
      plan_(std::move(plan)),
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

bool Trainer::run(TrainObserver& observer) {
  begin();
  while (step_ < plan_.steps) {
    one_step();
    if (step_ % plan_.log_every == 0 || step_ == plan_.steps) log(observer);
    if (step_ == plan_.steps && plan_.finish) observer.on_finish(plan_.finish);
    if (step_ % plan_.steps_per_epoch == 0 || step_ == plan_.steps) observer.on_epoch(step_);
    if (step_ < plan_.steps && observer.should_stop(step_)) return false;
  }
  return true;
}

// What a first step needs to know of the model as it now is.
void Trainer::begin() {
  if (numbers_) return;
  const State own = model_.own_state();
  numbers_.emplace(numbers_of(own));
  if (step_ < plan_.steps) model_.reopen();
  Processes& processes = plan_.processes == nullptr ? this_process() : *plan_.processes;
  if (plan_.shards == 1 && processes.is_alone()) return;
  sharded_.emplace(model_, plan_.shards, processes);
  // An epoch may end in a short batch.
  sharded_->check_rows(batches_.at(std::min(plan_.steps, plan_.steps_per_epoch) - 1).count());
}

void Trainer::train_step(const Batch& batch) {
  const StepContext context{step_, plan_.steps, learning_rate(step_), batch};
  if (sharded_) return sharded_->run(context, row_);
  model_.train_step(context, MetricRow(row_));
}

// This process's part, in the model's units.
Batch Trainer::next_batch() const {
  Batch batch = batches_.part(step_, sharded_ ? sharded_->window() : RowWindow());
  batch.x = model_.units().to_model(batch.x);
  return batch;
}

void Trainer::check_step(const State& state) {
  begin();
  if (sharded_ || step_ >= plan_.steps) return;
  const Batch batch = next_batch();
  StateCopy before(state), first(state), second(state);
  before.take();
  for (StateCopy* after : {&first, &second}) {
    std::ranges::fill(row_, NAN);
    try {
      const TraceScope tracing(true);  // on which Learner::step checks that every parameter is trained
      train_step(batch);
    } catch (const Error&) {
      before.restore();
      throw;
    }
    after->take();
    before.restore();
  }
  for (size_t i = 0; i < row_.size(); ++i) {
    if (!std::isnan(row_[i])) continue;
    throw Error("the metric '{}' is NaN after a step. Hint: write it in train_step(), row[metric] = value",
                model_.metrics()[i].key());
  }
  if (const std::string entry = first.first_difference(second); !entry.empty())
    throw Error(
        "two steps from the same State differ in '{}', so a resumed run would differ too. Hint: add all that "
        "a step changes in add_to(): random streams, counts and tensors",
        entry);
}

void Trainer::one_step() {
  const double begun = seconds_now();
  const Batch batch = next_batch();
  const auto take_back = [&] {
    model_.take_back();
    numbers_->restore();
  };
  numbers_->take();
  model_.mark();
  try {
    train_step(batch);
  } catch (const NonFinite& failure) {
    take_back();
    const std::string reason = traced_reason(batch, failure.what());
    take_back();
    const bool has_hint = reason.find(". Hint: ") != std::string::npos;
    throw Error("step {}: {}{}", step_ + 1, reason,
                has_hint ? "" : ". Hint: use a smaller lr, or --set clip=1");
  }
  double* sums = sums_.mutable_data<double>();
  for (size_t i = 0; i < row_.size(); ++i)
    sums[i] += in_data_units(row_[i], model_.metrics()[i].dimension, model_.units());
  ++summed_;
  ++step_;
  row_seconds_ += seconds_now() - begun;
  row_examples_ += batch.count() * (sharded_ ? sharded_->window().count : 1);
}

void Trainer::gather_rows() {
  if (sharded_) sharded_->gather_rows();
}

// Runs the failed step again, every value kept, so that the message can name the op that made the first bad
// one.
std::string Trainer::traced_reason(const Batch& batch, const std::string& untraced) {
  try {
    const TraceScope tracing(true);
    train_step(batch);
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
