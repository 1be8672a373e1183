#include "gradzoo/models/base/quantity.h"

#include <algorithm>

#include "gradzoo/base/error.h"

namespace gradzoo {

const Quantity* Quantities::find(const QuantityInfo& info) const {
  const auto found = std::ranges::find(all_, info.name, &Quantity::name);
  return found == all_.end() ? nullptr : &*found;
}

const Quantity& Quantities::operator[](const QuantityInfo& info) const {
  if (const Quantity* found = find(info)) return *found;
  throw Error("the evaluation has no '{}'. Hint: it is measured on other data, or by another model",
              info.name);
}

}  // namespace gradzoo
