#include <cstring>

#include "tools/python/python.h"

/// Arrays of NumPy, and whatever has __array__, as tensors; tensors as arrays.
namespace gradzoo::python {
namespace {

// The dtype whose numbers hold those of an array without loss, or nothing.
std::optional<DType> fitting(char kind, py::ssize_t bytes) {
  if (kind == 'f' && bytes <= 4) return DType::f32;
  if (kind == 'f' && bytes == 8) return DType::f64;
  if (kind == 'b' || (kind == 'u' && bytes == 1)) return DType::u8;
  if (kind == 'i' || (kind == 'u' && bytes < 8)) return DType::i64;
  return {};
}

Tensor copied(const py::array& array, DType dtype) {
  Tensor x = empty(Shape(std::vector<int64_t>(array.shape(), array.shape() + array.ndim())), dtype);
  visit_any(dtype, [&]<class T>() {
    const py::array_t<T, py::array::c_style | py::array::forcecast> values(array);
    if (x.size() > 0) std::memcpy(x.mutable_data<T>(), values.data(), static_cast<size_t>(values.nbytes()));
  });
  return x;
}

}  // namespace

Tensor tensor_from(const py::handle& values, std::optional<DType> dtype) {
  if (py::isinstance<Tensor>(values)) {
    const Tensor& x = values.cast<const Tensor&>();
    return dtype && *dtype != x.dtype() ? cast(x, *dtype) : x;
  }
  const bool is_array = py::isinstance<py::array>(values) || py::hasattr(values, "__array__");
  const py::array array = py::module_::import("numpy").attr("asarray")(values);
  const std::optional<DType> own = fitting(array.dtype().kind(), array.itemsize());
  if (!own)
    throw Error(
        "tensor: the engine has no dtype for {}. Hint: convert to float32, float64, int64 or uint8 first",
        py::str(array.dtype()).cast<std::string>());
  if (array.ndim() > kMaxRank)
    throw Error("tensor: an array of {} axes. Hint: a tensor has at most {}; use reshape", array.ndim(),
                kMaxRank);
  const bool plain = !is_array && *own == DType::f64;  // numbers of Python
  const DType wanted = dtype.value_or(DType::f32);     // whole numbers are made by cast(), which clamps
  const Tensor x = copied(array, plain && is_floating(wanted) ? wanted : *own);
  return dtype && *dtype != x.dtype() ? cast(x, *dtype) : x;
}

py::array array_of(const Tensor& x, bool writable) {
  const py::capsule owner(new Tensor(x), [](void* kept) { delete static_cast<Tensor*>(kept); });
  py::array array = visit_any(x.dtype(), [&]<class T>() -> py::array {
    return py::array_t<T>(std::vector<py::ssize_t>(x.shape().begin(), x.shape().end()), x.data<T>(), owner);
  });
  if (!writable) array.attr("setflags")(py::arg("write") = false);
  return array;
}

}  // namespace gradzoo::python
