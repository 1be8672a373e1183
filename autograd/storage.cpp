#include "gradzoo/autograd/storage.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "base/per_thread.h"
#include "gradzoo/base/error.h"

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

// Under AddressSanitizer every block goes back at once, so that a use after free is seen.
constexpr bool kPoolCaches = GRADZOO_POOL_CACHES;

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

constexpr size_t kClasses = 260;

/// Free blocks by size class.
struct FreeLists {
  std::array<FreeBlock*, kClasses> heads{};

  void* take(size_t c) {
    FreeBlock* const block = heads[c];
    if (block != nullptr) heads[c] = block->next;
    return block;
  }
  void put(size_t c, void* block) { heads[c] = new (block) FreeBlock{heads[c]}; }
  void free_all() {
    for (FreeBlock*& head : heads) {
      while (head) std::free(std::exchange(head, head->next));
    }
  }
};

/// The memory of one thread. Bytes are counted with a sign: a thread may free what another took.
struct Pool {
  FreeLists free;
  /// Blocks that the thread took and did not get back, by class: as many as it may still keep. Alone, a
  /// thread keeps all that it frees.
  std::array<int64_t, kClasses> out{};
  int64_t live_bytes = 0, peak_bytes = 0;
  size_t cached_bytes = 0;
  uint64_t system_allocations = 0;
  const PoolLimit* limit = nullptr;  // the innermost

  ~Pool() { free.free_all(); }
};

/// nullptr in a thread that has nearly ended: what is freed there, nobody would use again.
Pool* pool() { return PerThread<Pool>::get(); }

/// Blocks that a thread freed and another took.
struct SharedPool {
  std::mutex mutex;
  FreeLists free;
  std::array<std::atomic<bool>, kClasses> has_some{};
};

SharedPool& shared_pool() {
  static auto* const instance = new SharedPool;  // never destroyed: statics may free tensors
  return *instance;
}

void* take_shared(size_t c) {
  SharedPool& shared = shared_pool();
  if (!shared.has_some[c].load(std::memory_order_relaxed)) return nullptr;
  const std::lock_guard lock(shared.mutex);
  void* const block = shared.free.take(c);
  shared.has_some[c].store(shared.free.heads[c] != nullptr, std::memory_order_relaxed);
  return block;
}

void put_shared(size_t c, void* block) {
  SharedPool& shared = shared_pool();
  const std::lock_guard lock(shared.mutex);
  shared.free.put(c, block);
  shared.has_some[c].store(true, std::memory_order_relaxed);
}

std::atomic<void (*)()> g_trim_hook{nullptr};

void* system_allocate(size_t bytes) {
  void* block = std::aligned_alloc(kAlignment, bytes);
  if (!block) {
    trim_pool();
    block = std::aligned_alloc(kAlignment, bytes);
  }
  if (!block)
    throw Error("out of memory: {} bytes were asked for. Hint: use a smaller batch or model", bytes);
  return block;
}

size_t not_below_zero(int64_t bytes) { return static_cast<size_t>(std::max<int64_t>(0, bytes)); }

}  // namespace

void* pool_allocate(size_t bytes) {
  if (bytes > kMaxBytes) throw Error("out of memory: {} bytes were asked for", bytes);
  const SizeClass c = size_class(bytes);
  Pool* const p = pool();
  if (p == nullptr) return system_allocate(c.bytes);
  if (p->limit != nullptr) p->limit->check(p->live_bytes + static_cast<int64_t>(c.bytes));
  void* block = p->free.take(c.index);
  if (block) {
    p->cached_bytes -= c.bytes;
  } else if (block = take_shared(c.index); !block) {
    block = system_allocate(c.bytes);
    ++p->system_allocations;
  }
  ++p->out[c.index];
  p->live_bytes += static_cast<int64_t>(c.bytes);
  p->peak_bytes = std::max(p->peak_bytes, p->live_bytes);
  return block;
}

void pool_free(void* block, size_t bytes) noexcept {
  const SizeClass c = size_class(bytes);
#ifdef GRADZOO_CHECKS
  if (kPoolCaches) std::memset(block, 0xff, c.bytes);  // all ones is a NaN in f32 and f64
#endif
  Pool* const p = pool();
  if (p != nullptr) p->live_bytes -= static_cast<int64_t>(c.bytes);
  if (p == nullptr || !kPoolCaches) return std::free(block);
  if (p->out[c.index] == 0) return put_shared(c.index, block);
  --p->out[c.index];
  p->free.put(c.index, block);
  p->cached_bytes += c.bytes;
}

PoolStats pool_stats() {
  const Pool& p = PerThread<Pool>::get_or_new();
  return {not_below_zero(p.live_bytes), not_below_zero(p.peak_bytes), p.cached_bytes, p.system_allocations};
}

void reset_pool_peak() {
  Pool& p = PerThread<Pool>::get_or_new();
  p.peak_bytes = p.live_bytes;
}

PoolPeak::PoolPeak()
    : live_(PerThread<Pool>::get_or_new().live_bytes), peak_(PerThread<Pool>::get_or_new().peak_bytes) {
  reset_pool_peak();
}

PoolPeak::~PoolPeak() {
  Pool& p = PerThread<Pool>::get_or_new();
  p.peak_bytes = std::max(p.peak_bytes, peak_);
}

size_t PoolPeak::bytes() const { return not_below_zero(PerThread<Pool>::get_or_new().peak_bytes - live_); }

PoolLimit::PoolLimit(size_t bytes, std::string why)
    : most_(PerThread<Pool>::get_or_new().live_bytes + static_cast<int64_t>(std::min(bytes, kMaxBytes))),
      why_(std::move(why)),
      outer_(std::exchange(PerThread<Pool>::get_or_new().limit, this)) {}

PoolLimit::~PoolLimit() { PerThread<Pool>::get_or_new().limit = outer_; }

void PoolLimit::check(int64_t live) const {
  if (live > most_) throw Error(why_);
  if (outer_ != nullptr) outer_->check(live);
}

void trim_pool() {
  if (Pool* const p = pool()) {
    p->free.free_all();
    p->cached_bytes = 0;
  }
  SharedPool& shared = shared_pool();
  {
    const std::lock_guard lock(shared.mutex);
    shared.free.free_all();
    for (auto& some : shared.has_some) some.store(false, std::memory_order_relaxed);
  }
  if (const auto release = g_trim_hook.load()) release();
#if defined(__GLIBC__)
  malloc_trim(0);  // else freed blocks may stay with malloc
#endif
}

void set_trim_hook(void (*release)()) { g_trim_hook = release; }

Storage* Storage::create(size_t bytes) {
  auto* storage = new (pool_allocate(sizeof(Storage) + bytes)) Storage;
  storage->bytes = bytes;
  return storage;
}

void Storage::destroy(Storage* storage) noexcept { pool_free(storage, sizeof(Storage) + storage->bytes); }

}  // namespace gradzoo
