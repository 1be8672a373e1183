#include "tools/lab/lab.h"
#include "tools/lab/labs/coin.h"
#include "tools/lab/labs/noise_levels.h"
#include "tools/lab/labs/one_idea.h"
#include "tools/lab/labs/score_matching.h"

namespace gradzoo {

std::span<const LabEntry> labs() {
  static const LabEntry kLabs[] = {
      lab_entry<CoinLab>(),
      lab_entry<NoiseLevelsLab>(),
      lab_entry<OneIdeaLab>(),
      lab_entry<ScoreMatchingLab>(),
  };
  return kLabs;
}

}  // namespace gradzoo
