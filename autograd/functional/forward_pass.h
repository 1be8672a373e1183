#pragma once

#include <array>

#include "autograd/functional/nodes_between.h"
#include "gradzoo/autograd/op.h"

namespace gradzoo {

/// The pass of forward_rules.h: what is carried for every node between x and y, both traced.
class ForwardPass {
 public:
  /// The quantities to carry: the rows of J with or without L, and J up to y or only as far as L needs it.
  struct Carries {
    bool laplacian, jacobian_to_y;  ///< true to carry L; true to carry J up to y
  };

  /// Prepares a pass from x (B,d) to y on a live, tracing tape; `create_graph` records the pass itself.
  ForwardPass(const Tensor& x, const Tensor& y, Carries what, bool create_graph);

  /// The results of carrying directions (K,B,d), or (K,1,d) if all rows share them, to y. A result is
  /// undefined if it is not carried or is 0.
  struct Rows {
    Tensor jacobian;   ///< J rows: (K, ...y)
    Tensor laplacian;  ///< L: (1, ...y)
  };
  /// Runs one pass; further passes with other directions may follow.
  Rows run(const Tensor& directions);

 private:
  size_t slot(int64_t index) const { return static_cast<size_t>(index - first_); }
  bool reaches(const Node& node, int i) const {
    const int64_t input = node.inputs[static_cast<size_t>(i)];
    return input >= first_ && between_[slot(input)] && rows_[slot(input)].defined();
  }
  bool has_laplacian(int64_t index) const {
    return rows_[slot(index)].dim(0) == (keeps_jacobian_[slot(index)] != 0 ? directions_ : 0) + 1;
  }

  void mark_jacobians(bool to_y);
  bool any_laplacian(const Node& node) const;
  Tensor all_rows_of(const Node& node, int i) const;
  Tensor rows_of(const Node& node, int i, bool with_laplacian) const;
  Tensor jacobian_of(const Node& node, int i) const;
  void step(int64_t index);
  Tensor linear(const Node& node);
  Tensor bilinear(const Node& node);
  Tensor elementwise(const Node& node);
  Tensor unary(const Node& node);
  Tensor plus_curvature(const Tensor& rows, const Tensor& curvature) const;
  Tensor apply_to(const Node& node, const std::array<Tensor, kMaxInputs>& operands, int64_t k) const;
  Tensor aligned(const Node& node, const Tensor& rows) const;

  NodeList& nodes_;
  int64_t first_, last_, directions_ = 0;
  bool with_laplacian_, create_graph_;
  bool keeps_ = false;                       ///< true if J is kept at the node of step()
  std::array<Tensor, kMaxInputs> operands_;  ///< operands of that node
  Tensor output_;
  NodeMask between_;         ///< nodes to carry through
  NodeMask keeps_jacobian_;  ///< nodes whose J a later op reads
  /// The rows carried for each node of shape S: J (K, ...S) if it is kept, and after it L (1, ...S) from the
  /// first op on that bends. Leading axes of S may be 1 while all rows share them.
  Tensors rows_;
};

}  // namespace gradzoo
