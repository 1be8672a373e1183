#pragma once

#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

/// The units in which networks that draw see examples: numbers with two ends lie in [-1, 1], pixels among
/// them, and others are as they are.
class Units {
 public:
  explicit Units(const DataKind& kind);  ///< of examples of a kind

  double length() const { return scale_; }  ///< of one unit of the data
  Tensor centred(const Tensor& x) const;    ///< from the data's units
  Tensor uncentred(const Tensor& x) const;  ///< back to them
  ///@{
  /// Any numbers as some between the ends: by tanh in these units, by the logistic function in the data's.
  Tensor squashed(const Tensor& x) const;
  Tensor squashed_in_data(const Tensor& x) const;
  ///@}

 private:
  bool bounded_;
  double low_, scale_ = 1, offset_ = 0;
};

}  // namespace gradzoo
