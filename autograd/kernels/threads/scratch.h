#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace gradzoo::kernels {

/// Returns `count` elements of uninitialised, 64-byte-aligned memory that the calling thread keeps and
/// re-uses: the next call for the same type and use invalidates it. Allocates only if the memory must grow.
template <class T, class Use = void>
T* scratch(int64_t count) {
  struct Buffer {
    void* data = nullptr;
    size_t bytes = 0;
    void release() {
      if (data != nullptr) ::operator delete (data, std::align_val_t{64});
    }
    ~Buffer() { release(); }
  };
  thread_local Buffer buffer;
  const size_t bytes = static_cast<size_t>(count) * sizeof(T);
  if (bytes > buffer.bytes) {
    buffer.release();
    buffer.data = nullptr;
    buffer.bytes = 0;
    buffer.data = ::operator new (bytes + bytes / 2, std::align_val_t{64});
    buffer.bytes = bytes + bytes / 2;
  }
  return static_cast<T*>(buffer.data);
}

}  // namespace gradzoo::kernels
