#include "tools/python/python.h"

/// gz.Tensor: its dtypes, its arrays, its operators, and the ops as methods.
namespace gradzoo::python {
namespace {

DType dtype_of_word(const py::object& word) {
  for (const DType dtype : {DType::f32, DType::f64, DType::i64, DType::u8})
    if (py::isinstance<py::str>(word) && word.cast<std::string>() == dtype_name(dtype)) return dtype;
  if (!word.is_none() && !PyLong_Check(word.ptr())) {
    const py::dtype known = py::dtype::from_args(word);
    const char kind = known.kind();
    if (kind == 'f' && known.itemsize() == 4) return DType::f32;
    if (kind == 'f' && known.itemsize() == 8) return DType::f64;
    if (kind == 'i' && known.itemsize() == 8) return DType::i64;
    if (kind == 'u' && known.itemsize() == 1) return DType::u8;
  }
  throw Error("'{}' is no dtype of the engine. Hint: f32, f64, i64 or u8", py::str(word).cast<std::string>());
}

// As in NumPy, a vector on the left is a row, on the right a column.
Tensor product(const Tensor& a, const Tensor& b) {
  const Tensor left = a.rank() == 1 ? unsqueeze(a, 0) : a, right = b.rank() == 1 ? unsqueeze(b, 1) : b;
  Tensor y = matmul(left, right);
  if (b.rank() == 1) y = squeeze(y, -1);
  return a.rank() == 1 ? squeeze(y, b.rank() == 1 ? -1 : -2) : y;
}

// The number of a tensor of one element, as Python's float or int; `as` names the conversion in messages.
py::object only(const Tensor& x, const char* as) {
  if (x.size() != 1)
    throw Error("{}: {} has {} elements. Hint: reduce it first, by sum(), any() or all()", as,
                x.shape().str(), x.size());
  if (x.dtype() == DType::i64) return py::int_(*x.data<int64_t>());
  if (x.dtype() == DType::u8) return py::int_(*x.data<uint8_t>());
  return py::float_(x.item());
}

py::array array_off_tape(const Tensor& x) {
  if (x.requires_grad() && is_recording())
    throw Error(
        "numpy: {} is on a live tape, and no gradient would flow through its array. Hint: "
        "x.detach().numpy(), or stay "
        "with the ops of gz",
        x.label());
  return array_of(x);
}

// The methods of an operator: of two tensors, or of a tensor and a number, on either side where it can be.
template <class Fn>
void bind_operator(py::class_<Tensor>& c, const std::string& name, Fn fn) {
  const py::is_operator binary;
  const std::string left = "__" + name + "__", right = "__r" + name + "__";
  c.def(
      left.c_str(), [fn](const Tensor& a, const Tensor& b) { return Unlocked(a, b), fn(a, b); }, binary);
  c.def(
      left.c_str(), [fn](const Tensor& a, double b) { return Unlocked(a, b), fn(a, b); }, binary);
  if constexpr (std::is_invocable_v<Fn, double, const Tensor&>) {
    c.def(
        right.c_str(), [fn](const Tensor& b, const Tensor& a) { return Unlocked(a, b), fn(a, b); }, binary);
    c.def(
        right.c_str(), [fn](const Tensor& b, double a) { return Unlocked(a, b), fn(a, b); }, binary);
  }
}

struct Power {
  Tensor operator()(const Tensor& a, const auto& b) const { return pow(a, b); }
  Tensor operator()(double a, const Tensor& b) const { return pow(full({}, a, b.dtype()), b); }
};

// x += y in place where nothing has to be recorded, as in C++; else a new tensor, whose name Python binds to
// x.
template <class InPlace, class Apart>
void bind_in_place(py::class_<Tensor>& c, const std::string& name, InPlace in_place, Apart apart) {
  const auto replaced = [=](const py::object& self, const auto& y) {
    Tensor& x = self.cast<Tensor&>();
    bool records = is_recording() && x.wants_record();
    if constexpr (std::is_same_v<decltype(y), const Tensor&>)
      records = records || (is_recording() && y.wants_record());
    if (records && !x.is_leaf()) return py::cast(apart(x, y));
    in_place(x, y);
    return self;
  };
  const py::is_operator binary;
  const std::string method = "__i" + name + "__";
  c.def(
      method.c_str(), [=](const py::object& x, const Tensor& y) { return replaced(x, y); }, binary);
  c.def(
      method.c_str(), [=](const py::object& x, double y) { return replaced(x, y); }, binary);
}

void bind_arithmetic(py::class_<Tensor>& c) {
  const auto both = [&](const char* name, auto apart, auto in_place) {
    bind_operator(c, name, apart);
    bind_in_place(c, name, in_place, apart);
  };
  both(
      "add", [](const auto& a, const auto& b) { return a + b; }, [](Tensor& x, const auto& y) { x += y; });
  both(
      "sub", [](const auto& a, const auto& b) { return a - b; }, [](Tensor& x, const auto& y) { x -= y; });
  both(
      "mul", [](const auto& a, const auto& b) { return a * b; }, [](Tensor& x, const auto& y) { x *= y; });
  both(
      "truediv", [](const auto& a, const auto& b) { return a / b; },
      [](Tensor& x, const auto& y) { x /= y; });
  bind_operator(c, "pow", Power());
  const py::is_operator binary;
  c.def(
       "__matmul__", [](const Tensor& a, const Tensor& b) { return Unlocked(a, b), product(a, b); }, binary)
      .def(
          "__rmatmul__", [](const Tensor& b, const Tensor& a) { return Unlocked(a, b), product(a, b); },
          binary)
      .def("__neg__", [](const Tensor& x) { return -x; })
      .def("__abs__", [](const Tensor& x) { return gradzoo::abs(x); })
      .def("__pos__", [](const Tensor& x) { return x; });
}

void bind_comparisons(py::class_<Tensor>& c) {
  bind_operator(c, "lt", [](const Tensor& a, const auto& b) { return lt(a, b); });
  bind_operator(c, "le", [](const Tensor& a, const auto& b) { return le(a, b); });
  bind_operator(c, "gt", [](const Tensor& a, const auto& b) { return gt(a, b); });
  bind_operator(c, "ge", [](const Tensor& a, const auto& b) { return ge(a, b); });
  bind_operator(c, "eq", [](const Tensor& a, const auto& b) { return eq(a, b); });
  bind_operator(c, "ne", [](const Tensor& a, const auto& b) { return ne(a, b); });
  const py::is_operator binary;
  c.def("__and__", &logical_and, binary)
      .def("__or__", &logical_or, binary)
      .def("__xor__", &logical_xor, binary)
      .def("__invert__", &logical_not)
      .def("__bool__", [](const Tensor& x) { return py::bool_(only(x, "bool")); })
      .def("__float__", [](const Tensor& x) { return py::float_(only(x, "float")); })
      .def("__int__", [](const Tensor& x) { return py::int_(only(x, "int")); })
      .def("__format__",  // f"{loss:.3f}"
           [](const Tensor& x, const std::string& how) {
             return how.empty() ? py::cast(to_string(x)) : only(x, "format").attr("__format__")(how);
           })
      .def("__hash__", [](const py::object& x) { return reinterpret_cast<intptr_t>(x.ptr()) >> 4; });
}

void bind_arrays(py::class_<Tensor>& c) {
  c.def("numpy", &array_off_tape, "Returns a read-only array of NumPy with this tensor's memory.")
      .def(
          "__array__",
          [](const Tensor& x, const py::object& dtype, const py::object& copy) {
            const py::array array = array_off_tape(x);
            if (dtype.is_none())
              return copy.is_none() || !copy.cast<bool>() ? array : py::array(array.attr("copy")());
            return py::array(array.attr("astype")(dtype));
          },
          py::arg("dtype") = py::none(), py::arg("copy") = py::none())
      .def("__dlpack__",
           [](const Tensor& x, const py::kwargs& how) {
             return array_of(x.detach(), true).attr("__dlpack__")(**how);
           })
      .def("__dlpack_device__", [](const Tensor&) { return py::make_tuple(1, 0); })  // the processor's memory
      .def("tolist", [](const Tensor& x) { return array_of(x).attr("tolist")(); })
      .def(
          "item", [](const Tensor& x) { return only(x, "item"); },
          "Returns the number of a tensor of one element.")
      .def("__getitem__", &item_of)
      .def("__len__",
           [](const Tensor& x) {
             if (x.rank() == 0) throw py::type_error("a scalar has no length");
             return x.dim(0);
           })
      .def("__iter__",
           [](const Tensor& x) {
             if (x.rank() == 0) throw py::type_error("a scalar cannot be iterated over");
             py::list rows;
             for (int64_t i = 0; i < x.dim(0); ++i) rows.append(x[i]);
             return py::iter(rows);
           })
      .def(py::pickle(
          [](const Tensor& x) {
            return py::make_tuple(array_of(x), x.is_leaf() && x.requires_grad(), x.name());
          },
          [](const py::tuple& kept) {
            Tensor x = tensor_from(kept[0]).clone();
            x.named(kept[2].cast<std::string>());
            return kept[1].cast<bool>() ? x.requires_grad_() : x;
          }));
  c.attr("__array_priority__") = 1000;  // array + tensor is a tensor
  for (const char* name : {"__setitem__", "__delitem__"})
    c.attr(name) = py::cpp_function(
        [](const py::args&) {
          throw Error("a tensor's elements are not assigned. Hint: gz.where, gz.concat, or gz.assign_values");
        },
        py::is_method(c));
}

}  // namespace

void bind_tensor(py::module_& m) {
  py::enum_<DType> dtype(m, "DType",
                         "f32 and f64 are values; i64 is for indices and labels, u8 for masks and pixels.");
  for (const DType one : {DType::f32, DType::f64, DType::i64, DType::u8})
    dtype.value(std::string(dtype_name(one)).c_str(), one);
  dtype.export_values().def(py::init(&dtype_of_word), py::prepend());
  py::implicitly_convertible<py::str, DType>();
  py::implicitly_convertible<py::dtype, DType>();
  py::implicitly_convertible<py::type, DType>();  // np.float32
  for (const auto& [name, one] : {std::pair("float32", DType::f32),
                                  {"float64", DType::f64},
                                  {"int64", DType::i64},
                                  {"uint8", DType::u8}})
    m.attr(name) = one;

  // pybind11 looks a type up in the tables of the module first: local, Tensor is found at the first try.
  py::class_<Tensor> c(m, "Tensor", py::module_local(),
                       "A handle to contiguous row-major values. gz.tensor(...) makes one.");
  c.def_property_readonly("shape", [](const Tensor& x) { return x.shape(); })
      .def_property_readonly("ndim", &Tensor::rank)
      .def_property_readonly("size", &Tensor::size)
      .def_property_readonly("dtype", &Tensor::dtype)
      .def_property_readonly("T", [](const Tensor& x) { return transpose(x); })
      .def_property_readonly("is_leaf", &Tensor::is_leaf)
      .def_property("requires_grad", &Tensor::requires_grad,
                    [](Tensor& x, bool wanted) { x.requires_grad_(wanted); })
      .def_property_readonly("grad",
                             [](const Tensor& x) -> std::optional<Tensor> {
                               const Tensor grad = x.grad();
                               return grad.defined() ? std::optional(grad) : std::nullopt;
                             })
      .def_property("name", &Tensor::name, [](Tensor& x, std::string_view name) { x.named(name); })
      .def(
          "requires_grad_", [](Tensor& x, bool wanted) { return x.requires_grad_(wanted); },
          py::arg("wanted") = true)
      .def("zero_grad", &Tensor::zero_grad,
           "Marks the gradient as empty: the next backward() stores instead of adding.")
      .def("detach", &Tensor::detach, "Returns the same values (shared storage) without a history.")
      .def("reshape",
           [](const Tensor& x, const py::args& sizes) {
             return reshape(x,
                            py::len(sizes) == 1 ? sizes[0].cast<Shape>() : py::object(sizes).cast<Shape>());
           })
      .def("__repr__", [](const Tensor& x) { return to_string(x); });
  bind_arithmetic(c);
  bind_comparisons(c);
  bind_arrays(c);
  py::implicitly_convertible<py::array, Tensor>();
  c.def(py::init([](const py::array& values) { return tensor_from(values); }));

  m.def(
      "tensor",
      [](const py::object& values, const std::optional<DType>& dtype, bool requires_grad) {
        Tensor x = tensor_from(values, dtype);
        if (py::isinstance<Tensor>(values)) x = x.detach().clone();
        return requires_grad ? x.requires_grad_() : x;
      },
      py::arg("values"), py::arg("dtype") = py::none(), py::arg("requires_grad") = false,
      "Returns a copy of an array, nested lists or a number. An array keeps its dtype; numbers of Python "
      "become f32 or i64.");
  const auto dtype_f32 = py::arg("dtype") = DType::f32;
  m.def("full", &full, py::arg("shape"), py::arg("value"), dtype_f32, "Returns a constant.");
  m.def("zeros", &zeros, py::arg("shape"), dtype_f32);
  m.def("ones", &ones, py::arg("shape"), dtype_f32);
  m.def("zeros_like", &zeros_like, py::arg("x"));
  m.def("ones_like", &ones_like, py::arg("x"));
  m.def("scalar", &scalar, py::arg("value"), dtype_f32, "Returns a tensor without axes.");
  m.def("arange", &arange, py::arg("n"), dtype_f32, "Returns 0, 1, ..., n-1.");
  m.def("eye", &eye, py::arg("n"), dtype_f32, "Returns the n x n identity matrix.");
  m.def("cast", &cast, py::arg("x"), py::arg("dtype"),
        "Converts the values to another dtype; integers round towards zero and clamp.");
  c.def("cast", &cast, py::arg("dtype"));
  m.def(
      "from_dlpack",
      [](const py::object& x) { return tensor_from(py::module_::import("numpy").attr("from_dlpack")(x)); },
      "Returns a copy of an array of another library.");
}

void bind_methods(py::module_& m) {
  const py::object tensor = m.attr("Tensor");
  for (const std::string& name : methods()) {
    if (py::hasattr(tensor, name.c_str())) continue;
    py::setattr(
        tensor, name.c_str(),
        py::reinterpret_steal<py::object>(PyInstanceMethod_New(py::object(m.attr(name.c_str())).ptr())));
  }
}

}  // namespace gradzoo::python
