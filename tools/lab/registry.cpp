#include "tools/lab/lab.h"
#include "tools/lab/labs/blindness.h"
#include "tools/lab/labs/coin.h"
#include "tools/lab/labs/compression.h"
#include "tools/lab/labs/forward_reverse_kl.h"
#include "tools/lab/labs/gaussian_laplace.h"
#include "tools/lab/labs/likelihood_vs_quality.h"
#include "tools/lab/labs/mode_collapse.h"
#include "tools/lab/labs/nce_constant.h"
#include "tools/lab/labs/noise_levels.h"
#include "tools/lab/labs/one_idea.h"
#include "tools/lab/labs/optimal_discriminator.h"
#include "tools/lab/labs/relu_lost_gradient.h"
#include "tools/lab/labs/score_matching.h"

namespace gradzoo {

std::span<const LabEntry> labs() {
  static const LabEntry kLabs[] = {
      lab_entry<CoinLab>(),
      lab_entry<CompressionLab>(),
      lab_entry<GaussianLaplaceLab>(),
      lab_entry<ForwardReverseKlLab>(),
      lab_entry<LikelihoodVsQualityLab>(),
      lab_entry<OptimalDiscriminatorLab>(),
      lab_entry<ModeCollapseLab>(),
      lab_entry<ScoreMatchingLab>(),
      lab_entry<BlindnessLab>(),
      lab_entry<NoiseLevelsLab>(),
      lab_entry<OneIdeaLab>(),
      lab_entry<NceConstantLab>(),
      lab_entry<ReluLostGradientLab>(),
  };
  return kLabs;
}

}  // namespace gradzoo
