#pragma once

#include <string>
#include <vector>

#include "tools/doctor/machine.h"
#include "tools/doctor/rates.h"

namespace gradzoo {

/// What makes the program slow or fail here, a sentence, and what to do about it.
struct Ailment {
  std::string what, hint;
};

/// All that follows from the facts and the rates, the gravest first; empty for a machine that is well.
std::vector<Ailment> ailments_of(const Machine& machine, const MachineRates& rates);

}  // namespace gradzoo
