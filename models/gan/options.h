#pragma once

#include <vector>

#include "models/base/training_options.h"
#include "models/gan/losses.h"
#include "models/gan/networks.h"

namespace gradzoo {

enum class GanPreset {
  healthy,
  collapse,
  pacgan,  // Lin et al. 2018, section 4.1 and the authors' code, on grid25
};
inline constexpr Choice<GanPreset> kGanPresets[] = {
    {"healthy", GanPreset::healthy}, {"collapse", GanPreset::collapse}, {"pacgan", GanPreset::pacgan}};

/// Additional fakes for D.
enum class NegativeAugmentation { none, jigsaw };
inline constexpr Choice<NegativeAugmentation> kNegativeAugmentations[] = {
    {"none", NegativeAugmentation::none}, {"jigsaw", NegativeAugmentation::jigsaw}};

struct GanOptions {
  GanPreset preset = GanPreset::healthy;
  GanNet net = GanNet::mlp;
  bool conditional = false;
  int64_t channels = 64;
  int64_t norm_groups = 8;
  const GanLoss* loss = &non_saturating;
  int64_t latent = 64;
  std::vector<int64_t> generator_hidden = {256, 256};
  std::vector<int64_t> discriminator_hidden = {256, 256};
  GeneratorInit init = GeneratorInit::he;
  GeneratorNorm generator_norm = GeneratorNorm::none;
  int64_t maxout = 1;
  CriticActivation activation = steep_leaky_relu;
  SlopePenalty penalty = SlopePenalty::none;
  double penalty_weight = 10;
  int64_t critic_steps = 1;
  bool simultaneous = false;
  int64_t pac = 1;
  NegativeAugmentation negative_augmentation = NegativeAugmentation::none;
  bool spectral_norm = false;
  double discriminator_rate = 1;
  double beta1 = 0.5;
  double beta2 = 0.999;
  double label_smoothing = 0;
  double instance_noise = 0;
  double noise_until = 1;

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);

 private:
  void prefer_by_data(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void prefer_by_loss(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void prefer_by_preset(OptionTable& table, TrainingOptions& training);
  void check(const TrainingOptions& training, const DataShape& shape) const;
};

}  // namespace gradzoo
