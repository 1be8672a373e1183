#include "autograd/kernels/threads/team.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include <omp.h>
#include <pthread.h>
#include <sys/resource.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gradzoo::kernels {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kLongSpin = 300'000;  // nanoseconds
constexpr int64_t kShortSpin = 20'000;
constexpr int kWaitsPerLook = 64;  // a few milliseconds of training

thread_local bool g_works = false;  // in a loop's block

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Times that the system took the core away from the calling thread.
int64_t times_pushed_off() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

/// Wakes whoever sleeps on `word`. The fence keeps the change before the look whether anybody sleeps.
void wake(std::atomic<uint32_t>& word) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  word.notify_all();
}

}  // namespace

int64_t Patience::spin_nanoseconds() {
  if (waits_until_look_-- == 0) {
    waits_until_look_ = kWaitsPerLook;
    const int64_t now = times_pushed_off();
    crowded_ = now != times_pushed_off_;
    times_pushed_off_ = now;
  }
  return crowded_ ? kShortSpin : kLongSpin;
}

void Patience::wait(const std::atomic<uint32_t>& word, uint32_t old) {
  constexpr int kLooksPerClock = 32;
  const Clock::time_point end = Clock::now() + std::chrono::nanoseconds(spin_nanoseconds());
  do {
    for (int i = 0; i < kLooksPerClock; ++i) {
      if (word.load(std::memory_order_acquire) != old) return;
      relax();
    }
  } while (Clock::now() < end);
  word.wait(old);
}

// A child that was forked has none of its parent's threads: it starts a team of its own. Teams are never
// destroyed: loops may run until the process ends.
Team& Team::of_process() {
  static std::atomic<Team*> team{nullptr};
  static const int watches_forks = pthread_atfork(nullptr, nullptr, [] { team = nullptr; });
  static_cast<void>(watches_forks);
  Team* found = team;
  if (found == nullptr) {
    auto made = std::make_unique<Team>();
    if (team.compare_exchange_strong(found, made.get())) found = made.release();
  }
  return *found;
}

bool Team::run(const Loop& loop, int members) {
  if (g_works) return false;
  Team& team = of_process();
  if (team.taken_.exchange(true, std::memory_order_acquire)) return false;
  if (team.wanted_ < members) team.grow(members);
  team.lead(loop, std::min(members, team.size_));
  team.taken_.store(false, std::memory_order_release);
  return true;
}

// Sends those that serve home.
void Team::dismiss() {
  if (!host_.joinable()) return;
  dismissed_ = true;
  call_ += 2;
  wake(call_);
  ++ended_;
  wake(ended_);
  host_.join();
  dismissed_ = false;
}

// Starts as many as are wanted, and waits until they stand. The region's first thread only holds it open: its
// place, where threads are bound to places, is the leader's.
void Team::grow(int members) {
  dismiss();
  const uint32_t start = call_, ended = ended_;
  host_ = std::thread([this, members, start, ended] {
#pragma omp parallel num_threads(members)
    {
#pragma omp barrier  // a region may begin before its last thread does
      if (const int member = omp_get_thread_num(); member > 0) {
        serve(member, start);
      } else {
        standing_ = omp_get_num_threads();
        standing_.notify_all();
        ended_.wait(ended);
      }
    }
  });
  wanted_ = members;
  standing_.wait(0);
  size_ = standing_;  // fewer than wanted where OpenMP has a limit
  standing_ = 0;
  // OpenMP is ended with the process, and LLVM's fails where threads still serve. A loop that runs then runs
  // on.
  static const int is_dismissed_at_exit = std::atexit([] {
    Team& team = of_process();
    if (!team.taken_.exchange(true)) team.dismiss();
  });
  static_cast<void>(is_dismissed_at_exit);
}

void Team::serve(int member, uint32_t start) {
  Patience patience;
  for (uint32_t seen = start;;) {
    patience.wait(call_, seen);
    seen = call_;
    if (dismissed_) return;
    if (seen % 2 == 0) continue;
    // The leader closes a loop, then looks who is inside; a member goes inside, then looks whether it is
    // still open. So one of the two sees the other.
    ++inside_;
    if (call_ == seen && member < members_) work(member);
    if (--inside_ == 0) wake(inside_);
  }
}

void Team::lead(const Loop& loop, int members) {
  loop_ = loop;
  members_ = members;
  for (int i = 0; i < members; ++i) {
    shares_[static_cast<size_t>(i)].next.store(loop.blocks * i / members, std::memory_order_relaxed);
    shares_[static_cast<size_t>(i)].end = loop.blocks * (i + 1) / members;
  }
  ++call_;
  wake(call_);
  work(0);
  ++call_;
  while (const uint32_t still_inside = inside_) patience_.wait(inside_, still_inside);
}

// What a block throws has nobody to catch it: it ends the process.
void Team::work(int member) noexcept {
  loop_.mode.apply();
  g_works = true;
  for (int i = 0; i < members_; ++i) {
    Share& share = shares_[static_cast<size_t>((member + i) % members_)];
    while (share.next.load(std::memory_order_relaxed) < share.end) {
      const int64_t block = share.next.fetch_add(1, std::memory_order_relaxed);
      if (block >= share.end) break;
      loop_.fn(loop_.context, block * loop_.size, std::min(loop_.n, (block + 1) * loop_.size));
    }
  }
  g_works = false;
}

}  // namespace gradzoo::kernels
