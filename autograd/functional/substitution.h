#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// A scope that substitutes tensors which other code reads through its own handles (a module's parameters).
/// Inside the scope, tensors[i] has the value and the history of values[i]: results are computed and recorded
/// as if values[i] had been the operand. At the end all tensors are restored, and recorded results stay valid
/// for any order. Meanwhile the tensors belong to the calling thread: no other thread may read them.
class Substitution {
 public:
  /// Each tensor occurs once. Throws Error if a value is undefined or has another shape or dtype.
  Substitution(std::span<const Tensor> tensors, std::span<const Tensor> values);
  ~Substitution();
  Substitution(const Substitution&) = delete;
  Substitution& operator=(const Substitution&) = delete;

  /// Returns a result that others may keep: the value itself if y is one of the tensors.
  Tensor result(const Tensor& y) const;

 private:
  struct Pair {
    Tensor tensor, value;
    Tensor stand_in;  // the tensor's data in the scope; inside it, the old data
  };

  const Tensor* value_of(const Tensor& t) const;  // null if t is not one of the tensors
  void exchange_all();
  void settle_records();

  std::vector<Pair> pairs_;  // in the order of the tensors' addresses
  int64_t first_node_;       // first node recorded in the scope
};

}  // namespace gradzoo
