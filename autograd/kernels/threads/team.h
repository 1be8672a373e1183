#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include "autograd/kernels/threads/parallel.h"
#include "base/float_mode.h"

/// The OpenMP threads that run the process's loops. They start with the first loop and stay: between loops
/// they spin for a moment, then sleep.
namespace gradzoo::kernels {

using RangeFn = void (*)(void* context, int64_t begin, int64_t end);

/// A parallel loop over [0, n): blocks of `size`, the last one may be smaller.
struct Loop {
  RangeFn fn;
  void* context;
  int64_t n, size, blocks;
  FloatMode mode;  // mode of its leader
};

/// The spinning of a thread before it sleeps. To wake a sleeper costs some 50 microseconds, so a thread that
/// has its core to itself spins for longer than a training step pauses between loops. A thread that was
/// recently pushed off its core spins briefly: next to a busy program its time is better spent on the next
/// loop's work.
class Patience {
 public:
  /// Waits until `word` is no longer `old`.
  void wait(const std::atomic<uint32_t>& word, uint32_t old);

 private:
  int64_t spin_nanoseconds();

  int waits_until_look_ = 0;
  int64_t times_pushed_off_ = 0;
  bool crowded_ = false;
};

/// A team of threads. The leader (member 0) is the thread that calls the loop, and distributes it; the others
/// serve. Each member has its own run of a loop's blocks, the same in every loop of that size, so the data
/// that it wrote last are still in its cache; members that are done help the others. The leader never waits
/// for a member that has not come: it does that work itself.
class Team {
 public:
  /// Runs `loop` on up to `members` threads, including the calling one, and returns true when it is done.
  /// Returns false, and does nothing, if the calling thread is inside a loop or another thread leads one.
  static bool run(const Loop& loop, int members);

 private:
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  static Team& of_process();
  void lead(const Loop& loop, int members);
  void dismiss();
  void grow(int members);
  void serve(int member, uint32_t start);
  void work(int member) noexcept;

  std::array<Share, kMaxThreads> shares_;
  // The data that a member reads when it is called are in one cache line: between far cores each line takes
  // as long as a thousand multiplications.
  alignas(64) std::atomic<uint32_t> call_{0};  // odd while a loop is open
  int members_ = 0;
  Loop loop_{nullptr, nullptr, 0, 0, 0, FloatMode::of_this_thread()};
  std::atomic<bool> dismissed_{false};
  alignas(64) std::atomic<uint32_t> inside_{0};  // members at work in the open loop, without the leader
  alignas(64) Patience patience_;                // patience of the leader
  int size_ = 1, wanted_ = 1;                    // the team's and the requested number of threads
  std::thread host_;                             // keeps open the parallel region in which they serve
  std::atomic<bool> taken_{false};
  std::atomic<int> standing_{0};    // threads of a new region; 0: not known yet
  std::atomic<uint32_t> ended_{0};  // ended regions; never in call_'s queue of sleepers
};

}  // namespace gradzoo::kernels
