#pragma once

#include <cstdint>

#include "base/options.h"
#include "datasets/dataset.h"
#include "nn/learn/learner.h"
#include "nn/learn/schedule.h"

namespace gradzoo {

/// The options that every training run has.
struct TrainingOptions {
  Split split = Split::fit;          ///< what is trained on: fit, or train
  int64_t epochs = 10;               ///< passes over the examples
  int64_t steps = 0;                 ///< 0: as many as epochs make
  int64_t batch = 100;               ///< examples of a step
  double lr = 1e-3;                  ///< learning rate, the schedule's largest
  Decay schedule = Decay::constant;  ///< how it falls
  double clip = 0;                   ///< 0: not clipped
  double ema = 0;                    ///< 0: none
  int64_t seed = 0;                  ///< of all random numbers
  int64_t shards = 1;                ///< equal parts of a batch whose gradients are added in a fixed order

  void describe(OptionTable& options);
  /// The seed of every random stream of the run.
  uint64_t stream_seed() const { return static_cast<uint64_t>(seed); }
  /// The options of a learner: clipping and averaging; the optimiser is the model's choice.
  LearnerOptions learner(OptimizerMaker optimizer = adam()) const {
    return {.optimizer = std::move(optimizer), .clip = clip, .ema = ema};
  }
};

}  // namespace gradzoo
