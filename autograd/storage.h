#pragma once

#include <cstddef>
#include <cstdint>

/// Memory: a caching pool, one a thread, that is never destroyed and gives its free blocks back when the
/// thread ends. After warm-up a training step asks the system for nothing.
namespace gradzoo {

constexpr size_t kMaxBytes = size_t{1} << 60;  // of one block: sizes below it cannot wrap

/// A block of at least `bytes`, 64-byte aligned. Comes from the pool's free list of its size class, else from
/// the system. Throws where there is no memory left, or for more than kMaxBytes.
void* pool_allocate(size_t bytes);
void pool_free(void* block, size_t bytes) noexcept;

/// What the calling thread's pool holds.
struct PoolStats {
  size_t live_bytes = 0;            // handed out now, rounded to size classes
  size_t peak_bytes = 0;            // largest live_bytes since the last reset_pool_peak()
  size_t cached_bytes = 0;          // free blocks kept for re-use
  uint64_t system_allocations = 0;  // blocks that came from the system
};
PoolStats pool_stats();
void reset_pool_peak();
/// Gives every cached block back to the system.
void trim_pool();

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
  PoolStats before_;
};

/// Standard-library allocator on the pool, for containers that live within a step.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(pool_allocate(n * sizeof(T))); }
  void deallocate(T* p, size_t n) noexcept { pool_free(p, n * sizeof(T)); }
  bool operator==(const PoolAllocator&) const { return true; }
};

/// Bytes shared by tensors, with the version that counts in-place changes. The bytes follow this header.
struct alignas(64) Storage {
  size_t bytes = 0;
  uint64_t version = 0;
  uint64_t saved_by = 0;  // serial of the last node that saved a tensor of these bytes
  int refs = 0;

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  /// Uninitialised bytes; refs = 0.
  static Storage* create(size_t bytes);
  static void destroy(Storage* storage) noexcept;
};

}  // namespace gradzoo
