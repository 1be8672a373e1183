#pragma once

#include <string>
#include <vector>

#include "models/base/training_options.h"

namespace gradzoo {

enum class ClassifierNet { cnn, mlp };
inline constexpr Choice<ClassifierNet> kClassifierNets[] = {{"cnn", ClassifierNet::cnn},
                                                            {"mlp", ClassifierNet::mlp}};

struct ClassifierOptions {
  ClassifierNet net = ClassifierNet::cnn;
  int64_t channels = 16;
  std::vector<int64_t> hidden = {512, 256};
  std::string activation = "relu";
  int64_t shift = 0;
  double noise = 0.2;
  double weight_decay = 0.01;

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

}  // namespace gradzoo
