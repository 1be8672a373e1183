// Tensors and tapes of several threads.
#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/base/allocation_count.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

template <class Fn>
void on_another_thread(Fn&& fn) {
  std::thread(std::forward<Fn>(fn)).join();
}

TEST_CASE("a leaf that a live tape has met is refused on another thread, and keeps its whole gradient") {
  const Tensor w = scalar(3, DType::f64).requires_grad_().named("w");
  std::string message;
  {
    Tape tape;
    const Tensor first = square(w);
    on_another_thread([&] {
      Tape other;
      message = error_message([&] { square(w); });
    });
    CHECK(grad(first + square(w), w).item() == 12);
  }
  CHECK(message ==
        "square: leaf w() is in use on a live tape of another thread. Hint: use detach().requires_grad_(), a "
        "separate leaf");
  double after = 0;  // once that tape has ended, any thread may take its turn
  on_another_thread([&] {
    Tape other;
    after = grad(square(w), w).item();
  });
  CHECK(after == 6);
}

TEST_CASE("a leaf in use on a live tape keeps its gradient: it cannot be switched off there") {
  Tensor w = scalar(3, DType::f64).requires_grad_().named("w");
  {
    Tape tape;
    const Tensor y = square(w);
    CHECK(error_message([&] { w.requires_grad_(false); }) ==
          "requires_grad_: leaf w() is in use on a live tape. Hint: detach() gives its values without a "
          "gradient");
    w.requires_grad_(true);
    CHECK(grad(y * w, w).item() == 27);
  }
  w.requires_grad_(false);
  CHECK_FALSE(w.is_leaf());
}

TEST_CASE("what another thread recorded is never taken for a node of this one, however many this one makes") {
  on_another_thread([] {
    const Tensor x = scalar(2).requires_grad_();
    {
      const Tape first;
      square(x);
    }
    Tensor foreign;
    on_another_thread([&] {
      const Tensor u = scalar(3).requires_grad_();
      const Tape tape;
      foreign = square(u);
    });
    for (int i = 0; i < 100; ++i) {
      const Tape tape;
      const Tensor y = square(x);
      REQUIRE(y.impl()->record.index == foreign.impl()->record.index);
      CHECK_FALSE(foreign.requires_grad());
    }
  });
}

TEST_CASE("threads share frozen weights while each takes gradients of its own") {
  Rng rng(1);
  const Tensor w = randn({16, 16}, rng, DType::f64), b = randn({16}, rng, DType::f64);
  const auto input_gradient = [&](double at) {
    const Tensor x = full({4, 16}, at, DType::f64).requires_grad_();
    Tape tape;
    return grad(sum(square(silu(linear(x, w, b)))), x).to_vector();
  };
  const std::vector<double> expected = input_gradient(0.5);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, w, b] {  // handles that are copied here and dropped there
      for (int i = 0; i < 300; ++i) {
        const Tensor copy = w;
        if (input_gradient(0.5) != expected) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("tensors made on one thread and dropped on another go round, and nothing piles up") {
  constexpr int64_t kNumbers = 250'000;  // a megabyte each
  const auto pass_on = [](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      Tensor made = zeros({kNumbers});
      on_another_thread([moved = std::move(made)]() mutable { moved = Tensor(); });
    }
  };
  pass_on(20);
  const PoolStats before = pool_stats();
  const int64_t resident = resident_bytes();
  pass_on(300);
  CHECK(pool_stats().cached_bytes <= before.cached_bytes);
  if (counts_allocations()) CHECK(pool_stats().system_allocations == before.system_allocations);
  if (counts_allocations()) CHECK(resident_bytes() - resident < 20'000'000);
}

TEST_CASE("a thread that drops what others made has no bytes alive, not all that a number can hold") {
  std::vector<Tensor> made;
  for (int i = 0; i < 100; ++i) made.push_back(zeros({1000}));
  PoolStats there;
  size_t peak = 0;
  on_another_thread([&] {
    made.clear();
    there = pool_stats();
    const PoolPeak measured;
    const Tensor own = zeros({100'000});
    peak = measured.bytes();
  });
  CHECK(there.live_bytes == 0);
  CHECK(there.peak_bytes == 0);
  CHECK(peak >= 400'000);
  CHECK(peak < 1'000'000);
}

TEST_CASE("threads that open a tape leave nothing behind") {
  if (!counts_allocations()) return;  // a sanitizer keeps freed blocks for a while
  const auto taped = [] {
    const Tensor x = scalar(2, DType::f64).requires_grad_().named("x");
    Tape tape({.trace = true});
    grad(square(x), x);
  };
  for (int i = 0; i < 20; ++i) on_another_thread(taped);
  const int64_t before = resident_bytes();
  for (int i = 0; i < 300; ++i) on_another_thread(taped);
  // One tape's nodes alone are 280,000. An emulated processor takes some 27,000 a thread for itself.
  CHECK(resident_bytes() - before < 300 * 70'000);
}

TEST_CASE("trim_pool gives back what a large tape needed") {
  if (!counts_allocations()) return;
  const auto large_tape = [] {
    const Tensor x = scalar(0.5, DType::f64).requires_grad_();
    Tape tape;
    Tensor y = x;
    for (int i = 0; i < 300'000; ++i) y = y + 0.0;
  };
  trim_pool();
  const int64_t before = resident_bytes();
  large_tape();
  CHECK(resident_bytes() - before > 60'000'000);
  trim_pool();
  CHECK(resident_bytes() - before < 10'000'000);
}

}  // namespace
}  // namespace gradzoo
