#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace gradzoo {

template <class Signature>
class FunctionRef;

/// A reference to a callable, passed for the length of one call without an allocation.
template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
  /// Refers to any callable that takes Args and returns R; the callable must outlive this reference.
  template <class Fn>
  requires(!std::is_same_v<std::remove_cvref_t<Fn>, FunctionRef> && std::is_invocable_r_v<R, Fn&, Args...>)
      FunctionRef(Fn&& fn)
      : object_(address_of(fn)), call_(&call<std::remove_reference_t<Fn>>) {}
  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }  ///< the call

 private:
  ///@{
  /// A function's address and an object's address need different casts.
  template <class Fn>
  static void* address_of(Fn& fn) {
    if constexpr (std::is_function_v<Fn>)
      return reinterpret_cast<void*>(&fn);
    else
      return const_cast<void*>(static_cast<const void*>(std::addressof(fn)));
  }
  template <class Fn>
  static R call(void* object, Args... args) {
    if constexpr (std::is_function_v<Fn>)
      return (*reinterpret_cast<Fn*>(object))(std::forward<Args>(args)...);
    else
      return (*static_cast<Fn*>(object))(std::forward<Args>(args)...);
  }
  ///@}

  void* object_;
  R (*call_)(void*, Args...);
};

}  // namespace gradzoo
