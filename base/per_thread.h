#pragma once

#include <utility>

namespace gradzoo {

/// An object of type T per thread, made at its first use and deleted when the thread ends. Destructors of
/// statics and of other thread_locals may run even later and free tensors; both functions handle this case.
template <class T>
class PerThread {
 public:
  /// Returns the calling thread's T, or nullptr if it is already deleted.
  static T* get() {
    if (mine_ == nullptr && !ended_) [[unlikely]] {
      make();
    }
    return mine_;
  }
  /// Returns the calling thread's T. If it is already deleted, makes a new one that is never deleted.
  static T& get_or_new() {
    if (mine_ == nullptr) [[unlikely]] {
      if (get() == nullptr) mine_ = new T;
    }
    return *mine_;
  }

 private:
  struct End {
    ~End() {
      ended_ = true;
      delete std::exchange(mine_, nullptr);
    }
  };
  static void make() {
    thread_local const End end;
    static_cast<void>(&end);
    mine_ = new T;
  }

  static inline constinit thread_local T* mine_ = nullptr;
  static inline constinit thread_local bool ended_ = false;
};

}  // namespace gradzoo
