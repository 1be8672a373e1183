#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// While it lives, tensors that are read through handles elsewhere (a module's parameters) have the values
/// and the history of others: what is computed from tensors[i] is computed from values[i], and recorded as
/// if values[i] had been the operand. At its end all are as they were, and what was recorded stays good, to
/// any order. The tensors belong to the calling thread meanwhile: nobody else may read them.
class Substitution {
 public:
  /// Each tensor once. Throws Error where one of the values is undefined, or has another shape or dtype.
  Substitution(std::span<const Tensor> tensors, std::span<const Tensor> values);
  ~Substitution();
  Substitution(const Substitution&) = delete;
  Substitution& operator=(const Substitution&) = delete;

  /// A result as others may keep it: the value itself where y is one of the tensors.
  Tensor result(const Tensor& y) const;

 private:
  struct Pair {
    Tensor tensor, value;
    Tensor stand_in;  // what the tensor holds meanwhile; and meanwhile, what it held
  };

  const Tensor* value_of(const Tensor& t) const;  // null where t is none of the tensors
  void exchange_all();
  void settle_records();

  std::vector<Pair> pairs_;  // in the order of the tensors' addresses
  int64_t first_node_;       // of those that were recorded meanwhile
};

}  // namespace gradzoo
