#pragma once

#include "models/base/training_options.h"
#include "models/ebm/limited_langevin.h"
#include "models/networks/energy.h"
#include "samplers/sampler.h"

namespace gradzoo {

/// Where the chains of a training step start.
enum class ChainStart {
  data,    // at the batch: CD-k
  noise,   // at noise each time: short runs
  buffer,  // where they stood: PCD
};
inline constexpr Choice<ChainStart> kChainStarts[] = {
    {"data", ChainStart::data}, {"noise", ChainStart::noise}, {"buffer", ChainStart::buffer}};

/// The sampler of the chains: x' = x + step grad f + noise z, with its limits.
using EbmSampler = std::unique_ptr<Sampler> (*)(const ChainMove& move);
std::unique_ptr<Sampler> ebm_ula(const ChainMove& move);
/// Exact for exp f: the noise must be sqrt(2 step), and no move may be limited.
std::unique_ptr<Sampler> ebm_mala(const ChainMove& move);
inline constexpr Choice<EbmSampler> kEbmSamplers[] = {{"ula", ebm_ula}, {"mala", ebm_mala}};

enum class EbmNet { mlp, conv };
inline constexpr Choice<EbmNet> kEbmNets[] = {{"mlp", EbmNet::mlp}, {"conv", EbmNet::conv}};

enum class EbmPreset {
  own,
  uva,  // the UvA deep learning tutorial 8 (Lippe 2022), pixels in [0,1] where it has [-1,1]
};
inline constexpr Choice<EbmPreset> kEbmPresets[] = {{"own", EbmPreset::own}, {"uva", EbmPreset::uva}};

struct EbmOptions {
  EbmPreset preset = EbmPreset::own;
  EbmNet net = EbmNet::mlp;
  int64_t channels = 16;
  EnergyOptions energy = {.input_scale = 8, .confinement = 4};
  double data_noise = 0;
  double l2 = 0;
  double beta1 = 0.9;
  ChainStart init = ChainStart::buffer;
  EbmSampler sampler = ebm_ula;
  int64_t chain_steps = 10;
  int64_t jumps = 0;
  double step = 0.02;
  double noise = 0;
  double step_clip = 0;
  bool clamp = false;
  int64_t buffer = 5000;
  double fresh = 0.05;
  int64_t sample_steps = 1000;

  ChainMove move() const { return {.step = step, .noise = noise, .step_clip = step_clip, .clamp = clamp}; }
  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
