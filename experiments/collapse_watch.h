#pragma once

#include <string>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// Entropy of the labels that a classifier assigns to samples.
inline constexpr QuantityInfo kLabelEntropy{"label_entropy", "nats"};

/// Detects mode collapse: the number of covered modes, or the effective number of labels e^entropy that a
/// classifier assigns to samples, has fallen. It sees only the validations of this process.
class CollapseWatch {
 public:
  /// `hint` suggests what to try; with an empty hint, look() never warns.
  explicit CollapseWatch(std::string hint) : hint_(std::move(hint)) {}
  /// Returns a warning with the hint if a count has fallen by at least 2 and below 3/4 of its maximum;
  /// otherwise an empty text. Call it after each validation.
  std::string look(const Quantities& found);

 private:
  std::string hint_;
  double most_modes_ = 0, most_labels_ = 0;
};

}  // namespace gradzoo
