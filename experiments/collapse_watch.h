#pragma once

#include <string>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// Of the labels that a classifier gives to samples.
inline constexpr QuantityInfo kLabelEntropy{"label_entropy", "nats"};

/// Sees that samples lose kinds that they had: modes that are covered, or labels by a classifier, of which
/// there are as many as e^entropy. It knows of the validations of this process alone.
class CollapseWatch {
 public:
  /// `hint`: what to try; "": nothing is watched.
  explicit CollapseWatch(std::string hint) : hint_(std::move(hint)) {}
  /// After a validation: which count has fallen by 2 and below 3/4 of its highest, and what to try; "" where
  /// none has.
  std::string look(const Quantities& found);

 private:
  std::string hint_;
  double most_modes_ = 0, most_labels_ = 0;
};

}  // namespace gradzoo
