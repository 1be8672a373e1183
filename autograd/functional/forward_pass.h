#pragma once

#include <array>

#include "autograd/functional/nodes_between.h"
#include "gradzoo/autograd/op.h"

namespace gradzoo {

/// The walk of forward_rules.h: what is carried for every node between x and y, both traced.
class ForwardPass {
 public:
  /// What is carried: the rows of J alone, or with L; J to the end, or no further than L needs it.
  struct Carries {
    bool laplacian, jacobian_to_y;  ///< L is carried; and J to the end
  };

  /// From x (B,d) to y, both on a live tape that traces. With `create_graph` the pass is recorded itself.
  ForwardPass(const Tensor& x, const Tensor& y, Carries what, bool create_graph);

  /// Carries directions (K,B,d), or (K,1,d) where all rows share them, to y. Either result is undefined where
  /// it is not carried, or is 0.
  struct Rows {
    Tensor jacobian;   ///< (K, ...y)
    Tensor laplacian;  ///< (1, ...y)
  };
  /// One pass; another may follow, with other directions.
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
  bool keeps_ = false;                       ///< whether J is kept at the node that step() is at
  std::array<Tensor, kMaxInputs> operands_;  ///< the operands of that node
  Tensor output_;
  NodeMask between_;         ///< nodes to carry through
  NodeMask keeps_jacobian_;  ///< those whose J an op further on reads
  /// What is carried for each node, S being its shape: J (K, ...S) where it is kept, and behind it L (1,
  /// ...S) from the first op on that bends. Leading axes of S may be 1 while all share them.
  Tensors rows_;
};

}  // namespace gradzoo
