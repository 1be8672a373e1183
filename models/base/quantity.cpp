#include "gradzoo/models/base/quantity.h"

#include <algorithm>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {

std::string key_of(const std::string& name, const std::string& unit) {
  return replaced(unit.empty() ? name : name + "_" + unit, {{' ', "_"}, {'/', "_per_"}});
}

const Quantity* Quantities::find(const QuantityInfo& info) const {
  const auto found = std::ranges::find(all_, info.name, &Quantity::name);
  return found == all_.end() ? nullptr : &*found;
}

const Quantity& Quantities::operator[](const QuantityInfo& info) const {
  if (const Quantity* found = find(info)) return *found;
  throw Error("the evaluation has no '{}'. Hint: use data and a model that measure it", info.name);
}

}  // namespace gradzoo
