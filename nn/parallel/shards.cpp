#include "nn/parallel/shards.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "autograd/kernels/threads/float_mode.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "autograd/trace.h"
#include "nn/parallel/tree_mean.h"

namespace gradzoo {
namespace {

/// Unwinds a shard that waits for what will not come.
struct Stopped {};

thread_local Shards* shards_here = nullptr;

}  // namespace

/// One thread a shard, where there are several; whose turn it is runs, and all others wait.
class Shards::Threads {
 public:
  Threads(Shards& shards, int64_t count, Switch own, Processes& processes)
      : shards_(shards), own_(std::move(own)), tree_(count, processes) {
    all_.resize(static_cast<size_t>(tree_.mine()));
    given_.resize(all_.size());
    if (is_single()) return;
    for (size_t i = 0; i < all_.size(); ++i) {
      all_[i] = std::make_unique<Shard>();
      all_[i]->thread = std::thread([this, i] { serve(i); });
    }
  }
  ~Threads() {
    if (is_single()) return;
    for (size_t i = 0; i < all_.size(); ++i) {
      {
        const std::lock_guard lock(mutex_);
        quits_ = true;
        turn_ = static_cast<int64_t>(i);
      }
      all_[i]->wake.notify_one();
      all_[i]->thread.join();
    }
  }

  const TreeMean& tree() const { return tree_; }
  int64_t part_of(size_t i) const { return tree_.first() + static_cast<int64_t>(i); }
  int64_t turn() const { return part_of(static_cast<size_t>(turn_)); }

  void run(FunctionRef<void(int64_t)> part) {
    if (is_single()) return run_single(part);
    part_ = &part;
    tracing_ = tape_state().mode.tracing;
    float_mode_ = kernels::FloatMode::of_this_thread();
    stopped_ = false;
    for (const auto& shard : all_) shard->at = At::start;
    while (true) {
      for (size_t i = 0; i < all_.size(); ++i) {
        if (const std::exception_ptr failure = give_turn(i)) stop(failure);
      }
      size_t done = 0;
      for (const auto& shard : all_) done += shard->at == At::end ? 1 : 0;
      if (done == all_.size()) return;
      if (done > 0) stop(std::make_exception_ptr(Error("a shard waits for a gradient that another has not")));
      try {
        mean_ = tree_.of(given_);
        (*all_[0]->once)(mean_);
      } catch (...) {
        stop(std::current_exception());
      }
    }
  }

  Tensor gather(Tensor mine, FunctionRef<void(const Tensor&)> once) {
    if (is_single()) return gather_single(std::move(mine), once);
    const auto i = static_cast<size_t>(turn_);
    Shard& me = *all_[i];
    given_[i] = std::move(mine);
    me.once = &once;
    me.at = At::waiting;
    std::unique_lock lock(mutex_);
    hand_back(i, lock);
    if (stopped_) throw Stopped();
    return mean_;
  }

 private:
  enum class At { start, waiting, end };
  struct Shard {
    std::thread thread;
    std::condition_variable wake;
    At at = At::end;
    FunctionRef<void(const Tensor&)>* once = nullptr;
    std::exception_ptr failure;
  };
  static constexpr int64_t kCaller = -1;

  // The one shard of a process waits for none beside it, and needs no thread.
  bool is_single() const { return all_.size() == 1; }

  void run_single(FunctionRef<void(int64_t)> part) {
    turn_ = 0;
    begin_turn();
    try {
      part(part_of(0));
    } catch (...) {
      end_turn();
      throw;
    }
    end_turn();
  }

  Tensor gather_single(Tensor mine, FunctionRef<void(const Tensor&)> once) {
    end_turn();
    given_[0] = std::move(mine);
    try {
      mean_ = tree_.of(given_);
      once(mean_);
    } catch (...) {
      begin_turn();  // the shard unwinds as itself
      throw;
    }
    begin_turn();
    return mean_;
  }

  void begin_turn() {
    own_.enter(part_of(0));
    shards_here = &shards_;
  }
  void end_turn() {
    shards_here = nullptr;
    own_.leave(part_of(0));
  }

  // Returns what the shard has thrown.
  std::exception_ptr give_turn(size_t i) {
    own_.enter(part_of(i));
    {
      std::unique_lock lock(mutex_);
      turn_ = static_cast<int64_t>(i);
      all_[i]->wake.notify_one();
      caller_.wait(lock, [&] { return turn_ == kCaller; });
    }
    own_.leave(part_of(i));
    return std::exchange(all_[i]->failure, nullptr);
  }

  [[noreturn]] void stop(const std::exception_ptr& failure) {
    stopped_ = true;
    for (size_t i = 0; i < all_.size(); ++i) {
      if (all_[i]->at == At::waiting) give_turn(i);
    }
    std::rethrow_exception(failure);
  }

  // Until it is the shard's turn again.
  void hand_back(size_t i, std::unique_lock<std::mutex>& lock) {
    turn_ = kCaller;
    caller_.notify_one();
    all_[i]->wake.wait(lock, [&] { return turn_ == static_cast<int64_t>(i); });
  }

  void serve(size_t i) {
    Shard& me = *all_[i];
    shards_here = &shards_;
    std::unique_lock lock(mutex_);
    me.wake.wait(lock, [&] { return turn_ == static_cast<int64_t>(i); });
    while (!quits_) {
      lock.unlock();
      try {
        float_mode_->apply();
        const TraceScope tracing(tracing_);
        (*part_)(part_of(i));
      } catch (const Stopped&) {
      } catch (...) {
        me.failure = std::current_exception();
      }
      me.at = At::end;
      lock.lock();
      hand_back(i, lock);
    }
  }

  Shards& shards_;
  Switch own_;
  TreeMean tree_;
  std::vector<std::unique_ptr<Shard>> all_;
  std::vector<Tensor> given_;  // what each brings
  Tensor mean_;                // of the last gathering
  FunctionRef<void(int64_t)>* part_ = nullptr;
  bool tracing_ = false, stopped_ = false;
  std::optional<kernels::FloatMode> float_mode_;
  std::mutex mutex_;  // of what follows
  std::condition_variable caller_;
  int64_t turn_ = kCaller;
  bool quits_ = false;
};

Shards::Shards(int64_t count, Switch own, Processes& processes)
    : threads_(std::make_unique<Threads>(*this, count, std::move(own), processes)) {}

Shards::Shards(int64_t count, Switch own) : Shards(count, std::move(own), this_process()) {}

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
    throw Error("{} rows are not divided by {} shards. Hint: a multiple of {}", rows, count, count);
  return all.rows(shards->part() * rows / count, (shards->part() + 1) * rows / count);
}

}  // namespace gradzoo
