#pragma once

#include "models/base/training_options.h"
#include "models/networks/energy.h"
#include "samplers/sampler.h"

namespace gradzoo {

/// Where the chains of a training step begin.
enum class ChainStart {
  data,    // at the batch: CD-k
  noise,   // at noise each time: short runs
  buffer,  // where they stood: PCD
};
inline constexpr Choice<ChainStart> kChainStarts[] = {
    {"data", ChainStart::data}, {"noise", ChainStart::noise}, {"buffer", ChainStart::buffer}};

/// How chains go: made for x' = x + step grad f + noise z.
using EbmSampler = std::unique_ptr<Sampler> (*)(double step, double noise);
std::unique_ptr<Sampler> ebm_ula(double step, double noise);
std::unique_ptr<Sampler> ebm_mala(double step,
                                  double noise);  // exact for exp f: noise is taken for sqrt(2 step)
inline constexpr Choice<EbmSampler> kEbmSamplers[] = {{"ula", ebm_ula}, {"mala", ebm_mala}};

struct EbmOptions {
  EnergyOptions energy = {.input_scale = 8, .confinement = 4};
  double data_noise = 0;
  double l2 = 0;
  double beta1 = 0.9;
  ChainStart init = ChainStart::buffer;
  EbmSampler sampler = ebm_ula;
  int64_t chain_steps = 10;
  double step = 0.02;
  double noise = 0;
  int64_t buffer = 5000;
  double fresh = 0.05;
  int64_t sample_steps = 1000;

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
