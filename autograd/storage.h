#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

/// Memory: a caching pool, one a thread. After warm-up a training step asks the system for nothing. A thread
/// keeps as many free blocks of a size as it took; what it frees beyond that, of other threads' tensors, goes
/// into a pool that all share. A thread that ends gives its free blocks back.
namespace gradzoo {

/// A count of handles, one at first. Counting is safe from any number of threads.
class RefCount {
 public:
  void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }  ///< one more handle
  /// True where that was the last one: its holder may destroy what was counted.
  bool drop() noexcept {
    // Whoever holds the only handle shares it with nobody: no need to lock the bus.
    if (count_.load(std::memory_order_acquire) == 1) return true;
    return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  int count() const noexcept { return count_.load(std::memory_order_acquire); }  ///< handles now

 private:
  std::atomic<int> count_{1};
};

constexpr size_t kMaxBytes = ~size_t{0} / 16 + 1;  ///< of one block: sizes below it cannot wrap

/// A block of at least `bytes`, 64-byte aligned. Comes from the pool's free list of its size class, else from
/// the system. Throws where there is no memory left, or for more than kMaxBytes.
void* pool_allocate(size_t bytes);
/// Gives a block of pool_allocate(bytes) back, on any thread.
void pool_free(void* block, size_t bytes) noexcept;

/// What the calling thread's pool holds.
struct PoolStats {
  size_t live_bytes = 0;    ///< handed out less freed by this thread, rounded to size classes; 0 at least
  size_t peak_bytes = 0;    ///< largest live_bytes since the last reset_pool_peak()
  size_t cached_bytes = 0;  ///< free blocks kept for re-use
  uint64_t system_allocations = 0;  ///< blocks that came from the system
};
PoolStats pool_stats();  ///< of the calling thread
void reset_pool_peak();  ///< peak_bytes becomes live_bytes
/// Gives every free block of the calling thread and of the shared pool back to the system, and what else the
/// engine keeps for the thread without need.
void trim_pool();
/// Lets trim_pool() call this too: the engine registers what it keeps beside the pool.
void set_trim_hook(void (*release)());

/// Measures the memory that its scope needs; the calling thread's peak goes on as if it were not there.
class PoolPeak {
 public:
  PoolPeak();
  ~PoolPeak();
  PoolPeak(const PoolPeak&) = delete;
  PoolPeak& operator=(const PoolPeak&) = delete;
  /// The largest number of bytes alive so far beyond those of the scope's beginning.
  size_t bytes() const;

 private:
  int64_t live_, peak_;
};

/// While alive, the calling thread's pool throws an Error that says `why` rather than hand out more than so
/// many bytes beyond those that were alive before: what a file from outside asks for is held to its size.
class PoolLimit {
 public:
  PoolLimit(size_t bytes, std::string why);  ///< `bytes` beyond those alive now
  ~PoolLimit();
  PoolLimit(const PoolLimit&) = delete;
  PoolLimit& operator=(const PoolLimit&) = delete;
  /// Throws where `live` bytes are too many.
  void check(int64_t live) const;

 private:
  int64_t most_;
  std::string why_;
  const PoolLimit* outer_;
};

/// Standard-library allocator on the pool, for containers that live within a step.
template <class T>
struct PoolAllocator {
  using value_type = T;  ///< of its elements
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}  ///< from that of another type: all are equal
  /// n elements, uninitialised.
  T* allocate(size_t n) { return static_cast<T*>(pool_allocate(n * sizeof(T))); }
  void deallocate(T* p, size_t n) noexcept { pool_free(p, n * sizeof(T)); }  ///< of allocate(n)
  bool operator==(const PoolAllocator&) const { return true; }  ///< any frees what any other has allocated
};

/// Bytes shared by tensors, with the version that counts in-place changes. The bytes follow this header.
struct alignas(64) Storage {
  size_t bytes = 0;                   ///< that follow
  uint64_t version = 0;               ///< counts changes in place
  std::atomic<uint64_t> saved_by{0};  ///< serial of the last node that saved a tensor of these bytes
  RefCount refs;                      ///< handles of tensors

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }  ///< the first byte
  /// Uninitialised bytes, with one handle: the caller's.
  static Storage* create(size_t bytes);
  static void destroy(Storage* storage) noexcept;  ///< gives the block back; no handle may be left
};

}  // namespace gradzoo
