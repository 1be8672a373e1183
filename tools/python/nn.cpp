#include <filesystem>

#include <pybind11/stl/filesystem.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/datasets/data_loader.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/state/checkpoint.h"
#include "gradzoo/state/safetensors.h"
#include "tools/python/python.h"

/// Modules, also in Python, layers, optimisers, batches and files of tensors.
namespace gradzoo::python {
namespace {

Rng& default_rng() {
  static Rng rng(0, "python");
  return rng;
}

/// A module whose forward is a function of Python.
class PythonModule : public Module {
 public:
  Tensor forward(const Tensor& x) const override { return forward_all({&x, 1}); }
  Tensor forward_all(std::span<const Tensor> inputs) const override {
    const py::gil_scoped_acquire lock;
    const py::function own = py::get_override(static_cast<const Module*>(this), "forward");
    if (!own) throw Error("a module has no forward. Hint: def forward(self, x): ...");
    return PythonFunction(own, "forward")(inputs);
  }
};

/// A layer whose forward a class of Python may replace, also where the engine calls it.
template <class Layer>
class PythonLayer : public Layer {
 public:
  using Layer::Layer;
  Tensor forward(const Tensor& x) const override {
    {
      const py::gil_scoped_acquire lock;
      const py::function own = py::get_override(static_cast<const Layer*>(this), "forward");
      if (own) return PythonFunction(own, "forward")(x);
    }
    return Layer::forward(x);
  }
};

/// What a class derived in C++ may call.
struct Access : Module {
  using Module::register_buffer;
  using Module::register_module;
  using Module::register_parameter;
};

bool is_parameter(const py::object& value) {
  return py::isinstance<Tensor>(value) && value.cast<Tensor&>().is_leaf() &&
         value.cast<Tensor&>().requires_grad();
}

bool is_registered(const Module& module, const std::string& name) {
  const auto named = [&](const std::vector<NamedTensor>& tensors) {
    return std::ranges::find(tensors, name, &NamedTensor::name) != tensors.end();
  };
  return named(module.named_parameters()) || named(module.named_buffers());
}

// As PyTorch's: a leaf that wants gradients becomes a parameter, a module a child.
void set_attribute(const py::object& self, const std::string& name, const py::object& value) {
  if (!reinterpret_cast<py::detail::instance*>(self.ptr())
           ->get_value_and_holder()
           .holder_constructed())  // NOLINT
    throw Error("module: '{}' is set before super().__init__(). Hint: call that first", name);
  Module& module = self.cast<Module&>();
  const py::object before = py::dict(self.attr("__dict__")).attr("get")(name);
  if (!before.is_none() && before.is(value)) return;
  if (py::isinstance<Module>(before) || (py::isinstance<Tensor>(before) && is_registered(module, name)))
    throw Error(
        "module: '{}' is registered and cannot be replaced. Hint: change a tensor in place, by "
        "gz.assign_values",
        name);
  if (PyObject_GenericSetAttr(self.ptr(), py::str(name).ptr(), value.ptr()) != 0)
    throw py::error_already_set();
  try {
    if (py::isinstance<Module>(value)) self.attr("_register")(name, value);
    if (is_parameter(value)) (module.*&Access::register_parameter)(name, value.cast<Tensor>());
  } catch (...) {
    PyObject_GenericSetAttr(self.ptr(), py::str(name).ptr(), before.is_none() ? nullptr : before.ptr());
    throw;
  }
}

// Python 3.11 itself visits the dict of an object whose class was derived in Python, and pybind11 visits it
// again: the collector then counts wrong, and frees no cycle. Python 3.13 leaves the visit to pybind11.
bool python_visits_dicts = false;
traverseproc traverse_of_pybind11 = nullptr;
int traverse(PyObject* self, visitproc visit, void* arg) {
  if (!python_visits_dicts || Py_TYPE(self)->tp_traverse == &traverse)
    return traverse_of_pybind11(self, visit, arg);
  Py_VISIT(Py_TYPE(self));
  return 0;
}
const py::custom_type_setup kCollected([](PyHeapTypeObject* type) {
  traverse_of_pybind11 = type->ht_type.tp_traverse;
  type->ht_type.tp_traverse = &traverse;
});

// Finds out which it is here, by an object with a dict.
void find_who_visits(const py::object& module) {
  const py::object probe = py::type::of(module)("Probe", py::make_tuple(module), py::dict())();
  probe.attr("x") = 1;
  int dicts = 0;
  for (const py::handle one : py::module_::import("gc").attr("get_referents")(probe))
    dicts += PyDict_Check(one.ptr());
  python_visits_dicts = dicts > 1;
}

py::list pairs_of(const std::vector<NamedTensor>& named) {
  py::list pairs;
  for (const NamedTensor& one : named) pairs.append(py::make_tuple(one.name, one.tensor));
  return pairs;
}

py::dict state_of(const Module& module) {
  py::dict state;
  for (const auto& part : {module.named_parameters(), module.named_buffers()})
    for (const NamedTensor& one : part) state[one.name.c_str()] = one.tensor;
  return state;
}

void load_state(Module& module, const py::dict& values) {
  const py::dict own = state_of(module);
  for (const auto& [name, value] : values)
    if (!own.contains(name)) throw Error("load_state_dict: the module has no '{}'", name.cast<std::string>());
  for (const auto& [name, tensor] : own) {
    if (!values.contains(name)) throw Error("load_state_dict: '{}' is missing", name.cast<std::string>());
    const Tensor from = tensor_from(values[name]);
    const Tensor& to = tensor.cast<const Tensor&>();
    if (from.shape() != to.shape() || from.dtype() != to.dtype())
      throw Error("load_state_dict: '{}' is {} {}, and the module has {} {}", name.cast<std::string>(),
                  dtype_name(from.dtype()), from.shape().str(), dtype_name(to.dtype()), to.shape().str());
  }
  const NoGrad quiet;
  for (const auto& [name, tensor] : own) assign_values(tensor.cast<Tensor&>(), tensor_from(values[name]));
}

Tensor call_with(const Module& module, const py::object& parameters, const py::args& inputs) {
  std::vector<Tensor> xs, given;
  for (const py::handle x : inputs) xs.push_back(tensor_from(x));
  if (!py::isinstance<py::dict>(parameters)) {
    for (const py::handle one : parameters) given.push_back(tensor_from(one));
    return functional_call(module, given, xs);
  }
  std::vector<NamedTensor> named;
  for (const auto& [name, value] : parameters.cast<py::dict>())
    named.push_back({name.cast<std::string>(), tensor_from(value)});
  return functional_call(module, named, xs);
}

void bind_module(py::module_& m) {
  py::class_<Module, PythonModule>(
      m, "Module", py::dynamic_attr(), kCollected,
      "A part of a model that owns parameters and children. Attributes register themselves: leaves "
      "that want gradients as parameters, modules as children.")
      .def(py::init<>())
      .def("__setattr__", &set_attribute)
      .def(
          "_register",
          [](Module& self, const std::string& name, Module& child) {
            (self.*&Access::register_module)(name, child);
          },
          py::keep_alive<1, 3>())
      .def("__delattr__",
           [](const py::object&, const std::string& name) {
             throw Error("module: '{}' cannot be removed. Hint: make another module", name);
           })
      .def("__call__", [](const py::object& self, const py::args& xs,
                          const py::kwargs& more) { return self.attr("forward")(*xs, **more); })
      .def("register_buffer",
           [](const py::object& self, const std::string& name, const Tensor& x) {
             (self.cast<Module&>().*&Access::register_buffer)(name, x);
             if (PyObject_GenericSetAttr(self.ptr(), py::str(name).ptr(), py::cast(x).ptr()) != 0)
               throw py::error_already_set();
           })
      .def("__repr__",
           [](const py::object& self) {
             auto text = py::type::of(self).attr("__name__").cast<std::string>();
             for (const NamedTensor& one : self.cast<const Module&>().named_parameters())
               text += fmt::format("\n  {} {}", one.name, one.tensor.shape().str());
             return text;
           })
      .def("parameters", &Module::parameters, "Returns the parameters, each once.")
      .def("named_parameters", [](const Module& module) { return pairs_of(module.named_parameters()); })
      .def("named_buffers", [](const Module& module) { return pairs_of(module.named_buffers()); })
      .def("update_buffers", &Module::update_buffers)
      .def("state_dict", &state_of,
           "Returns parameters and buffers by their names; they share the module's memory.")
      .def("load_state_dict", &load_state, py::arg("state_dict"),
           "Copies values into the module, all of them or none.");
  m.def("functional_call", &call_with,
        "functional_call(module, parameters, *inputs): the module's output with other parameters, a "
        "list of all or a dict of some.");
}

template <class Layer>
auto layer(py::module_& m, const char* name, const char* doc) {
  return py::class_<Layer, Module>(m, name, py::dynamic_attr(), kCollected, doc)
      .def("forward", [](const Layer& self, const Tensor& x) { return Unlocked(x), self.Layer::forward(x); });
}

template <class Layer, class... Args>
std::unique_ptr<Layer> made(Args&&... args) {
  return std::make_unique<PythonLayer<Layer>>(std::forward<Args>(args)...);
}

void bind_layers(py::module_& m) {
  const auto rng = py::arg("rng") = py::none();
  const auto dtype = py::arg("dtype") = DType::f32;
  layer<Linear>(m, "Linear", "y = x W^T + b: x (..., in), weight (out, in), bias (out).")
      .def(py::init([](int64_t in, int64_t out, Rng* r, bool bias, bool spectral_norm, DType type) {
             return made<Linear>(in, out, or_default(r), LinearOptions{bias, {}, spectral_norm, type});
           }),
           py::arg("in_features"), py::arg("out_features"), rng, py::arg("bias") = true,
           py::arg("spectral_norm") = false, dtype)
      .def_property_readonly("weight", [](Linear& self) { return self.weight(); })
      .def_property_readonly("bias", [](Linear& self) {
        return self.bias().defined() ? std::optional(self.bias()) : std::nullopt;
      });
  layer<Activation>(m, "Activation", "An activation by its name, such as \"silu\".")
      .def(py::init([](const std::string& word) { return made<Activation>(word); }), py::arg("name"));
  layer<Mlp>(m, "Mlp", "Linear layers sizes[0] -> sizes[1] -> ... with activations between them.")
      .def(py::init([](const std::vector<int64_t>& sizes, Rng* r, const std::string& activation,
                       const std::string& last, bool bias, bool spectral_norm, DType type) {
             return made<Mlp>(sizes, or_default(r),
                              MlpOptions{activation, last, {bias, {}, spectral_norm, type}});
           }),
           py::arg("sizes"), rng, py::arg("activation") = "relu", py::arg("final_activation") = "identity",
           py::arg("bias") = true, py::arg("spectral_norm") = false, dtype);
  const auto convolution = [&]<class Conv>(const char* name, const char* doc) {
    layer<Conv>(m, name, doc)
        .def(
            py::init([](int64_t in, int64_t out, int64_t k, Rng* r, int64_t stride, int64_t padding,
                        int64_t dilation, int64_t output_padding, bool bias, bool spectral_norm, DType type) {
              return made<Conv>(
                  in, out, k, or_default(r),
                  ConvLayerOptions{
                      {stride, padding, dilation}, output_padding, bias, {}, spectral_norm, type});
            }),
            py::arg("in_channels"), py::arg("out_channels"), py::arg("kernel_size"), rng,
            py::arg("stride") = 1, py::arg("padding") = 0, py::arg("dilation") = 1,
            py::arg("output_padding") = 0, py::arg("bias") = true, py::arg("spectral_norm") = false, dtype);
  };
  convolution.operator()<Conv2d>("Conv2d", "y = x * w + b: x (B, H, W, in), weight (k, k, in, out).");
  convolution.operator()<ConvTranspose2d>(
      "ConvTranspose2d", "A transposed convolution: x (B, H, W, in), weight (k, k, out, in).");
  layer<GroupNorm>(
      m, "GroupNorm",
      "Group normalisation with a scale and a shift per channel; silu=True applies SiLU after it.")
      .def(py::init([](int64_t groups, int64_t channels, double eps, bool silu, DType type) {
             return made<GroupNorm>(groups, channels, NormOptions{eps, silu}, type);
           }),
           py::arg("groups"), py::arg("channels"), py::arg("eps") = 1e-5, py::arg("silu") = false, dtype);
  layer<BatchNorm1d>(m, "BatchNorm1d",
                     "by_batch(x) normalises by the batch, for training; forward(x) by the moving averages.")
      .def(py::init([](int64_t features, double eps, double momentum, DType type) {
             return made<BatchNorm1d>(features, BatchNormOptions{eps, momentum, type});
           }),
           py::arg("features"), py::arg("eps") = 1e-5, py::arg("momentum") = 0.1, dtype)
      .def("by_batch", &BatchNorm1d::by_batch, py::arg("x"), py::arg("parts") = 1);
  layer<Embedding>(m, "Embedding", "Looks up rows of a table by index, (B) i64 -> (B, width).")
      .def(py::init([](int64_t rows, int64_t width, Rng* r, DType type) {
             return made<Embedding>(rows, width, or_default(r), type);
           }),
           py::arg("rows"), py::arg("width"), rng, dtype);
  layer<Maxout>(m, "Maxout", "y_j = max_p (x W_pj^T + b_pj).")
      .def(py::init([](int64_t in, int64_t out, int64_t pieces, Rng* r) {
             return made<Maxout>(in, out, pieces, or_default(r));
           }),
           py::arg("in_features"), py::arg("out_features"), py::arg("pieces"), rng);
  layer<MaskedLinear>(m, "MaskedLinear", "A linear layer whose weight is 0 where the mask (out, in) is 0.")
      .def(py::init([](const Tensor& mask, Rng* r, bool bias) {
             return made<MaskedLinear>(mask, or_default(r), bias);
           }),
           py::arg("mask"), rng, py::arg("bias") = true);
}

std::vector<Tensor> parameters_of(const py::object& given) {
  if (py::isinstance<Module>(given)) return given.cast<const Module&>().parameters();
  const py::list listed = py::hasattr(given, "__iter__") ? py::list(given) : py::list();
  const auto is_tensor = [](const py::handle& one) { return py::isinstance<Tensor>(one); };
  if (listed.empty() || !std::all_of(listed.begin(), listed.end(), is_tensor))
    throw Error(
        "an optimiser takes a module or its parameters. Hint: gz.Adam(net) or gz.Adam(net.parameters())");
  return listed.cast<std::vector<Tensor>>();
}

void bind_optimizers(py::module_& m) {
  py::class_<Optimizer>(m, "Optimizer")
      .def(
          "step",
          [](Optimizer& self, std::optional<double> lr) {
            const Unlocked unlocked;
            lr ? self.step(*lr) : self.step();
          },
          py::arg("lr") = py::none(),
          "Makes one step, with the constructor's learning rate unless another is given.")
      .def("zero_grad", &Optimizer::zero_grad);
  py::class_<Sgd, Optimizer>(m, "Sgd", "v = mu v + g + decay w, w -= lr v.")
      .def(py::init([](const py::object& parameters, double lr, double momentum, double weight_decay,
                       bool nesterov) {
             return std::make_unique<Sgd>(parameters_of(parameters), lr,
                                          SgdOptions{momentum, weight_decay, nesterov});
           }),
           py::arg("params"), py::arg("lr"), py::arg("momentum") = 0.0, py::arg("weight_decay") = 0.0,
           py::arg("nesterov") = false);
  py::class_<Adam, Optimizer>(m, "Adam",
                              "Adam (Kingma & Ba 2015, algorithm 1); decoupled=True has AdamW's decay.")
      .def(py::init([](const py::object& parameters, double lr, double beta1, double beta2, double eps,
                       double decay, bool decoupled) {
             return std::make_unique<Adam>(parameters_of(parameters), lr,
                                           AdamOptions{beta1, beta2, eps, decay, decoupled});
           }),
           py::arg("params"), py::arg("lr") = 1e-3, py::arg("beta1") = 0.9, py::arg("beta2") = 0.999,
           py::arg("eps") = 1e-8, py::arg("weight_decay") = 0.0, py::arg("decoupled") = false);
  py::class_<Learner>(m, "Learner", "A module's optimiser, clipping and averaging; its default is Adam.")
      .def(py::init([](const Module& module, double clip, double ema, double beta1, double beta2,
                       double weight_decay) {
             return std::make_unique<Learner>(
                 module, LearnerOptions{adam({beta1, beta2, 1e-8, weight_decay}), clip, ema, {}});
           }),
           py::arg("module"), py::arg("clip") = 0.0, py::arg("ema") = 0.0, py::arg("beta1") = 0.9,
           py::arg("beta2") = 0.999, py::arg("weight_decay") = 0.0, py::keep_alive<1, 2>())
      .def(
          "step",
          [](Learner& self, const Tensor& loss, double lr) {
            const Unlocked unlocked;
            return self.step(loss, lr);
          },
          py::arg("loss"), py::arg("lr"),
          "Makes one gradient step for a scalar loss on a live tape. Returns the gradient's norm.")
      .def(
          "save",
          [](Learner& self, const std::filesystem::path& path) {
            State state;
            self.add_to(state);
            save_checkpoint(path.string(), state);
          },
          py::arg("path"), "Writes weights, moments and averages.")
      .def(
          "load",
          [](Learner& self, const std::filesystem::path& path) {
            State state;
            self.add_to(state);
            load_checkpoint(path.string(), state);
          },
          py::arg("path"), "Reads a file of save(), all of it or nothing.");
}

void save_tensors(const py::dict& tensors, const std::filesystem::path& path, const Metadata& metadata) {
  std::vector<SafetensorsTensor> written;
  for (const auto& [name, value] : tensors) {
    const Tensor x = tensor_from(value);
    const auto bytes = visit_any(x.dtype(), [&]<class T>() {
      return std::as_bytes(std::span(x.data<T>(), static_cast<size_t>(x.size())));
    });
    written.push_back({name.cast<std::string>(), x.dtype(), x.shape(), {bytes.begin(), bytes.end()}});
  }
  write_file_atomically(path.string(), to_safetensors(std::move(written), metadata));
}

py::dict load_tensors(const std::filesystem::path& path) {
  const SafetensorsReader file(path.string());
  py::dict tensors;
  for (const SafetensorsEntry& entry : file.entries()) tensors[entry.name.c_str()] = file.read_tensor(entry);
  return tensors;
}

void bind_files(py::module_& m) {
  m.def(
      "save", [](const Module& module, const std::filesystem::path& path) { save(module, path.string()); },
      py::arg("module"), py::arg("path"), "Writes all parameters and buffers as a safetensors file.");
  m.def(
      "load", [](Module& module, const std::filesystem::path& path) { load(module, path.string()); },
      py::arg("module"), py::arg("path"), "Reads a file of save() into a module of the same structure.");
  m.def("save_file", &save_tensors, py::arg("tensors"), py::arg("path"), py::arg("metadata") = Metadata{},
        "Writes a dict of tensors as a safetensors file.");
  m.def("load_file", &load_tensors, py::arg("path"), "Reads a safetensors file as a dict of tensors.");
  py::class_<BatchRows>(m, "BatchRows")
      .def(py::init([](const std::vector<Tensor>& tensors, int64_t batch_size, bool shuffle, bool drop_last,
                       uint64_t seed) {
        return BatchRows(tensors, {batch_size, shuffle, drop_last, seed});
      }))
      .def("size", &BatchRows::size)
      .def("order", &BatchRows::order)
      .def("take", &BatchRows::take);
}

}  // namespace

Rng& or_default(Rng* rng) { return rng ? *rng : default_rng(); }

void bind_nn(py::module_& m) {
  m.def(
      "manual_seed", [](uint64_t seed) { default_rng() = Rng(seed, "python"); }, py::arg("seed"),
      "Starts the generator of draws without an rng anew.");
  bind_module(m);
  find_who_visits(m.attr("Module"));
  bind_layers(m);
  bind_optimizers(m);
  bind_files(m);
}

}  // namespace gradzoo::python
