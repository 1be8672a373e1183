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
  FloatMode mode;  // of its leader
};

/// How long a thread spins before it sleeps. To wake a sleeper costs some 50 microseconds, so a thread that
/// has its core to itself spins for longer than a training step pauses between loops. One that was lately
/// pushed off its core spins briefly: beside a busy program its time is better spent on the next loop's work.
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

/// The leader (member 0), whichever thread calls the loop, hands it out; the others serve. Each member has
/// its own run of a loop's blocks, the same in every loop of that size, so what it wrote last is still in its
/// cache; who is done helps the others. The leader never waits for a member that has not come: it does the
/// work itself.
class Team {
 public:
  /// Runs `loop` on up to `members` threads, the calling one among them, and returns true when it is done.
  /// False, and nothing done, where the calling thread is at work in a loop, or another thread leads one.
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
  // What a member reads when it is called lies in one line of the cache: between far cores each line takes as
  // long as a thousand multiplications.
  alignas(64) std::atomic<uint32_t> call_{0};  // odd while a loop is open
  int members_ = 0;
  Loop loop_{nullptr, nullptr, 0, 0, 0, FloatMode::of_this_thread()};
  std::atomic<bool> dismissed_{false};
  alignas(64) std::atomic<uint32_t> inside_{0};  // members at work in the open loop, the leader aside
  alignas(64) Patience patience_;                // the leader's
  int size_ = 1, wanted_ = 1;                    // the leader and those that serve; how many were asked for
  std::thread host_;                             // holds the parallel region open, in which they serve
  std::atomic<bool> taken_{false};
  std::atomic<int> standing_{0};    // threads of a new region; 0: not known yet
  std::atomic<uint32_t> ended_{0};  // parallel regions; never beside call_ in a queue of sleepers
};

}  // namespace gradzoo::kernels
