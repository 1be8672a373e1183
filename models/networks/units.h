#pragma once

#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

/// The units of examples in generative networks: bounded values such as pixels are scaled to [-1, 1], and
/// other values are unchanged.
class Units {
 public:
  explicit Units(const DataKind& kind);  ///< units for examples of a kind

  double length() const { return scale_; }  ///< length of one unit of the data
  Tensor centred(const Tensor& x) const;    ///< x, converted from the data's units
  Tensor uncentred(const Tensor& x) const;  ///< x, converted back to the data's units
  ///@{
  /// Maps any values into the bounds: with tanh in these units, with the logistic function in the data's.
  Tensor squashed(const Tensor& x) const;
  Tensor squashed_in_data(const Tensor& x) const;
  ///@}

 private:
  bool bounded_;
  double low_, scale_ = 1, offset_ = 0;
};

}  // namespace gradzoo
