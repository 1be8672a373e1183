#pragma once

#include <string>
#include <vector>

#include "models/base/training_options.h"

namespace gradzoo {

enum class DaeWeights { tied, free };
inline constexpr Choice<DaeWeights> kDaeWeights[] = {{"tied", DaeWeights::tied}, {"free", DaeWeights::free}};
enum class DaeNoise {
  gaussian,  // x + sigma eps: a score comes with it
  masking,   // each number 0 with probability `masked`
};
inline constexpr Choice<DaeNoise> kDaeNoises[] = {{"gaussian", DaeNoise::gaussian},
                                                  {"masking", DaeNoise::masking}};
enum class DaeOutput { identity, sigmoid };
inline constexpr Choice<DaeOutput> kDaeOutputs[] = {{"identity", DaeOutput::identity},
                                                    {"sigmoid", DaeOutput::sigmoid}};

struct DaeOptions {
  DaeWeights weights = DaeWeights::free;
  DaeNoise noise = DaeNoise::gaussian;
  double sigma = 0.5;
  double masked = 0.5;
  std::vector<int64_t> hidden = {1024, 1024};
  std::string activation = "silu";
  DaeOutput output = DaeOutput::sigmoid;
  double input_scale = 1;
  double chain_step = 0.2;
  int64_t chain_steps = 300;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
