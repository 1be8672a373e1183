#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/base/allocation_count.h"

namespace gradzoo {
namespace {

constexpr int64_t kBatch = 64, kWidth = 128;

/// A two-layer network with a second-order loss, as a training loop would use it.
struct Steps {
  Rng rng{1, "memory"};
  Tensor w1 = (randn({kWidth, kWidth}, rng) * 0.05).requires_grad_();
  Tensor b1 = zeros({kWidth}).requires_grad_();
  Tensor w2 = (randn({1, kWidth}, rng) * 0.05).requires_grad_();
  Tensor x = randn({kBatch, kWidth}, rng).requires_grad_();

  void first_order() {
    Tape tape;
    const Tensor y = linear(silu(linear(randn({kBatch, kWidth}, rng), w1, b1)), w2);
    finish(mean(square(y)));
  }
  void second_order() {
    Tape tape;
    const Tensor energy = sum(linear(silu(linear(x, w1, b1)), w2));
    finish(mean(square(grad(energy, x, {.create_graph = true}))));
  }
  void finish(const Tensor& loss) {
    const Tensor params[] = {w1, b1, w2};
    for (Tensor p : params) p.zero_grad();
    backward(loss, params);
    for (Tensor p : params) {
      float* values = p.mutable_data<float>();
      const Tensor gradient = p.grad();
      for (int64_t i = 0; i < p.size(); ++i) values[i] -= 1e-3f * gradient.data<float>()[i];
    }
  }
};

TEST_CASE("after warm-up ten thousand training steps allocate nothing, and memory stays flat") {
  Steps steps;
  for (int i = 0; i < 20; ++i) steps.first_order(), steps.second_order();
  const PoolStats before = pool_stats();
  const uint64_t allocations = allocation_count();
  const int steps_of_first_order = counts_allocations() ? 9000 : 300;  // a sanitizer counts none
  for (int i = 0; i < steps_of_first_order; ++i) {
    steps.first_order();
    if (i % 9 == 0) steps.second_order();
  }
  const uint64_t made = allocation_count() - allocations;
  if (counts_allocations()) CHECK(made == 0);
  CHECK(pool_stats().live_bytes == before.live_bytes);
  if (counts_allocations()) CHECK(pool_stats().cached_bytes == before.cached_bytes);
}

// Activations of a 200-layer chain, each saved by one op: a sweep that kept them would hold them all.
TEST_CASE("saved tensors are freed after their last use: a sweep needs hardly more than its forward pass") {
  const int64_t n = 64 * 1024;
  const size_t one = static_cast<size_t>(n) * 8;
  Tensor x = full({n}, 0.5, DType::f64).requires_grad_();
  const size_t before = pool_stats().live_bytes;
  Tape tape;
  Tensor y = x;
  for (int i = 0; i < 200; ++i) y = sin(y);
  const Tensor loss = sum(y);
  const size_t forward = pool_stats().live_bytes - before;
  CHECK(forward > 199 * one);
  reset_pool_peak();
  const Tensor g = grad(loss, x);
  CHECK(pool_stats().peak_bytes - before < forward + 6 * one);
  y = Tensor();
  CHECK(pool_stats().live_bytes - before < 4 * one);
}

TEST_CASE("a retained graph keeps what it saved, and the tape's end frees it") {
  const int64_t n = 1024;
  Tensor x = full({n}, 0.5, DType::f64).requires_grad_();
  const size_t before = pool_stats().live_bytes;
  {
    Tape tape;
    Tensor y = x;
    for (int i = 0; i < 50; ++i) y = sin(y);
    grad(sum(y), x, {.retain_graph = true});
    CHECK(pool_stats().live_bytes - before > 49u * 8u * static_cast<size_t>(n));
  }
  CHECK(pool_stats().live_bytes == before);
}

TEST_CASE("ops save only what the wanted gradients read") {
  const int64_t n = 64 * 1024;
  const Tensor constant = full({n}, 2.0, DType::f64);
  Tensor x = full({n}, 0.5, DType::f64).requires_grad_();
  const size_t before = pool_stats().live_bytes;
  Tape tape;
  Tensor y = x;
  for (int i = 0; i < 20; ++i) y = y * constant;  // d/dy reads the constant alone
  CHECK(pool_stats().live_bytes - before < 3u * 8u * static_cast<size_t>(n));
}

TEST_CASE("A step under create_graph needs at most three times the memory of a first-order step") {
  // The same energy and data: the gradient of mean f(x), against that of mean |grad_x f|^2.
  Rng rng(1, "test/memory");
  const Tensor x = randn({128, 784}, rng);
  const Tensor w1 = randn({512, 784}, rng).requires_grad_(), w2 = randn({512, 512}, rng).requires_grad_();
  const Tensor w3 = randn({1, 512}, rng).requires_grad_();
  const Tensor weights[] = {w1, w2, w3};
  const auto f = [&](const Tensor& at) {
    return sum(linear(silu(linear(silu(linear(at, w1, {})), w2, {})), w3, {}));
  };
  const auto peak_of = [&](auto&& step) {
    step();
    const size_t before = pool_stats().live_bytes;
    reset_pool_peak();
    step();
    return static_cast<double>(pool_stats().peak_bytes - before);
  };
  const double first_order = peak_of([&] {
    Tape tape;
    grad(f(x), weights);
  });
  const double second_order = peak_of([&] {
    Tape tape;
    const Tensor at = x.detach().requires_grad_();
    grad(sum(square(grad(f(at), at, {.create_graph = true}))), weights);
  });
  CHECK(second_order <= 3 * first_order);
  CHECK(second_order > first_order);
}

TEST_CASE("a tensor larger than any memory is refused, and leaves the pool as it was") {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const int shift : {61, 62}) {
      CHECK_THROWS_AS(empty({int64_t{1} << shift}, dtype), Error);
      CHECK_THROWS_AS(empty({(int64_t{1} << shift) - 8}, dtype), Error);
    }
  if (!counts_allocations()) return;  // a sanitizer's allocator would end the process
  const PoolStats before = pool_stats();
  CHECK_THROWS_AS(empty({int64_t{1} << 50}), Error);
  CHECK(pool_stats().live_bytes == before.live_bytes);
}

TEST_CASE("a thread that ends gives its free memory back, also what is freed in its last moments") {
  if (!counts_allocations()) return;  // a sanitizer keeps freed blocks for a while
  const auto resident = [] {
    std::ifstream file("/proc/self/statm");
    int64_t pages = 0, resident_pages = 0;
    file >> pages >> resident_pages;
    return resident_pages * ::sysconf(_SC_PAGESIZE);
  };
  constexpr int64_t kBytes = 40'000'000;  // so large that malloc keeps none of it for itself
  const int64_t before = resident();
  for (int i = 0; i < 10; ++i) {
    std::thread([] {
      thread_local Tensor outlives_the_pool;  // made before the thread's first tensor, so destroyed after it
      outlives_the_pool = zeros({kBytes / 4});
      zeros({kBytes / 4});
    }).join();
  }
  CHECK(resident() - before < kBytes);
}

}  // namespace
}  // namespace gradzoo
