#include "gradzoo/base/version.h"
#include "gradzoo/nn/learn/optim.h"
#include "tools/python/python.h"

/// The module gradzoo._gradzoo; tools/python/gradzoo has what is written in Python.
PYBIND11_MODULE(_gradzoo, m) {
  using namespace gradzoo::python;
  namespace py = pybind11;
  const py::exception<gradzoo::Error> error =
      py::register_exception<gradzoo::Error>(m, "Error", PyExc_RuntimeError);
  py::register_exception<gradzoo::NonFinite>(m, "NonFinite", error.ptr());
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(std::move(thrown));
    } catch (const py::cast_error&) {
      PyErr_SetString(
          PyExc_TypeError,
          "an argument has a type that this function does not take. Hint: help() shows its types");
    }
  });
  m.attr("__version__") = gradzoo::kVersion;
  bind_tensor(m);
  bind_autograd(m);
  bind_functions(m);
  bind_methods(m);
  bind_own_op(m);
  bind_nn(m);
  bind_runs(m);
}
