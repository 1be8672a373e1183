#include "experiments/collapse_watch.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/models/base/density_quantities.h"

namespace gradzoo {

std::string CollapseWatch::look(const Quantities& found) {
  constexpr double kKept = 0.75, kLost = 2;  // one mode comes and goes
  if (hint_.empty()) return "";
  std::string text;
  const auto judge = [&](const char* what, double count, double& most) {
    most = std::max(most, count);
    if (count < kKept * most && most - count >= kLost && text.empty())
      text = fmt::format("collapse: {} fell to {:.2g} from {:.2g}. Hint: {}", what, count, most, hint_);
  };
  if (const Quantity* modes = found.find(kModesCovered))
    judge("the number of covered modes", modes->value, most_modes_);
  if (const Quantity* entropy = found.find(kLabelEntropy))
    judge("the effective number of labels", std::exp(entropy->value), most_labels_);
  return text;
}

}  // namespace gradzoo
