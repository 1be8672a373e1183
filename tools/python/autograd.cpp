#include <algorithm>
#include <atomic>
#include <list>

#include "gradzoo/explain/explain.h"
#include "gradzoo/explain/explain_expression.h"
#include "gradzoo/nn/layers/gradcheck_module.h"
#include "gradzoo/nn/layers/module.h"
#include "tools/python/python.h"

/// Tapes, gradients, derivatives of functions, and their checks.
namespace gradzoo::python {
namespace {

/// What `with gz.Tape() as tape:` opens. It may be opened again once it is closed.
class PythonTape {
 public:
  explicit PythonTape(bool trace) : trace_(trace) {}

  void enter() {
    if (open_) throw Error("Tape: it is open already. Hint: use one Tape() for each with");
    open_.emplace(trace_);
    page_.clear();
  }
  void exit() {
    if (!open_) return;
    if (const Tape& tape = opened(); trace_ && tape.size() > 0) {
      text_ = explain_text(tape);
      page_ = explain_html(tape, {.title = "A tape"});
    }
    open_.reset();
  }
  int64_t size() const { return open_ ? opened().size() : 0; }
  std::string name() const { return trace_ ? "Tape(trace=True)" : "Tape()"; }
  std::string text() const { return open_ ? explain_text(opened()) : shown(text_); }
  std::string page() const { return open_ ? explain_html(opened(), {.title = "A tape"}) : shown(page_); }

 private:
  struct Open {
    explicit Open(bool trace) : tape(TapeOptions{.trace = trace}) {}
    OwnOpScope ops;  ///< ends after the tape
    Tape tape;
  };
  const Tape& opened() const {
    if (open_->is_ours()) return (*open_)->tape;
    throw Error("Tape: it was opened on another thread. Hint: leave the with statement on that thread");
  }
  const std::string& shown(const std::string& kept) const {
    if (kept.empty()) throw Error("Tape: nothing was traced. Hint: with gz.Tape(trace=True) as tape: ...");
    return kept;
  }

  bool trace_;
  std::optional<OfThread<Open>> open_;
  std::string text_, page_;
};

class PythonNoGrad {
 public:
  void enter() { scopes_.emplace_back(); }
  // The last scope of this thread: others may have the same NoGrad.
  void exit() {
    const auto last =
        std::find_if(scopes_.rbegin(), scopes_.rend(), [](const auto& scope) { return scope.is_ours(); });
    if (last == scopes_.rend())
      throw Error("NoGrad: this thread did not enter it. Hint: leave the with statement on its thread");
    scopes_.erase(std::next(last).base());
  }

 private:
  std::list<OfThread<NoGrad>> scopes_;
};

template <class Scope>
void bind_scope(py::class_<Scope>& c) {
  c.def("__enter__", [](const py::object& self) {
     self.cast<Scope&>().enter();
     return self;
   }).def("__exit__", [](Scope& scope, const py::object&, const py::object&, const py::object&) {
    scope.exit();
  });
}

/// The xs of grad() and of derivatives: one tensor, or several, as which their results come back.
struct Operands {
  explicit Operands(const py::object& given)
      : alone(py::isinstance<Tensor>(given) || py::isinstance<py::array>(given)) {
    if (alone)
      tensors = {tensor_from(given)};
    else
      for (const py::handle one : given) tensors.push_back(tensor_from(one));
  }
  py::object result(const Tensors& results) const {
    return alone ? py::cast(results.front()) : py::object(py::cast(results));
  }
  bool alone;
  std::vector<Tensor> tensors;
};

// A call of the engine that may take long, and may call Python. What it records with create_graph is the
// caller's tape's.
template <class Fn>
auto unlocked(bool create_graph, Fn fn) {
  std::optional<OwnOpScope> ops;
  if (!create_graph) ops.emplace();
  const Unlocked released;
  return fn();
}

Tensor or_undefined(const std::optional<Tensor>& x) { return x.value_or(Tensor()); }

void bind_gradients(py::module_& m) {
  m.def(
      "grad",
      [](const Tensor& y, const py::object& xs, const std::optional<Tensor>& grad_output, bool create_graph,
         std::optional<bool> retain_graph, bool allow_unused) {
        const Operands operands(xs);
        const GradOptions options{or_undefined(grad_output), create_graph, retain_graph, allow_unused};
        Tensors results;
        {
          const Unlocked unlocked;
          results = grad(y, operands.tensors, options);
        }
        return operands.result(results);
      },
      py::arg("y"), py::arg("xs"), py::arg("grad_output") = py::none(), py::arg("create_graph") = false,
      py::arg("retain_graph") = py::none(), py::arg("allow_unused") = true,
      "Returns dy/dx for each x, in its shape; for several xs a list. With create_graph the result can be "
      "differentiated again.");
  m.def(
      "backward",
      [](const Tensor& loss, const std::optional<std::vector<Tensor>>& params,
         const std::optional<Tensor>& grad_output, bool retain_graph) {
        const BackwardOptions options{or_undefined(grad_output), retain_graph};
        const Unlocked unlocked;
        if (params)
          backward(loss, *params, options);
        else
          backward(loss, options);
      },
      py::arg("loss"), py::arg("params") = py::none(), py::arg("grad_output") = py::none(),
      py::arg("retain_graph") = false,
      "Accumulates the gradients of the loss into p.grad, of these leaves or of all that it depends on.");
}

// Each takes one tensor or several: f(x), or f(*xs).
void bind_functional(py::module_& m) {
  const auto f = py::arg("f"), x = py::arg("x");
  const auto create_graph = py::arg("create_graph") = false;
  m.def(
      "vjp",
      [](const py::object& fn, const py::object& xs, const Tensor& u, bool create) {
        const Operands at(xs);
        const PythonFunction function(fn, "vjp");
        return at.result(unlocked(create, [&] { return vjp(TensorsFn(function), at.tensors, u, {create}); }));
      },
      f, x, py::arg("u"), create_graph, "Returns u^T J, the gradient of u.f at x, in the shape of x.");
  m.def(
      "jvp",
      [](const py::object& fn, const py::object& xs, const py::object& vs, bool create) {
        const Operands at(xs), along(vs);
        const PythonFunction function(fn, "jvp");
        return unlocked(create,
                        [&] { return jvp(TensorsFn(function), at.tensors, along.tensors, {create}); });
      },
      f, x, py::arg("v"), create_graph,
      "Returns J v, the derivative of f at x along v, in the shape of f(x).");
  m.def(
      "hvp",
      [](const py::object& fn, const py::object& xs, const py::object& vs, bool create) {
        const Operands at(xs), along(vs);
        const PythonFunction function(fn, "hvp");
        return at.result(
            unlocked(create, [&] { return hvp(TensorsFn(function), at.tensors, along.tensors, {create}); }));
      },
      f, x, py::arg("v"), create_graph, "Returns H v for a scalar f, in the shape of x.");
  m.def(
      "jacobian",
      [](const py::object& fn, const py::object& xs, bool create) {
        const Operands at(xs);
        const PythonFunction function(fn, "jacobian");
        return at.result(
            unlocked(create, [&] { return jacobian(TensorsFn(function), at.tensors, {create}); }));
      },
      f, x, create_graph, "Returns all of J, shape f(x).shape + x.shape: one sweep per element of f(x).");
  m.def(
      "hessian",
      [](const py::object& fn, const py::object& xs, bool create) -> py::object {
        const Operands at(xs);
        const PythonFunction function(fn, "hessian");
        const std::vector<Tensors> blocks =
            unlocked(create, [&] { return hessian(TensorsFn(function), at.tensors, {create}); });
        return at.alone ? py::cast(blocks[0][0]) : py::object(py::cast(blocks));
      },
      f, x, create_graph,
      "Returns all of H for a scalar f, shape x.shape + x.shape: one sweep per element of x.");
}

template <class T>
T choice_of(const std::string& word, std::initializer_list<std::pair<const char*, T>> choices,
            const char* what) {
  std::string known;
  for (const auto& [name, value] : choices) {
    if (word == name) return value;
    known += known.empty() ? name : std::string(", ") + name;
  }
  throw Error("{} '{}' is not known. Hint: {}", what, word, known);
}

/// The options that laplacian, gradient_and_laplacian and divergence share.
struct TraceWords {
  std::string method, probe;
  int64_t probes;
  Rng* rng;
  bool standard_error, allow_kinks, check_rows, create_graph;

  // Fills `error` where it is wanted.
  TraceOptions options(Tensor& error) const {
    return {.method = choice_of<TraceMethod>(method,
                                             {{"automatic", TraceMethod::automatic},
                                              {"reverse", TraceMethod::reverse},
                                              {"forward", TraceMethod::forward},
                                              {"hutchinson", TraceMethod::hutchinson}},
                                             "method"),
            .probes = probes,
            .probe = choice_of<Probe>(
                probe, {{"rademacher", Probe::rademacher}, {"gaussian", Probe::gaussian}}, "probe"),
            .rng = rng,
            .standard_error = standard_error ? &error : nullptr,
            .create_graph = create_graph,
            .allow_kinks = allow_kinks,
            .check_rows = check_rows};
  }
};

template <class Fn>
void bind_trace(py::module_& m, const char* name, const char* doc, Fn fn) {
  m.def(
      name,
      [name, fn](const py::object& f, const Tensor& x, const std::string& method, int64_t probes,
                 const std::string& probe, Rng* rng, bool standard_error, bool allow_kinks, bool check_rows,
                 bool create_graph) -> py::object {
        const PythonFunction function(f, name);
        Tensor error;
        const TraceOptions options =
            TraceWords{method, probe, probes, rng, standard_error, allow_kinks, check_rows, create_graph}
                .options(error);
        const auto result = unlocked(create_graph, [&] { return fn(function, x, options); });
        py::object shown;
        if constexpr (std::is_same_v<decltype(result), const Tensor>)
          shown = py::cast(result);
        else
          shown = named_tuple("GradientAndLaplacian", {"value", "gradient", "laplacian"}, result.value,
                              result.gradient, result.laplacian);
        if (!standard_error) return shown;
        return py::make_tuple(shown, error.defined() ? py::cast(error) : py::none());
      },
      py::arg("f"), py::arg("x"), py::arg("method") = "automatic", py::arg("probes") = 1,
      py::arg("probe") = "rademacher", py::arg("rng") = py::none(), py::arg("standard_error") = false,
      py::arg("allow_kinks") = false, py::arg("check_rows") = false, py::arg("create_graph") = false, doc);
}

void bind_traces(py::module_& m) {
  bind_trace(
      m, "laplacian",
      "Returns sum_i d^2 f_b / dx_bi^2 per row b, (B), for x (B,d) and f (B,d) -> (B). Rows must not "
      "interact.",
      [](TensorFn f, const Tensor& x, const TraceOptions& options) { return laplacian(f, x, options); });
  bind_trace(m, "gradient_and_laplacian",
             "Returns value, gradient and Laplacian per row; the forward method evaluates f once.",
             [](TensorFn f, const Tensor& x, const TraceOptions& options) {
               return gradient_and_laplacian(f, x, options);
             });
  bind_trace(
      m, "divergence",
      "Returns sum_i d s_bi / dx_bi per row b, (B), for x (B,d) and s (B,d) -> (B,d). Rows must not "
      "interact.",
      [](TensorFn s, const Tensor& x, const TraceOptions& options) { return divergence(s, x, options); });
}

void bind_checks(py::module_& m) {
  py::class_<GradcheckResult>(m, "GradcheckResult")
      .def_readonly("ok", &GradcheckResult::ok)
      .def_readonly("message", &GradcheckResult::message)
      .def_readonly("order", &GradcheckResult::order)
      .def_readonly("compared", &GradcheckResult::compared)
      .def_readonly("worst_error", &GradcheckResult::worst_error)
      .def_readonly("analytic", &GradcheckResult::analytic)
      .def_readonly("numeric", &GradcheckResult::numeric)
      .def(
          "or_throw", [](const py::object& self) { return self.cast<GradcheckResult&>().or_throw(), self; },
          "Raises Error with the message unless ok.")
      .def("__bool__", [](const GradcheckResult& r) { return r.ok; })
      .def("__repr__", [](const GradcheckResult& r) { return to_string(r); });
  m.def(
      "check_orders",
      [](const py::object& f, const py::object& xs, int first, int last, double tolerance, double step,
         int64_t directions, uint64_t seed, bool allow_unused, const std::string& name) {
        const Operands at(xs);
        GradcheckOptions options;
        options.tolerance = tolerance;
        options.step = step;
        options.directions = directions;
        options.seed = seed;
        options.allow_unused = allow_unused;
        options.name = name;
        if (py::isinstance<Module>(f)) {
          const Module& module = f.cast<const Module&>();
          return unlocked(false, [&] { return check_orders(module, at.tensors, first, last, options); });
        }
        const PythonFunction function(f, name.c_str());
        auto outputs = [&](std::span<const Tensor> inputs) { return Tensors{function(inputs)}; };
        return unlocked(false,
                        [&] { return check_orders(OutputsFn(outputs), at.tensors, first, last, options); });
      },
      py::arg("f"), py::arg("x"), py::arg("first"), py::arg("last"), py::arg("tolerance") = 1e-6,
      py::arg("step") = 1e-3, py::arg("directions") = 0, py::arg("seed") = 0, py::arg("allow_unused") = false,
      py::arg("name") = "f");
}

void bind_random(py::module_& m) {
  py::class_<Rng>(m, "Rng", "A stream of random draws (Philox). Its whole state is (seed, stream, draw).")
      .def(py::init([](uint64_t seed, const std::string& stream) { return Rng(seed, stream); }),
           py::arg("seed") = 0, py::arg("stream") = "default")
      .def_property_readonly("seed", &Rng::seed)
      .def_property_readonly("stream", &Rng::stream)
      .def_property("draw", &Rng::draw, &Rng::set_draw)
      .def("__repr__", [](const Rng& rng) {
        return fmt::format("Rng(seed={}, stream='{}', draw={})", rng.seed(), rng.stream(), rng.draw());
      });
}

}  // namespace

uint64_t thread_number() {
  static std::atomic<uint64_t> count = 0;
  static thread_local const uint64_t mine = ++count;
  return mine;
}

Tensor PythonFunction::checked(const py::object& result) const {
  if (py::isinstance<Tensor>(result)) return result.cast<Tensor>();
  throw Error("{}: the function returned {}. Hint: return a tensor", caller_,
              py::str(py::type::of(result).attr("__name__")).cast<std::string>());
}

Tensor PythonFunction::operator()(const Tensor& x) const {
  const py::gil_scoped_acquire lock;
  return checked(function_(x));
}

Tensor PythonFunction::operator()(std::span<const Tensor> xs) const {
  const py::gil_scoped_acquire lock;
  py::tuple operands(xs.size());
  for (size_t i = 0; i < xs.size(); ++i) operands[i] = xs[i];
  return checked(function_(*operands));
}

void bind_autograd(py::module_& m) {
  py::class_<PythonTape> tape(
      m, "Tape", "with gz.Tape(): records ops. With trace=True the tape can be shown step by step.");
  tape.def(py::init<bool>(), py::arg("trace") = false)
      .def("__len__", &PythonTape::size)
      .def("__bool__", [](const PythonTape&) { return true; })
      .def("__repr__", &PythonTape::name)
      .def("text", &PythonTape::text, "Returns a line per node, with its value and what it saves.")
      .def("html", &PythonTape::page, "Returns a page that steps through every node and every sweep.");
  bind_scope(tape);
  py::class_<PythonNoGrad> quiet(m, "NoGrad", "with gz.NoGrad(): records nothing.");
  quiet.def(py::init<>());
  bind_scope(quiet);
  m.def("is_recording", &is_recording, "True if an op with a tracked input would be recorded.");
  bind_random(m);
  bind_gradients(m);
  bind_functional(m);
  bind_traces(m);
  bind_checks(m);
  m.def(
      "explain_expression",
      [](const std::string& expression, const std::string& at, int64_t order) {
        const Explanation explained = explain_expression({expression, at, order});
        return py::make_tuple(explained.text, explained.html);
      },
      py::arg("expression"), py::arg("at"), py::arg("order") = 1);
  m.def("num_threads", &num_threads, "Returns the number of threads that ops may use.");
  m.def("set_num_threads", &set_num_threads, py::arg("count"),
        "Sets the number of threads of every later op.");
  m.def("set_flush_denormals", &set_flush_denormals, py::arg("flush"),
        "Sets whether this thread flushes denormals to zero, as trainings do. NumPy needs denormals.");
}

}  // namespace gradzoo::python
