#include <algorithm>
#include <memory>

#include "tools/python/python.h"

/// Ops whose forward and rule are functions of Python. A node has a pointer to the call that recorded it; the
/// call lives as long as the scope of its tape.
namespace gradzoo::python {
namespace {

// A rule reads all that there is, for every operand.
template <unsigned arity>
constexpr std::array<unsigned, kMaxInputs> kSavesOf = [] {
  constexpr unsigned all = kReadsOut | ((1u << arity) - 1);
  return std::array<unsigned, kMaxInputs>{all, all, all, all};
}();
constexpr const unsigned* kSaves[] = {nullptr, kSavesOf<1>.data(), kSavesOf<2>.data(), kSavesOf<3>.data(),
                                      kSavesOf<4>.data()};
constexpr std::array<Role, kMaxInputs> kRoles{};

/// One application of an op.
struct Call {
  py::object op;  ///< gradzoo.Op, with forward, vjp and name
  py::dict attributes;
  OpInfo info;
  std::string name;
};

/// What the op's node has.
struct Pointer {
  Call* call;
};
Call& call_of(const void* op) { return *static_cast<const Pointer*>(op)->call; }

struct Calls {
  std::vector<std::unique_ptr<Call>> kept;
  std::vector<OwnOpScope*> scopes;  ///< outermost first
};
Calls& calls() {
  // Never destroyed: a thread may end without the interpreter's lock.
  static thread_local Calls* const mine = new Calls;
  return *mine;
}

Tensor as_tensor(const Call& call, const py::object& made, const char* what) {
  if (py::isinstance<Tensor>(made)) return made.cast<Tensor>();
  if (py::isinstance<py::array>(made) || PyNumber_Check(made.ptr())) return tensor_from(made);
  throw Error("{}: {} returned {}. Hint: return a tensor", call.name, what,
              py::str(py::type::of(made).attr("__name__")).cast<std::string>());
}

Tensor forward(const void* op, Inputs in) {
  const py::gil_scoped_acquire lock;
  const Call& call = call_of(op);
  const NoGrad quiet;
  py::tuple operands(static_cast<size_t>(in.size()));
  for (int i = 0; i < in.size(); ++i) operands[static_cast<size_t>(i)] = in[i].detach();
  const Tensor y = as_tensor(call, call.op.attr("forward")(*operands, **call.attributes), "forward");
  return y.detach();  // a tensor of its own, also where forward returns an operand
}

// Gradients are linear in g: one that is not 0 and was not recorded although g is was computed by NumPy.
void check_recorded(const Call& call, int i, const Tensor& gradient, const Tensor& g) {
  if (!is_recording() || !g.wants_record() || gradient.wants_record()) return;
  const std::vector<double> values = gradient.to_vector();
  if (std::all_of(values.begin(), values.end(), [](double value) { return value == 0; })) return;
  throw Error(
      "{}: the gradient of input {} does not depend on g as far as the tape knows, so it has no derivative. "
      "Hint: write "
      "the rule in ops of gz, not in NumPy",
      call.name, i);
}

void vjp(const void* op, Vjp& v, const Tensor& g) {
  const py::gil_scoped_acquire lock;
  const Call& call = call_of(op);
  const auto arity = static_cast<size_t>(call.info.arity);
  py::tuple operands(arity + 2);
  operands[0] = g;
  operands[1] = v.out();
  for (size_t i = 0; i < arity; ++i) operands[i + 2] = v.in(static_cast<int>(i));
  const auto versions = [&] {
    uint64_t changes = g.version() + v.out().version();
    for (size_t i = 0; i < arity; ++i) changes += v.in(static_cast<int>(i)).version();
    return changes;
  };
  const uint64_t before = versions();
  const py::object made = call.op.attr("vjp")(*operands, **call.attributes);
  if (versions() != before)
    throw Error("{}: its vjp changed a tensor in place. Hint: g = g * 2 instead of g *= 2", call.name);
  py::list gradients;
  if (py::isinstance<py::tuple>(made) || py::isinstance<py::list>(made))
    gradients = py::list(made);
  else
    gradients.append(made);
  if (py::len(gradients) != arity)
    throw Error("{}: its vjp returned {} gradients for {} inputs. Hint: one each, or None", call.name,
                py::len(gradients), arity);
  for (int i = 0; i < call.info.arity; ++i) {
    const py::object one = gradients[static_cast<size_t>(i)];
    if (!v.needs(i) || one.is_none()) continue;
    const Tensor gradient = as_tensor(call, one, "vjp");
    check_recorded(call, i, gradient, g);
    v.give(i, gradient);
  }
}

Tensor apply_op(const py::object& op, const py::tuple& operands, const py::dict& attributes) {
  const size_t arity = py::len(operands);
  const std::string name = op.attr("name").cast<std::string>();
  if (arity == 0 || arity > kMaxInputs)
    throw Error("{}: {} inputs. Hint: an op has 1 to {} tensors; give the rest by keywords", name, arity,
                kMaxInputs);
  auto call = std::make_unique<Call>();
  call->op = op;
  call->attributes = attributes;
  call->name = name;
  call->info = {.name = call->name.c_str(),
                .formula = "an op of Python",
                .arity = static_cast<int>(arity),
                .roles = kRoles.data(),
                .saves = kSaves[arity],
                .attribute_bytes = sizeof(Pointer),
                .alias = &forward,
                .vjp = &vjp,
                .reapply = [](const void* self, Inputs in, int64_t k) -> Tensor {
                  const Call& own = call_of(self);
                  if (k > 0) throw Error("{}: an op of Python is not lifted", own.name);
                  return detail::run(own.info, self, in);
                }};
  std::vector<Tensor> tensors;
  for (const py::handle operand : operands) tensors.push_back(tensor_from(operand));
  std::array<const Tensor*, kMaxInputs> inputs{};
  for (size_t i = 0; i < arity; ++i) inputs[i] = &tensors[i];
  const Pointer pointer{call.get()};
  Tensor y = detail::run(call->info, &pointer, Inputs(inputs.data(), static_cast<int>(arity)));
  if (y.requires_grad()) calls().kept.push_back(std::move(call));
  return y;
}

}  // namespace

OwnOpScope::OwnOpScope() : mark_(calls().kept.size()) { calls().scopes.push_back(this); }

// The nodes of a scope that ends before one inside it live as long as that one (ModeScope), and so do their
// calls.
OwnOpScope::~OwnOpScope() {
  Calls& mine = calls();
  const auto place = std::find(mine.scopes.begin(), mine.scopes.end(), this);
  const auto inner = place + 1;
  if (inner != mine.scopes.end()) {
    (*inner)->mark_ = std::min((*inner)->mark_, mark_);
  } else {
    std::vector<std::unique_ptr<Call>> ended;  // the end of a call may run Python, which may apply ops
    for (; mine.kept.size() > mark_; mine.kept.pop_back()) ended.push_back(std::move(mine.kept.back()));
  }
  mine.scopes.erase(std::find(mine.scopes.begin(), mine.scopes.end(), this));
}

void bind_own_op(py::module_& m) {
  m.def("apply_op", &apply_op, py::arg("op"), py::arg("inputs"), py::arg("attributes"));
}

}  // namespace gradzoo::python
