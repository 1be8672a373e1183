#pragma once

#include <vector>

#include "gradzoo/autograd/op.h"

/// The trace: what a tracing tape keeps beyond what gradients need, for the explorer, forward rules and error
/// reports. Gradients are the same without it; the engine writes here only while Mode::tracing.
namespace gradzoo {

/// A function that runs several ops and that the reader of a trace sees as one op: mean is a sum and a
/// quotient. Its ops are a chain: each feeds the next and nothing else.
struct Composite {
  const char* name;     ///< name such as "mean"
  const char* formula;  ///< formula, as in an op
};

/// The trace of one node.
struct Trace {
  std::array<Tensor, kMaxInputs> inputs;  ///< operands of the op
  Tensor output;                          ///< result of the op
  Tensor adjoint;                         ///< adjoint in the last sweep that reached the node
  const Composite* composite = nullptr;   ///< outermost composite whose call recorded the node
  int64_t call = 0;                       ///< list length when that call began: one number per call
};

/// The trace of one visit: a stop of a sweep at a node.
struct Visit {
  int64_t node = -1;                        ///< index of the node
  bool first = false;                       ///< true for the first visit of a sweep: the adjoint is its seed
  Tensor adjoint;                           ///< complete adjoint of the node
  std::array<Tensor, kMaxInputs> gives{};   ///< rule's contribution to each input's adjoint
  std::array<Tensor, kMaxInputs> totals{};  ///< input's adjoint after the contribution was added
  int64_t made_begin = 0, made_end = 0;     ///< range of the nodes that the rule recorded
};

/// The traces that a thread's tracing tapes have kept.
struct TraceLog {
  std::vector<Trace> nodes;              ///< traces by node index
  std::vector<Visit> visits;             ///< visits in their order in time
  const Composite* composite = nullptr;  ///< composite that runs now
  int64_t call = 0;                      ///< number of its call

  /// Forgets the nodes from `node` on and the visits from `visit` on.
  void truncate(int64_t node, size_t visit);
};
TraceLog& trace_log();  ///< log of the calling thread

/// Returns the trace of node `index`; empty if no tape traces it.
Trace& trace_of(int64_t index);

/// A scope whose traced ops belong to one call of a composite, unless another call is running.
class CompositeScope {
 public:
  explicit CompositeScope(const Composite& composite);  ///< `composite` must outlive the trace
  ~CompositeScope();
  CompositeScope(const CompositeScope&) = delete;
  CompositeScope& operator=(const CompositeScope&) = delete;

 private:
  bool opened_ = false;
};

/// A scope that switches tracing on or off.
class TraceScope {
 public:
  explicit TraceScope(bool on) { tape_state().mode.tracing = on; }  ///< switches until the scope ends

 private:
  ModeScope outer_;
};

///@{
/// Functions for the engine. It calls them when node `index` was recorded, when a sweep stops at the node,
/// when the node's rule gives a gradient, and when the stop ends.
void trace_node(int64_t index, Inputs in, const Tensor& out);
void trace_visit(int64_t index, bool first, const Tensor& adjoint);
void trace_give(int i, const Tensor& gradient, const Tensor& total);
void trace_visit_end();
///@}

}  // namespace gradzoo
