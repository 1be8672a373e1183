#pragma once

#include <vector>

#include "gradzoo/autograd/op.h"

/// What a tracing tape keeps beyond what gradients need: for the explorer, forward rules and error reports.
/// Gradients come out the same without it; the engine writes here only while Mode::tracing.
namespace gradzoo {

/// A function that runs several ops and that a reader of a trace takes for one: mean, of a sum and a
/// quotient. Its ops are a chain in which each feeds the next and nothing else.
struct Composite {
  const char* name;     ///< "mean"
  const char* formula;  ///< as an op's
};

/// What is kept of a node.
struct Trace {
  std::array<Tensor, kMaxInputs> inputs;  ///< the op's operands
  Tensor output;                          ///< the op's result
  Tensor adjoint;                         ///< of the last sweep that reached the node
  const Composite* composite = nullptr;   ///< whose call recorded it, the outermost
  int64_t call = 0;                       ///< the list's length when that call began: one number a call
};

/// What is kept of a sweep's stop at a node.
struct Visit {
  int64_t node = -1;                        ///< its index
  bool first = false;                       ///< of its sweep: the adjoint is the sweep's seed
  Tensor adjoint;                           ///< of the node, complete
  std::array<Tensor, kMaxInputs> gives{};   ///< what the rule contributed to each input's adjoint
  std::array<Tensor, kMaxInputs> totals{};  ///< that adjoint, with the contribution added
  int64_t made_begin = 0, made_end = 0;     ///< the nodes that the rule recorded
};

/// All that a thread's tracing tapes have kept.
struct TraceLog {
  std::vector<Trace> nodes;              ///< by node index
  std::vector<Visit> visits;             ///< in the order in which they happened
  const Composite* composite = nullptr;  ///< the one that runs now, and where it began
  int64_t call = 0;                      ///< of the composite that runs now

  /// Forgets the nodes from `node` on and the visits from `visit` on.
  void truncate(int64_t node, size_t visit);
};
TraceLog& trace_log();  ///< of the calling thread

/// The trace of node `index`; empty where no tape traces it.
Trace& trace_of(int64_t index);

/// What is traced while alive belongs to a call of that composite, unless one is under way.
class CompositeScope {
 public:
  explicit CompositeScope(const Composite& composite);  ///< the composite must outlive the trace
  ~CompositeScope();
  CompositeScope(const CompositeScope&) = delete;
  CompositeScope& operator=(const CompositeScope&) = delete;

 private:
  bool opened_ = false;
};

/// Switches tracing while alive.
class TraceScope {
 public:
  explicit TraceScope(bool on) { tape_state().mode.tracing = on; }  ///< on or off, until it ends

 private:
  ModeScope outer_;
};

///@{
/// What the engine calls: when node `index` was recorded; when a sweep stops at it, its rule gives, the stop
/// ends.
void trace_node(int64_t index, Inputs in, const Tensor& out);
void trace_visit(int64_t index, bool first, const Tensor& adjoint);
void trace_give(int i, const Tensor& gradient, const Tensor& total);
void trace_visit_end();
///@}

}  // namespace gradzoo
