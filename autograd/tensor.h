#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradzoo/autograd/shape.h"
#include "gradzoo/autograd/storage.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/function_ref.h"

namespace gradzoo {

/// f32 and f64 are values; i64 holds indices and labels, u8 masks and pixels: neither takes part in
/// arithmetic.
enum class DType : uint8_t { f32, f64, i64, u8 };

std::string_view dtype_name(DType dtype);  ///< "f32"
/// Of one number.
constexpr size_t dtype_bytes(DType dtype) { return dtype == DType::f32 ? 4 : dtype == DType::u8 ? 1 : 8; }
inline bool is_floating(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }  ///< f32 and f64

/// The DType of a C++ type: float, double, int64_t or uint8_t.
template <class T>
consteval DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  if constexpr (std::is_same_v<T, double>) return DType::f64;
  if constexpr (std::is_same_v<T, int64_t>) return DType::i64;
  if constexpr (std::is_same_v<T, uint8_t>) return DType::u8;
}

/// Calls `fn.operator()<T>()` with T = float or double; other dtypes throw.
template <class Fn>
decltype(auto) visit_floating(DType dtype, Fn&& fn) {
  if (dtype == DType::f32) return fn.template operator()<float>();
  if (dtype == DType::f64) return fn.template operator()<double>();
  throw Error("a tensor of {} takes no part in arithmetic. Hint: cast(x, DType::f32)", dtype_name(dtype));
}

/// As visit_floating, for all four dtypes.
template <class Fn>
decltype(auto) visit_any(DType dtype, Fn&& fn) {
  if (dtype == DType::i64) return fn.template operator()<int64_t>();
  if (dtype == DType::u8) return fn.template operator()<uint8_t>();
  return visit_floating(dtype, std::forward<Fn>(fn));
}

/// Where a tensor stands on its thread's node list: alive iff the node at `index` still has this serial.
struct Record {
  int64_t index = -1;   ///< on the list; -1: none
  uint64_t serial = 0;  ///< 0: never recorded
};

/// A handle to contiguous row-major values. Copies share them; `clone` copies them.
///
/// Threads: a graph belongs to the thread that records it. Values may be read by any number of threads at
/// once, so threads may share frozen weights and take gradients with respect to tensors of their own; handles
/// may be copied and dropped anywhere. A leaf that one thread's live tape has met is refused on every other
/// thread: give each a leaf of its own (`detach().requires_grad_()` shares the values). Nobody may change
/// values while another thread reads them.
class Tensor {
 public:
  struct Impl;

  Tensor() = default;  // undefined: no value
  ///@{
  /// Another handle to the same values.
  Tensor(const Tensor& other) : impl_(other.impl_) { retain(impl_); }
  Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ///@}
  ~Tensor() { release(impl_); }

  bool defined() const { return impl_ != nullptr; }  ///< has a value; Tensor() has none
  const Shape& shape() const;                        ///< throws Error where undefined, as all that follow
  int rank() const { return shape().rank(); }        ///< number of axes
  int64_t size() const;                              ///< number of elements
  int64_t dim(int axis) const;  ///< the size of an axis; -1 is the last. Throws Error where there is none
  DType dtype() const;          ///< of the values

  /// The values, read-only. Throws if T is not the tensor's dtype.
  template <class T>
  const T* data() const {
    return static_cast<const T*>(checked_data(dtype_of<T>()));
  }
  /// The values, to change in place: counts a version, and throws on a tensor with a live non-leaf record.
  template <class T>
  T* mutable_data() {
    check_mutable();
    return static_cast<T*>(const_cast<void*>(checked_data(dtype_of<T>())));
  }
  /// A scalar's value (any dtype, any shape of size 1) as double.
  double item() const;
  /// The values as a vector of double, in row-major order.
  std::vector<double> to_vector() const;

  /// True for a leaf that wants gradients, and for what was recorded from one and is still on the tape.
  bool requires_grad() const;
  /// Makes this tensor a leaf whose gradients are wanted (or not). Throws for i64, u8 and recorded results,
  /// and where a live tape has met the leaf.
  Tensor& requires_grad_(bool wanted = true);
  bool is_leaf() const;  ///< requires grad by itself, not through history
  /// The gradient that backward() accumulated; undefined before the first. Detached.
  Tensor grad() const;
  /// Marks the gradient as empty: the next backward() stores into its buffer instead of adding.
  void zero_grad();
  /// Takes the values that stand in the gradient's buffer for the gradient: written there by hand, not by
  /// backward().
  void accept_grad();
  /// Gives the gradient a buffer of this tensor's shape and dtype to live in; it counts as empty.
  void set_grad_buffer(const Tensor& buffer);

  /// The same values (storage shared), no history, no gradient wanted.
  Tensor detach() const;
  /// A copy of the values. Recorded, as every op.
  Tensor clone() const;
  /// The same storage under another shape of equal size. Recorded: `reshape` of ops.h, where no size may be
  /// -1.
  Tensor view(const Shape& shape) const;
  /// Rows [begin, end) of the first axis, storage shared. Recorded: `slice` of ops.h.
  Tensor rows(int64_t begin, int64_t end) const;
  /// Row i of the first axis, without that axis: (n, ...) -> (...). Negative i counts from the back. Storage
  /// shared, and recorded, as rows(). Throws where there is no such row.
  Tensor operator[](int64_t i) const;

  /// Copies this leaf's values into `flat` from element `offset` on, to live there; every handle follows.
  /// Throws where something else sees the old values: another tensor on the same storage, or a live tape.
  void move_into(const Tensor& flat, int64_t offset);

  /// A name for error messages and the explorer.
  Tensor& named(std::string_view name);
  std::string_view name() const;  ///< "" where none was given
  std::string label() const;      ///< "weight(500,784)": name and shape, for messages

  ///@{
  /// What the engine uses. An alias shares the storage and has no history.
  Impl* impl() const { return impl_; }
  bool wants_record() const;  ///< an op on this tensor must go through the tape
  Tensor alias(const Shape& shape) const;
  Tensor alias_rows(int64_t begin, int64_t end) const;
  uint64_t version() const;
  ///@}
  explicit Tensor(Impl* impl) : impl_(impl) {}  ///< takes over the handle

 private:
  static void retain(Impl* impl);
  static void release(Impl* impl) noexcept;
  const void* checked_data(DType dtype) const;
  void check_mutable();
  Impl& defined_impl() const;  ///< throws on an undefined tensor
  [[noreturn]] static void throw_undefined();
  Impl* impl_ = nullptr;
};

/// What the handles of one tensor share.
struct Tensor::Impl {
  Storage* storage = nullptr;         ///< where the values lie, from `offset` on
  int64_t offset = 0;                 ///< elements
  Shape shape;                        ///< of the tensor
  int64_t size = 0;                   ///< number of elements
  DType dtype = DType::f32;           ///< of the values
  bool requires_grad = false;         ///< as a leaf
  bool grad_is_empty = true;          ///< the next gradient is stored, not added
  bool swept = false;                 ///< a gradient, by a sweep that was not recorded
  RefCount refs;                      ///< the handles
  Tensor grad;                        ///< of a leaf, by backward()
  Record record;                      ///< the node that made it
  const std::string* name = nullptr;  ///< interned
};

/// Tensors of one step: their memory is the pool's.
using Tensors = std::vector<Tensor, PoolAllocator<Tensor>>;

inline void Tensor::retain(Impl* impl) {
  if (impl) impl->refs.add();
}
inline Tensor::Impl& Tensor::defined_impl() const {
  if (!impl_) throw_undefined();
  return *impl_;
}
inline const Shape& Tensor::shape() const { return defined_impl().shape; }
inline int64_t Tensor::size() const { return defined_impl().size; }
inline DType Tensor::dtype() const { return defined_impl().dtype; }
inline uint64_t Tensor::version() const { return impl_->storage->version; }

///@{
/// Factories. Values are uninitialised (empty), constant, or given; none is recorded. A number becomes one of
/// the dtype as by cast().
Tensor empty(const Shape& shape, DType dtype = DType::f32);
Tensor full(const Shape& shape, double value, DType dtype = DType::f32);
Tensor zeros(const Shape& shape, DType dtype = DType::f32);
Tensor ones(const Shape& shape, DType dtype = DType::f32);
inline Tensor empty_like(const Tensor& x) { return empty(x.shape(), x.dtype()); }
inline Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), x.dtype()); }
inline Tensor ones_like(const Tensor& x) { return ones(x.shape(), x.dtype()); }
///@}
/// A rank-0 tensor.
Tensor scalar(double value, DType dtype = DType::f32);

namespace detail {

template <class T>
inline constexpr bool kIsNumber =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, int> ||
    std::is_same_v<T, int64_t> || std::is_same_v<T, uint8_t>;
template <class T>
inline constexpr DType kTensorDType = std::is_floating_point_v<T>  ? DType::f32
                                      : std::is_same_v<T, uint8_t> ? DType::u8
                                                                   : DType::i64;
template <class T>
Tensor tensor_of(std::span<const T> values, const Shape& shape, DType dtype);
template <class Range>
using Element = std::remove_cvref_t<decltype(*std::data(std::declval<const Range&>()))>;

}  // namespace detail

/// Values in row-major order, tensor({1, 2, 3, 4}, {2, 2}); throws if their count is not the shape's.
Tensor tensor(const std::vector<double>& values, const Shape& shape, DType dtype = DType::f32);
/// Copies what lies in a vector, array or span of float, double, int, int64_t or uint8_t. Floating-point
/// numbers give f32, as every factory does unless f64 is asked for; int and int64_t give i64, each exactly;
/// uint8_t u8.
template <class Range, class T = detail::Element<Range>>
requires detail::kIsNumber<T> Tensor tensor(const Range& values, const Shape& shape,
                                            DType dtype = detail::kTensorDType<T>) {
  return detail::tensor_of(std::span<const T>(std::data(values), std::size(values)), shape, dtype);
}
/// 0, 1, ..., n-1. Throws Error if the dtype is u8 and n above 256.
Tensor arange(int64_t n, DType dtype = DType::f32);
/// The n x n identity.
Tensor eye(int64_t n, DType dtype = DType::f32);
/// The values converted to another dtype: to an integer towards zero, to its nearest where it cannot hold the
/// number (300 becomes 255 in u8, -1 becomes 0), NaN to 0. Never recorded, since gradients do not flow
/// between dtypes: throws for a floating-point dtype where an op on x would be recorded.
Tensor cast(const Tensor& x, DType dtype);

/// A differentiable function of one tensor, and of several.
using TensorFn = FunctionRef<Tensor(const Tensor&)>;
using TensorsFn = FunctionRef<Tensor(std::span<const Tensor>)>;  ///< of several

}  // namespace gradzoo
