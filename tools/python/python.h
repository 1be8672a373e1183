#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/print.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/tensor.h"

/// What the files of the module share: tuples as shapes, the lock of the interpreter, functions of Python.
namespace gradzoo::python {

namespace py = pybind11;

void bind_tensor(py::module_& m);
void bind_functions(py::module_& m);  ///< of the headers, written by bind_functions.py
void bind_methods(py::module_& m);    ///< the functions as methods of Tensor, after both
std::vector<std::string> methods();   ///< names of the functions whose first argument is a tensor
void bind_autograd(py::module_& m);
void bind_own_op(py::module_& m);
void bind_nn(py::module_& m);
void bind_runs(py::module_& m);

/// Returns a copy of an array, a number or nested lists as a tensor. Floating-point numbers of Python give
/// f32, as in every factory; an array keeps its dtype. Throws Error if the engine has no such dtype.
Tensor tensor_from(const py::handle& values, std::optional<DType> dtype = {});
/// Returns an array with the tensor's memory, which it keeps alive.
py::array array_of(const Tensor& x, bool writable = false);
/// Returns the given generator, or the module's own, which gz.manual_seed() seeds.
Rng& or_default(Rng* rng);
/// Returns x[key], as NumPy.
Tensor item_of(const Tensor& x, const py::handle& key);

/// The interpreter's lock is released while this lives: always, or if the tensors are large.
class Unlocked {
 public:
  Unlocked() : state_(PyEval_SaveThread()) {}
  template <class... T>
  explicit Unlocked(const T&... tensors) {
    constexpr int64_t kLarge = 1 << 14;  // elements; releasing costs as much as ten small ops
    if ((size_of(tensors) + ...) >= kLarge) state_ = PyEval_SaveThread();
  }
  // When Python ends, it unwinds the threads that wait for the lock. The unwinding has to pass through this
  // destructor: that of py::gil_scoped_release lets nothing pass, and the process would be aborted.
  ~Unlocked() noexcept(false) {
    if (state_ != nullptr) PyEval_RestoreThread(state_);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  static int64_t size_of(double) { return 1; }
  static int64_t size_of(const Tensor& x) { return x.defined() ? x.size() : 0; }
  static int64_t size_of(const std::vector<Tensor>& xs) {
    int64_t size = 0;
    for (const Tensor& x : xs) size += size_of(x);
    return size;
  }
  PyThreadState* state_ = nullptr;
};

/// Returns a number that no other thread ever has. A later thread may have an earlier one's std::thread::id.
uint64_t thread_number();

/// An object that only the thread that made it may destroy. If another thread should, the object is leaked.
template <class T>
class OfThread {
 public:
  template <class... Args>
  explicit OfThread(const Args&... args) : made_(std::make_unique<T>(args...)), thread_(thread_number()) {}
  OfThread(const OfThread&) = delete;
  OfThread& operator=(const OfThread&) = delete;
  ~OfThread() {
    if (!is_ours()) static_cast<void>(made_.release());
  }
  bool is_ours() const { return thread_ == thread_number(); }
  T* operator->() const { return made_.get(); }

 private:
  std::unique_ptr<T> made_;
  uint64_t thread_;
};

/// Returns a namedtuple: its class is made once per name.
template <class... T>
py::object named_tuple(const char* name, std::initializer_list<const char*> fields, const T&... values) {
  py::dict classes = py::module_::import("gradzoo._gradzoo").attr("__dict__");
  if (!classes.contains(name)) {
    py::list keys;
    for (const char* field : fields) keys.append(field);
    classes[name] = py::module_::import("collections")
                        .attr("namedtuple")(name, keys, py::arg("module") = "gradzoo._gradzoo");
  }
  return classes[name](values...);
}

/// A function of Python, called by the engine on a thread that may have released the lock.
class PythonFunction {
 public:
  PythonFunction(py::object function, const char* caller) : function_(std::move(function)), caller_(caller) {}
  Tensor operator()(const Tensor& x) const;
  Tensor operator()(std::span<const Tensor> xs) const;

 private:
  Tensor checked(const py::object& result) const;
  py::object function_;
  const char* caller_;  ///< for messages
};

/// A scope in which nodes may point to ops of Python: it keeps them until its tape has forgotten the nodes.
class OwnOpScope {
 public:
  OwnOpScope();
  ~OwnOpScope();
  OwnOpScope(const OwnOpScope&) = delete;
  OwnOpScope& operator=(const OwnOpScope&) = delete;

 private:
  size_t mark_;
};

}  // namespace gradzoo::python

/// Shapes are tuples, lists, or one number.
template <>
struct pybind11::detail::type_caster<gradzoo::Shape> {
  PYBIND11_TYPE_CASTER(gradzoo::Shape, const_name("tuple[int, ...]"));

  bool load(handle source, bool convert) {
    make_caster<int64_t> number;
    if (number.load(source, convert)) {
      value = {cast_op<int64_t>(number)};
      return true;
    }
    make_caster<std::vector<int64_t>> numbers;
    if (!numbers.load(source, convert)) return false;
    value = gradzoo::Shape(cast_op<std::vector<int64_t>&>(numbers));
    return true;
  }
  static handle cast(const gradzoo::Shape& shape, return_value_policy, handle) {
    tuple sizes(static_cast<size_t>(shape.rank()));
    for (int axis = 0; axis < shape.rank(); ++axis) sizes[static_cast<size_t>(axis)] = shape[axis];
    return sizes.release();
  }
};
