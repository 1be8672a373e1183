#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

/// Memory: a caching pool per thread. After warm-up a training step asks the system for no memory. A thread
/// keeps as many free blocks of a size as it took. Further blocks that it frees, from other threads' tensors,
/// go into a shared pool. A thread that ends returns its free blocks.
namespace gradzoo {

/// A count of handles, 1 at first. Any number of threads may count safely.
class RefCount {
 public:
  void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }  ///< adds one handle
  /// Removes a handle. True if it was the last one: its holder may destroy the counted object.
  bool drop() noexcept {
    // The holder of the only handle shares it with nobody: no need to lock the bus.
    if (count_.load(std::memory_order_acquire) == 1) return true;
    return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  int count() const noexcept { return count_.load(std::memory_order_acquire); }  ///< current count

 private:
  std::atomic<int> count_{1};
};

constexpr size_t kMaxBytes = ~size_t{0} / 16 + 1;  ///< largest block, bytes; rounding up cannot overflow

/// Returns a block of at least `bytes`, 64-byte aligned, from the pool's free list of its size class, else
/// from the system. Throws Error if there is no memory left, or for more than kMaxBytes.
void* pool_allocate(size_t bytes);
/// Returns a block of pool_allocate(bytes) to the pool, on any thread.
void pool_free(void* block, size_t bytes) noexcept;

/// The statistics of the calling thread's pool.
struct PoolStats {
  size_t live_bytes = 0;    ///< bytes that this thread took less those it freed, by size class; 0 at least
  size_t peak_bytes = 0;    ///< largest live_bytes since the last reset_pool_peak()
  size_t cached_bytes = 0;  ///< bytes of free blocks kept for re-use
  uint64_t system_allocations = 0;  ///< number of blocks from the system
};
PoolStats pool_stats();  ///< statistics of the calling thread
void reset_pool_peak();  ///< sets peak_bytes to live_bytes
/// Returns every free block of the calling thread and of the shared pool to the system, and all else that the
/// engine keeps for the thread without need.
void trim_pool();
/// Makes trim_pool() call this function too: the engine registers the release of its other memory.
void set_trim_hook(void (*release)());

/// A scope that measures its memory; the calling thread's peak continues as if the scope did not exist.
class PoolPeak {
 public:
  PoolPeak();
  ~PoolPeak();
  PoolPeak(const PoolPeak&) = delete;
  PoolPeak& operator=(const PoolPeak&) = delete;
  /// Returns the largest number of live bytes so far, beyond those alive at the beginning of the scope.
  size_t bytes() const;

 private:
  int64_t live_, peak_;
};

/// A limit: while it lives, the calling thread's pool throws an Error with the text `why` before it hands out
/// more than so many bytes beyond those alive before. Readers of foreign files use it, so that a file cannot
/// request more than its size allows.
class PoolLimit {
 public:
  PoolLimit(size_t bytes, std::string why);  ///< limit of `bytes` above those alive now
  ~PoolLimit();
  PoolLimit(const PoolLimit&) = delete;
  PoolLimit& operator=(const PoolLimit&) = delete;
  /// Throws Error if `live` bytes are too many.
  void check(int64_t live) const;

 private:
  int64_t most_;
  std::string why_;
  const PoolLimit* outer_;
};

/// A standard-library allocator on the pool, for containers that live within a step.
template <class T>
struct PoolAllocator {
  using value_type = T;  ///< type of the elements
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}  ///< copy for another type: all are equal
  /// Returns memory for n uninitialised elements.
  T* allocate(size_t n) { return static_cast<T*>(pool_allocate(n * sizeof(T))); }
  void deallocate(T* p, size_t n) noexcept { pool_free(p, n * sizeof(T)); }  ///< frees memory of allocate(n)
  bool operator==(const PoolAllocator&) const { return true; }  ///< true: each can free any other's memory
};

/// The bytes that tensors share, with a version that counts in-place changes. The bytes follow this header.
struct alignas(64) Storage {
  size_t bytes = 0;                   ///< number of bytes that follow
  uint64_t version = 0;               ///< number of in-place changes
  std::atomic<uint64_t> saved_by{0};  ///< serial of the last node that saved a tensor of these bytes
  RefCount refs;                      ///< tensors' handles

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }  ///< address of the first byte
  /// Allocates uninitialised bytes with one handle, which the caller owns.
  static Storage* create(size_t bytes);
  static void destroy(Storage* storage) noexcept;  ///< frees the block; no handle may be left
};

}  // namespace gradzoo
