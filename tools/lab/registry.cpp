#include "tools/lab/lab.h"
#include "tools/lab/labs/coin.h"
#include "tools/lab/labs/noise_levels.h"

namespace gradzoo {

std::span<const LabEntry> labs() {
  static const LabEntry kLabs[] = {
      lab_entry<CoinLab>(),
      lab_entry<NoiseLevelsLab>(),
  };
  return kLabs;
}

}  // namespace gradzoo
