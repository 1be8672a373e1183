#pragma once

#include <utility>

namespace gradzoo {

/// The calling thread's own T, made at its first use and deleted when the thread ends. Destructors of statics
/// and of other thread_locals may run later still, and free tensors: what they find is said at each function.
template <class T>
class PerThread {
 public:
  /// nullptr where the thread's T is gone already.
  static T* get() {
    if (mine_ == nullptr && !ended_) [[unlikely]] {
      make();
    }
    return mine_;
  }
  /// A new one, for good, where the thread's T is gone already.
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
