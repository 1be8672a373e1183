#pragma once

#include <cstddef>
#include <cstdint>

namespace gradzoo {

/// What the thread is doing.
struct Mode {
  bool recording = false;  ///< an op with a tracked input becomes a node
  bool tracing = false;    ///< keeping more than gradients need: see trace.h
  int64_t mark = 0;        ///< first node of the innermost tape
  int64_t origin = -1;     ///< the node whose vjp is running
  int sweep = 0;           ///< what Node::sweep is of the nodes that are recorded now
};

/// Puts the thread's mode back when it ends, and cuts the node list back where it was asked to. Scopes that
/// end out of order leave what they owe to the scope inside them: the mode and the list are right once all
/// have ended.
class ModeScope {
 public:
  ModeScope();
  ~ModeScope();
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;
  /// At its end, forget the nodes from `mark` and the trace's visits from `visit_mark` on.
  void cut_back_to(int64_t mark, size_t visit_mark);

 private:
  Mode outer_;
  ModeScope *below_, *above_ = nullptr;  ///< the thread's scopes, outermost first
  int64_t mark_ = -1;                    ///< -1: cut nothing
  size_t visit_mark_ = 0;
};

}  // namespace gradzoo
