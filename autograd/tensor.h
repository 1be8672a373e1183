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

/// The type of an element. f32 and f64 are values; i64 is for indices and labels, and u8 for masks and
/// pixels: neither takes part in arithmetic.
enum class DType : uint8_t { f32, f64, i64, u8 };

std::string_view dtype_name(DType dtype);  ///< name such as "f32"
/// Returns the size of one element in bytes.
constexpr size_t dtype_bytes(DType dtype) { return dtype == DType::f32 ? 4 : dtype == DType::u8 ? 1 : 8; }
inline bool is_floating(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }  ///< f32 and f64

/// Returns the DType of a C++ type: float, double, int64_t or uint8_t.
template <class T>
consteval DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  if constexpr (std::is_same_v<T, double>) return DType::f64;
  if constexpr (std::is_same_v<T, int64_t>) return DType::i64;
  if constexpr (std::is_same_v<T, uint8_t>) return DType::u8;
}

/// Calls `fn.operator()<T>()` with T = float or double; other dtypes throw Error.
template <class Fn>
decltype(auto) visit_floating(DType dtype, Fn&& fn) {
  if (dtype == DType::f32) return fn.template operator()<float>();
  if (dtype == DType::f64) return fn.template operator()<double>();
  throw Error("a tensor of {} takes no part in arithmetic. Hint: use cast(x, DType::f32)", dtype_name(dtype));
}

/// Does the same as visit_floating for all four dtypes.
template <class Fn>
decltype(auto) visit_any(DType dtype, Fn&& fn) {
  if (dtype == DType::i64) return fn.template operator()<int64_t>();
  if (dtype == DType::u8) return fn.template operator()<uint8_t>();
  return visit_floating(dtype, std::forward<Fn>(fn));
}

/// A tensor's place on its thread's node list; valid while the node at `index` still has this serial.
struct Record {
  int64_t index = -1;   ///< index on the list; -1: none
  uint64_t serial = 0;  ///< serial of the node; 0: never recorded
};

/// A handle to contiguous row-major values. Copies share the values; `clone` copies them.
///
/// Threads: a graph belongs to the thread that records it. Any number of threads may read values at once, so
/// threads may share frozen weights and take gradients with respect to their own tensors; handles may be
/// copied and dropped anywhere. A leaf that one thread's live tape has used is refused on every other thread:
/// give each thread its own leaf (`detach().requires_grad_()` shares the values). No thread may change values
/// while another thread reads them.
class Tensor {
 public:
  struct Impl;

  Tensor() = default;  // undefined: no value
  ///@{
  /// Makes another handle to the same values.
  Tensor(const Tensor& other) : impl_(other.impl_) { retain(impl_); }
  Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ///@}
  ~Tensor() { release(impl_); }

  bool defined() const { return impl_ != nullptr; }  ///< true if there is a value; Tensor() has none
  const Shape& shape() const;  ///< shape; throws Error if undefined, as all functions below do
  int rank() const { return shape().rank(); }  ///< number of axes
  int64_t size() const;                        ///< number of elements
  int64_t dim(int axis) const;  ///< size of an axis; -1 is the last. Throws Error for a missing axis
  DType dtype() const;          ///< dtype of the values

  /// Returns the values, read-only. Throws Error if T is not the tensor's dtype.
  template <class T>
  const T* data() const {
    return static_cast<const T*>(checked_data(dtype_of<T>()));
  }
  /// Returns the values to change in place, and counts a version. Throws Error if a live tape has made them.
  template <class T>
  T* mutable_data() {
    check_mutable();
    return static_cast<T*>(const_cast<void*>(checked_data(dtype_of<T>())));
  }
  /// Returns a scalar's value (any dtype, any shape of size 1) as double.
  double item() const;
  /// Returns the values as a vector of double, in row-major order.
  std::vector<double> to_vector() const;

  /// True for a leaf that wants gradients, and for a result recorded from one that is still on the tape.
  bool requires_grad() const;
  /// Makes this tensor a leaf whose gradients are wanted (or not). Throws Error for i64, u8 and recorded
  /// results, and if a live tape has used the leaf.
  Tensor& requires_grad_(bool wanted = true);
  bool is_leaf() const;  ///< true if it requires grad itself, not through its history
  /// Returns the detached gradient that backward() has accumulated; undefined before the first backward().
  Tensor grad() const;
  /// Marks the gradient as empty: the next backward() stores into its buffer instead of adding.
  void zero_grad();
  /// Accepts the values in the gradient's buffer as the gradient, if other code than backward() wrote them.
  void accept_grad();
  /// Sets the buffer of the gradient, which has this tensor's shape and dtype; the gradient counts as empty.
  void set_grad_buffer(const Tensor& buffer);

  /// Returns the same values (shared storage) without a history; the result wants no gradient.
  Tensor detach() const;
  /// Returns a copy of the values. The copy is recorded, as every op is.
  Tensor clone() const;
  /// Returns the same storage under another shape of equal size. Recorded as `reshape` of ops.h; no size may
  /// be -1 here.
  Tensor view(const Shape& shape) const;
  /// Returns rows [begin, end) of the first axis with shared storage. Recorded as `slice` of ops.h.
  Tensor rows(int64_t begin, int64_t end) const;
  /// Returns row i of the first axis without that axis: (n, ...) -> (...). Negative i counts from the back.
  /// The storage is shared and the op recorded, as in rows(). Throws Error if there is no such row.
  Tensor operator[](int64_t i) const;

  /// Moves this leaf's values into `flat` from element `offset` on; every handle follows. Throws Error if
  /// anything else uses the old values: another tensor on the same storage, or a live tape.
  void move_into(const Tensor& flat, int64_t offset);

  /// Sets a name for error messages and the explorer.
  Tensor& named(std::string_view name);
  std::string_view name() const;  ///< name, "" if there is none
  std::string label() const;      ///< name and shape for messages: "weight(500,784)"

  ///@{
  /// Functions for the engine. An alias shares the storage and has no history.
  Impl* impl() const { return impl_; }
  bool wants_record() const;  ///< true if an op on this tensor must be recorded
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

/// The data that all handles of one tensor share.
struct Tensor::Impl {
  Storage* storage = nullptr;         ///< storage of the values, from `offset` on
  int64_t offset = 0;                 ///< offset in elements
  Shape shape;                        ///< shape of the tensor
  int64_t size = 0;                   ///< number of elements
  DType dtype = DType::f32;           ///< dtype of the values
  bool requires_grad = false;         ///< true for a leaf that wants gradients
  bool grad_is_empty = true;          ///< true: the next gradient is stored, not added
  bool swept = false;                 ///< true for a gradient from a sweep that was not recorded
  RefCount refs;                      ///< count of the handles
  Tensor grad;                        ///< gradient of a leaf from backward()
  Record record;                      ///< node that made the tensor
  const std::string* name = nullptr;  ///< interned name
};

/// A list of tensors of one step, with memory from the pool.
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
/// Factories: the values are uninitialised (empty), constant or given, and none is recorded. A number is
/// converted to the dtype as by cast().
Tensor empty(const Shape& shape, DType dtype = DType::f32);
Tensor full(const Shape& shape, double value, DType dtype = DType::f32);
Tensor zeros(const Shape& shape, DType dtype = DType::f32);
Tensor ones(const Shape& shape, DType dtype = DType::f32);
inline Tensor empty_like(const Tensor& x) { return empty(x.shape(), x.dtype()); }
inline Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), x.dtype()); }
inline Tensor ones_like(const Tensor& x) { return ones(x.shape(), x.dtype()); }
///@}
/// Returns a rank-0 tensor.
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

/// Returns values in row-major order: tensor({1, 2, 3, 4}, {2, 2}). Throws Error if the count is wrong.
Tensor tensor(const std::vector<double>& values, const Shape& shape, DType dtype = DType::f32);
/// Copies a vector, array or span of float, double, int, int64_t or uint8_t. Floating-point numbers give f32,
/// as in every factory, unless f64 is requested; int and int64_t give exact i64, and uint8_t gives u8.
template <class Range, class T = detail::Element<Range>>
requires detail::kIsNumber<T> Tensor tensor(const Range& values, const Shape& shape,
                                            DType dtype = detail::kTensorDType<T>) {
  return detail::tensor_of(std::span<const T>(std::data(values), std::size(values)), shape, dtype);
}
/// Returns 0, 1, ..., n-1. Throws Error if the dtype is u8 and n is above 256.
Tensor arange(int64_t n, DType dtype = DType::f32);
/// Returns the n x n identity matrix.
Tensor eye(int64_t n, DType dtype = DType::f32);
/// Converts the values to another dtype. Conversions to integers round towards zero and clamp to the range
/// (in u8, 300 becomes 255 and -1 becomes 0); NaN becomes 0. Not recorded, since gradients do not flow
/// between dtypes: throws Error if the new dtype is floating-point and an op on x would be recorded.
Tensor cast(const Tensor& x, DType dtype);

/// A differentiable function of one tensor.
using TensorFn = FunctionRef<Tensor(const Tensor&)>;
using TensorsFn = FunctionRef<Tensor(std::span<const Tensor>)>;  ///< function of several tensors

}  // namespace gradzoo
