#include "autograd/storage.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "autograd/base/error.h"

#if defined(__SANITIZE_ADDRESS__)
#define GRADZOO_POOL_CACHES false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRADZOO_POOL_CACHES false
#endif
#endif
#ifndef GRADZOO_POOL_CACHES
#define GRADZOO_POOL_CACHES true
#endif

namespace gradzoo {
namespace {

constexpr size_t kAlignment = 64;

// Size classes: four a power of two, so that rounding wastes at most a quarter.
struct SizeClass {
  size_t index, bytes;
};

SizeClass size_class(size_t bytes) {
  bytes = std::max(bytes, 4 * kAlignment);
  const size_t log = static_cast<size_t>(std::bit_width(bytes - 1)) - 1;  // 2^log < bytes <= 2^(log+1)
  const size_t step = size_t{1} << (log - 2);
  const size_t quarter = (bytes - (size_t{1} << log) + step - 1) / step;  // 1..4
  return {4 * log + quarter, (size_t{1} << log) + quarter * step};
}

struct FreeBlock {
  FreeBlock* next;
};

struct Pool {
  std::array<FreeBlock*, 260> free{};
  PoolStats stats;
  // Under AddressSanitizer every block goes back at once, so that a use after free is seen.
  bool caches = GRADZOO_POOL_CACHES;
};

/// What is freed when its thread has nearly ended, nobody would use again.
struct EndOfThread {
  ~EndOfThread() {
    pool->caches = false;
    trim_pool();
  }
  Pool* pool;
};

Pool* new_pool() {
  thread_local const EndOfThread end{new Pool};
  return end.pool;
}

Pool& pool() {
  thread_local Pool* instance = new_pool();  // never destroyed: tensors may outlive every static
  return *instance;
}

void* system_allocate(size_t bytes) {
  void* block = std::aligned_alloc(kAlignment, bytes);
  if (!block) {
    trim_pool();
    block = std::aligned_alloc(kAlignment, bytes);
  }
  if (!block)
    throw Error(
        fmt::format("out of memory: {} bytes were asked for. Hint: a smaller batch, or max_bytes", bytes));
  ++pool().stats.system_allocations;
  return block;
}

}  // namespace

void* pool_allocate(size_t bytes) {
  if (bytes > kMaxBytes) throw Error(fmt::format("out of memory: {} bytes were asked for", bytes));
  Pool& p = pool();
  const SizeClass c = size_class(bytes);
  void* block = p.free[c.index];
  if (block) {
    p.free[c.index] = p.free[c.index]->next;
    p.stats.cached_bytes -= c.bytes;
  } else {
    block = system_allocate(c.bytes);
  }
  p.stats.live_bytes += c.bytes;
  p.stats.peak_bytes = std::max(p.stats.peak_bytes, p.stats.live_bytes);
  return block;
}

void pool_free(void* block, size_t bytes) noexcept {
  Pool& p = pool();
  const SizeClass c = size_class(bytes);
  p.stats.live_bytes -= c.bytes;
  if (!p.caches) return std::free(block);
#ifdef GRADZOO_CHECKS
  std::memset(block, 0xff, c.bytes);  // all ones is a NaN in f32 and f64
#endif
  p.free[c.index] = new (block) FreeBlock{p.free[c.index]};
  p.stats.cached_bytes += c.bytes;
}

PoolStats pool_stats() { return pool().stats; }

void reset_pool_peak() { pool().stats.peak_bytes = pool().stats.live_bytes; }

PoolPeak::PoolPeak() : before_(pool().stats) { reset_pool_peak(); }

PoolPeak::~PoolPeak() {
  PoolStats& stats = pool().stats;
  stats.peak_bytes = std::max(stats.peak_bytes, before_.peak_bytes);
}

size_t PoolPeak::bytes() const {
  return std::max(pool().stats.peak_bytes, before_.live_bytes) - before_.live_bytes;
}

void trim_pool() {
  Pool& p = pool();
  for (FreeBlock*& head : p.free) {
    while (head) std::free(std::exchange(head, head->next));
  }
  p.stats.cached_bytes = 0;
}

Storage* Storage::create(size_t bytes) {
  auto* storage = new (pool_allocate(sizeof(Storage) + bytes)) Storage;
  storage->bytes = bytes;
  return storage;
}

void Storage::destroy(Storage* storage) noexcept { pool_free(storage, sizeof(Storage) + storage->bytes); }

}  // namespace gradzoo
