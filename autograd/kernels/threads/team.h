#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "autograd/kernels/threads/parallel.h"

/// A team of OpenMP threads that stays together from loop to loop.
namespace gradzoo::kernels {

using RangeFn = void (*)(void* context, int64_t begin, int64_t end);

/// A parallel loop over [0, n): blocks of `size`, the last one may be smaller.
struct Loop {
  RangeFn fn;
  void* context;
  int64_t n, size, blocks;
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

/// The leader (member 0) hands out loops; the others serve. Each member has its own run of a loop's blocks,
/// the same in every loop of that size, so what it wrote last is still in its cache; who is done helps the
/// others. The leader never waits for a member that has not come: it does the work itself.
class Team {
 public:
  /// For the leader, before the threads start. Returns what serve() needs to know.
  uint32_t assemble();
  /// A member's life, from `start` as assemble() gave it until dismiss().
  void serve(int member, uint32_t start);
  /// For the leader: runs `loop` on up to `members` members and returns when it is done.
  void run(const Loop& loop, int members);
  /// For the leader: lets everybody go.
  void dismiss();

 private:
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  void work(int member);

  std::array<Share, kMaxThreads> shares_;
  Loop loop_{};
  int members_ = 0;
  std::atomic<bool> dismissed_{false};
  alignas(64) std::atomic<uint32_t> call_{0};    // odd while a loop is open
  alignas(64) std::atomic<uint32_t> inside_{0};  // members at work in the open loop, the leader aside
  Patience patience_;                            // the leader's
};

}  // namespace gradzoo::kernels
