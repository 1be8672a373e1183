#include "gradzoo/nn/parallel/shards.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/float_mode.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/trace.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {
namespace {

/// Unwinds a shard that waits for what will not come.
struct Stopped {};

thread_local Shards* shards_here = nullptr;

}  // namespace

/// Whose turn it is runs, and all others wait. The first of this process's shards runs on the thread that
/// called run(), each other one on a thread of its own.
class Shards::Threads {
 public:
  Threads(Shards& shards, int64_t count, Switch own, Processes& processes)
      : shards_(shards), own_(std::move(own)), tree_(count, processes), given_(mine()), all_(mine()) {
    for (size_t i = 1; i < mine(); ++i) all_[i].thread = std::thread([this, i] { serve(i); });
  }
  ~Threads() {
    quits_ = true;
    for (size_t i = 1; i < mine(); ++i) {
      give_turn(i);
      all_[i].thread.join();
    }
  }

  const TreeMean& tree() const { return tree_; }
  int64_t turn() const { return part_of(turn_); }

  void run(FunctionRef<void(int64_t)> part) {
    part_ = &part;
    tracing_ = tape_state().mode.tracing;
    float_mode_ = FloatMode::of_this_thread();
    failure_ = nullptr;
    for (Shard& shard : all_) shard.at = At::start;
    run_part(0);
    await_turn(0);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  Tensor gather(Tensor mine, FunctionRef<void(const Tensor&)> once) {
    const size_t i = turn_;
    leave(i);
    given_[i] = std::move(mine);
    hand_on(i, At::waiting, &once);
    await_turn(i);
    enter(i);
    if (failure_) throw Stopped();
    return mean_;
  }

 private:
  enum class At { start, waiting, end };
  struct Shard {
    std::thread thread;
    std::condition_variable wake;
    At at = At::end;
  };

  size_t mine() const { return static_cast<size_t>(tree_.mine()); }
  int64_t part_of(size_t i) const { return tree_.first() + static_cast<int64_t>(i); }

  void enter(size_t i) {
    own_.enter(part_of(i));
    shards_here = &shards_;
  }
  void leave(size_t i) {
    shards_here = nullptr;
    own_.leave(part_of(i));
  }

  void give_turn(size_t i) {
    const std::lock_guard lock(mutex_);
    turn_ = i;
    all_[i].wake.notify_one();
  }
  void await_turn(size_t i) {
    std::unique_lock lock(mutex_);
    all_[i].wake.wait(lock, [&] { return turn_ == i; });
  }

  // Shard i's turn ends. Once all have had theirs, a round is over: what all wait for is formed by the last.
  void hand_on(size_t i, At at, FunctionRef<void(const Tensor&)>* once) {
    all_[i].at = at;
    const auto next = std::find_if(all_.begin() + static_cast<int64_t>(i) + 1, all_.end(),
                                   [](const Shard& shard) { return shard.at != At::end; });
    if (next != all_.end()) return give_turn(static_cast<size_t>(next - all_.begin()));
    const auto waits = [](const Shard& shard) { return shard.at == At::waiting; };
    const auto first = std::ranges::find_if(all_, waits);
    if (first == all_.end()) return give_turn(0);  // all have ended
    try {
      if (!failure_ && !std::ranges::all_of(all_, waits))
        throw Error("a shard waits for a gradient that another shard does not have");
      if (!failure_) (*once)(mean_ = tree_.of(given_));
    } catch (...) {
      failure_ = std::current_exception();
    }
    give_turn(static_cast<size_t>(first - all_.begin()));
  }

  void run_part(size_t i) {
    if (!failure_) {
      enter(i);
      try {
        (*part_)(part_of(i));
      } catch (const Stopped&) {
      } catch (...) {
        if (!failure_) failure_ = std::current_exception();
      }
      leave(i);
    }
    hand_on(i, At::end, nullptr);
  }

  void serve(size_t i) {
    while (true) {
      await_turn(i);
      if (quits_) return;
      float_mode_->apply();
      const TraceScope tracing(tracing_);
      run_part(i);
    }
  }

  Shards& shards_;
  Switch own_;
  TreeMean tree_;
  std::vector<Tensor> given_;  // what each brings
  std::vector<Shard> all_;
  Tensor mean_;  // of the last gathering
  FunctionRef<void(int64_t)>* part_ = nullptr;
  bool tracing_ = false, quits_ = false;
  std::optional<FloatMode> float_mode_;
  std::exception_ptr failure_;  // of the first to fail: the others are stopped where they wait
  std::mutex mutex_;            // of what follows
  size_t turn_ = 0;
};

Shards::Shards(int64_t count, Switch own, Processes& processes)
    : threads_(std::make_unique<Threads>(*this, count, std::move(own), processes)) {}

Shards::~Shards() = default;

int64_t Shards::count() const { return threads_->tree().parts(); }

int64_t Shards::first() const { return threads_->tree().first(); }

int64_t Shards::mine() const { return threads_->tree().mine(); }

void Shards::run(FunctionRef<void(int64_t)> part) { threads_->run(part); }

Shards* Shards::here() { return shards_here; }

int64_t Shards::part() const { return threads_->turn(); }

Tensor Shards::gather(Tensor mine, FunctionRef<void(const Tensor&)> once) {
  return threads_->gather(std::move(mine), once);
}

Tensor mean_over_shards(const Tensor& value) {
  Shards* shards = Shards::here();
  if (!shards) return value;
  const NoGrad quiet;
  return shards->gather(value.detach().clone(), [](const Tensor&) {});
}

double mean_over_shards(double value) {
  if (!Shards::here()) return value;
  return mean_over_shards(scalar(value, DType::f64)).item();
}

Tensor rows_of_shard(const Tensor& all) {
  const Shards* shards = Shards::here();
  if (!shards) return all;
  const int64_t rows = all.dim(0), count = shards->count();
  if (rows % count != 0)
    throw Error("{} rows cannot be divided among {} shards. Hint: use a multiple of {}", rows, count, count);
  return all.rows(shards->part() * rows / count, (shards->part() + 1) * rows / count);
}

}  // namespace gradzoo
