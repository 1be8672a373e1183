#include "autograd/kernels/pointwise/elementwise.h"
#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

Tensor full(const Shape& shape, double value, DType dtype) {
  Tensor out = empty(shape, dtype);
  visit_any(dtype, [&]<class T>() { kernels::fill(value, out.mutable_data<T>(), out.size()); });
  return out;
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0.0, dtype); }

Tensor ones(const Shape& shape, DType dtype) { return full(shape, 1.0, dtype); }

Tensor scalar(double value, DType dtype) { return full(Shape{}, value, dtype); }

template <class T>
Tensor detail::tensor_of(std::span<const T> values, const Shape& shape, DType dtype) {
  if (static_cast<int64_t>(values.size()) != shape.size())
    throw Error("tensor: {} values for shape {}. Hint: it needs {}", values.size(), shape.str(),
                shape.size());
  Tensor out = empty(shape, dtype);
  visit_any(dtype, [&]<class To>() { kernels::cast(values.data(), out.mutable_data<To>(), out.size()); });
  return out;
}
template Tensor detail::tensor_of(std::span<const float>, const Shape&, DType);
template Tensor detail::tensor_of(std::span<const double>, const Shape&, DType);
template Tensor detail::tensor_of(std::span<const int>, const Shape&, DType);
template Tensor detail::tensor_of(std::span<const int64_t>, const Shape&, DType);
template Tensor detail::tensor_of(std::span<const uint8_t>, const Shape&, DType);

Tensor tensor(const std::vector<double>& values, const Shape& shape, DType dtype) {
  return detail::tensor_of(std::span(values), shape, dtype);
}

Tensor arange(int64_t n, DType dtype) {
  constexpr int64_t kBytes = 256;
  if (dtype == DType::u8 && n > kBytes)
    throw Error("arange: u8 ends at 255, and {} numbers at {}. Hint: arange({}, DType::i64)", n, n - 1, n);
  Tensor out = empty({n}, dtype);
  visit_any(dtype, [&]<class T>() {
    T* values = out.mutable_data<T>();
    for (int64_t i = 0; i < n; ++i) values[i] = static_cast<T>(i);
  });
  return out;
}

Tensor eye(int64_t n, DType dtype) {
  Tensor out = zeros({n, n}, dtype);
  visit_any(dtype, [&]<class T>() {
    T* values = out.mutable_data<T>();
    for (int64_t i = 0; i < n; ++i) values[i * n + i] = T{1};
  });
  return out;
}

Tensor cast(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  if (is_floating(dtype) && x.wants_record())
    throw Error("cast: tensor {} is tracked, and no gradient flows from {} to {}. Hint: detach() it first",
                x.label(), dtype_name(dtype), dtype_name(x.dtype()));
  Tensor out = empty(x.shape(), dtype);
  visit_any(x.dtype(), [&]<class From>() {
    visit_any(dtype, [&]<class To>() { kernels::cast(x.data<From>(), out.mutable_data<To>(), x.size()); });
  });
  return out;
}

}  // namespace gradzoo
