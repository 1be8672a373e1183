#include "autograd/kernels/threads/team.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <omp.h>
#include <sys/wait.h>
#include <unistd.h>

#include "autograd/kernels/threads/parallel.h"
#include "support/numbers.h"

using namespace gradzoo;

namespace {

constexpr int64_t kNumbers = 1000;

/// Adds 1 to each number, in blocks that threads share.
void count_up(std::vector<int64_t>& numbers) {
  kernels::parallel_for(static_cast<int64_t>(numbers.size()), 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) ++numbers[static_cast<size_t>(i)];
  });
}

/// Whether `loops` loops after each other, with a pause before each, did every element's work once.
bool counts_right(int64_t loops, std::chrono::microseconds pause) {
  std::vector<int64_t> numbers(kNumbers, 0);
  for (int64_t i = 0; i < loops; ++i) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    count_up(numbers);
  }
  return numbers == std::vector<int64_t>(kNumbers, loops);
}

}  // namespace

TEST_CASE("a team does every block of every loop once, with any number of members") {
  test::ThreadGuard guard;
  for (const int count : {1, 2, 3, 8, 2}) {
    kernels::set_threads(count);
    CHECK(counts_right(5000, {}));
  }
}

TEST_CASE("members that fell asleep between two loops are woken, or not needed") {
  test::ThreadGuard guard;
  kernels::set_threads(4);
  CHECK(counts_right(40, std::chrono::milliseconds(2)));
}

TEST_CASE("a loop is done when it returns, whoever is still at work in its last block") {
  test::ThreadGuard guard;
  kernels::set_threads(2);
  std::atomic<int> slow_blocks{0};
  kernels::parallel_for(2, 1, 1, [&](int64_t, int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ++slow_blocks;
  });
  CHECK(slow_blocks == 2);
}

TEST_CASE("who is done with the own blocks takes those of a member that is held up") {
  test::ThreadGuard guard;
  kernels::set_threads(2);
  // The first block of whoever comes first ends only when all others are done: by the other or nobody.
  std::atomic<int64_t> begun{0}, done{0};
  kernels::parallel_for(40, 1, 1, [&](int64_t begin, int64_t end) {
    if (begun.fetch_add(1) == 0) {
      const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (done < 40 - (end - begin) && std::chrono::steady_clock::now() < patience)
        std::this_thread::yield();
      CHECK(done == 40 - (end - begin));
    }
    done += end - begin;
  });
  CHECK(done == 40);
}

TEST_CASE("threads that have loops at the same time do not wait for each other, and do all their work") {
  test::ThreadGuard guard;
  kernels::set_threads(2);
  std::atomic<int> right{0};
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) others.emplace_back([&] { right += counts_right(2000, {}) ? 1 : 0; });
  for (std::thread& other : others) other.join();
  CHECK(right == 4);

  // A loop that waits for another thread's loop ends: that one runs by itself.
  kernels::parallel_for(
      2, 1, 1, [&](int64_t, int64_t) { std::thread([&] { right += counts_right(10, {}) ? 1 : 0; }).join(); });
  CHECK(right == 6);
}

TEST_CASE("a loop in somebody's own parallel region runs on the thread that calls it") {
  test::ThreadGuard guard;
  kernels::set_threads(2);
  std::atomic<int> right{0}, threads{0};
#pragma omp parallel num_threads(3)
  {
    ++threads;
    right += counts_right(100, {}) ? 1 : 0;
  }
  CHECK(right == threads);
}

TEST_CASE("a loop has as many threads as set_threads says, and they stay from loop to loop") {
  test::ThreadGuard guard;
  kernels::set_threads(3);
  std::mutex lock;
  std::set<std::thread::id> seen;
  for (int i = 0; i < 200; ++i) {
    kernels::parallel_for(3, 1, 1, [&](int64_t, int64_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      const std::lock_guard hold(lock);
      seen.insert(std::this_thread::get_id());
    });
  }
  CHECK(seen.size() == static_cast<size_t>(std::min(3, omp_get_thread_limit())));
}

TEST_CASE("a process that was forked has loops, on threads of its own") {
  test::ThreadGuard guard;
  kernels::set_threads(3);
  CHECK(counts_right(10, {}));
  const pid_t child = fork();
  if (child == 0) _exit(counts_right(100, {}) ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a wait ends when the word changes, while it spins and after it fell asleep") {
  for (const auto delay : {std::chrono::microseconds(0), std::chrono::microseconds(20'000)}) {
    std::atomic<uint32_t> word{5};
    std::thread changer([&] {
      std::this_thread::sleep_for(delay);
      word = 6;
      word.notify_all();
    });
    kernels::Patience patience;
    patience.wait(word, 5);
    CHECK(word == 6);
    changer.join();
  }
}
