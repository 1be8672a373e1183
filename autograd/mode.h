#pragma once

#include <cstddef>
#include <cstdint>

namespace gradzoo {

/// The current mode of a thread.
struct Mode {
  bool recording = false;  ///< an op with a tracked input becomes a node
  bool tracing = false;    ///< more is kept than gradients need: see trace.h
  int64_t mark = 0;        ///< index of the innermost tape's first node
  int64_t origin = -1;     ///< index of the node whose vjp is running, -1 if none
  int sweep = 0;           ///< value of Node::sweep for the nodes recorded now
};

/// A scope that restores the thread's mode when it ends, and cuts the node list back if requested. Scopes may
/// end out of order: such a scope passes its duties on to the scope inside it, so the mode and the list are
/// right once all scopes have ended.
class ModeScope {
 public:
  ModeScope();
  ~ModeScope();
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;
  /// Makes the end of this scope forget the nodes from `mark` and the trace's visits from `visit_mark` on.
  void cut_back_to(int64_t mark, size_t visit_mark);

 private:
  Mode outer_;
  ModeScope *below_, *above_ = nullptr;  ///< the thread's scopes, outermost first
  int64_t mark_ = -1;                    ///< first node to forget; -1: none
  size_t visit_mark_ = 0;
};

}  // namespace gradzoo
