#include "tools/lab/lab.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace gradzoo {

const LabTable& LabResult::table(std::string_view heading) const {
  const auto found = std::ranges::find(tables, heading, &LabTable::heading);
  if (found == tables.end()) throw Error("lab: there is no table of '{}'", heading);
  return *found;
}

const LabEntry& find_lab(std::string_view name) {
  std::vector<std::string> names;
  for (const LabEntry& entry : labs()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw Error("lab: '{}' is not known. {}", name, did_you_mean(name, names));
}

}  // namespace gradzoo
