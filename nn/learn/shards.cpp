#include "nn/learn/shards.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/threads/float_mode.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "autograd/trace.h"

namespace gradzoo {
namespace {

/// Unwinds a shard that waits for what will not come.
struct Stopped {};

thread_local Shards* shards_here = nullptr;

// Uses the values up.
Tensor mean_of(std::vector<Tensor>& values) {
  visit_floating(values[0].dtype(), [&]<class T>() {
    const size_t count = values.size();
    for (size_t apart = 1; apart < count; apart *= 2) {
      for (size_t i = 0; i + apart < count; i += 2 * apart)
        kernels::add_to(values[i + apart].data<T>(), values[i].mutable_data<T>(), values[i].size());
    }
  });
  values[0] *= 1.0 / static_cast<double>(values.size());
  return std::move(values[0]);
}

}  // namespace

/// One thread a shard; whose turn it is runs, and all others wait.
class Shards::Threads {
 public:
  Threads(Shards& shards, int64_t count, Switch own) : shards_(shards), own_(std::move(own)) {
    all_.resize(static_cast<size_t>(count));
    given_.resize(all_.size());
    for (size_t i = 0; i < all_.size(); ++i) {
      all_[i] = std::make_unique<Shard>();
      all_[i]->thread = std::thread([this, i] { serve(i); });
    }
  }
  ~Threads() {
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

  int64_t count() const { return static_cast<int64_t>(all_.size()); }
  int64_t turn() const { return turn_; }

  void run(FunctionRef<void(int64_t)> part) {
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
        mean_ = mean_of(given_);
        (*all_[0]->once)(mean_);
      } catch (...) {
        stop(std::current_exception());
      }
    }
  }

  Tensor gather(Tensor mine, FunctionRef<void(const Tensor&)> once) {
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

  // Returns what the shard has thrown.
  std::exception_ptr give_turn(size_t i) {
    own_.enter(static_cast<int64_t>(i));
    {
      std::unique_lock lock(mutex_);
      turn_ = static_cast<int64_t>(i);
      all_[i]->wake.notify_one();
      caller_.wait(lock, [&] { return turn_ == kCaller; });
    }
    own_.leave(static_cast<int64_t>(i));
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
        (*part_)(static_cast<int64_t>(i));
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

Shards::Shards(int64_t count, Switch own)
    : threads_(std::make_unique<Threads>(*this, count, std::move(own))) {}

Shards::~Shards() = default;

int64_t Shards::count() const { return threads_->count(); }

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
