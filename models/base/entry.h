#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/nn/learn/schedule.h"

namespace gradzoo {

/// The options that every training run has.
struct TrainingOptions {
  Split split = Split::fit;          ///< split of the training examples: fit or train
  int64_t epochs = 10;               ///< passes over the examples
  int64_t steps = 0;                 ///< optimiser steps; 0: as many as `epochs` gives
  int64_t batch = 100;               ///< examples per step
  double lr = 1e-3;                  ///< learning rate, the schedule's largest
  Decay schedule = Decay::constant;  ///< decay of the learning rate
  double clip = 0;                   ///< largest gradient norm; 0: no clipping
  double ema = 0;                    ///< decay of the weights' average; 0: no average
  int64_t seed = 0;                  ///< seed of all random streams
  int64_t shards = 1;                ///< equal parts of a batch whose gradients are added in a fixed order

  void describe(OptionTable& options);
  /// Returns the seed of the run's random streams.
  uint64_t stream_seed() const { return static_cast<uint64_t>(seed); }
  /// Returns the options of a learner with clipping and averaging; the model chooses the optimiser.
  LearnerOptions learner(OptimizerMaker optimizer = adam()) const {
    return {.optimizer = std::move(optimizer), .clip = clip, .ema = ema};
  }
};

/// A model's options, type-erased: described, adapted to the data, and used to construct the model.
class ModelOptions {
 public:
  virtual ~ModelOptions() = default;
  virtual void describe(OptionTable& table) = 0;  ///< adds the options to the table
  /// Sets defaults that depend on options and data (OptionTable::prefer). Throws Error for invalid
  /// combinations.
  virtual void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) = 0;
  /// Returns an untrained model.
  virtual std::unique_ptr<Model> make(const DataShape& shape, const TrainingOptions& training) const = 0;
  /// Returns how a batch's bytes become pixels: the option `pixels`, if there is one.
  virtual Pixels pixels() const = 0;
};

/// One line of the registry: a model's name, options and constructor.
struct ModelEntry {
  std::string name;          ///< name on the command line: "vae"
  std::string summary = "";  ///< description, one line
  std::string source = "";   ///< source paper
  /// The reason, as a clause, if an evaluation gives no likelihood.
  std::string why_no_density = "";
  TakenKinds data = kAnyData;  ///< kinds of data that it can learn
  std::string why_data = "";   ///< reason for this limit, as a clause; "" if the model's own error gives it
  std::string default_data = "mnist";  ///< default dataset
  bool narrow_toys = false;            ///< true if toys have the narrow modes of GAN papers
  bool checked = false;  ///< true if training begins with Trainer::check_step(); set by add_model()
  std::unique_ptr<ModelOptions> (*options)() = nullptr;  ///< factory of the default options
};

/// The options of a model of type M, from a struct O with `describe(OptionTable&)`. O may have
/// `adapt(OptionTable&, TrainingOptions&, const DataShape&)`, and `adapt_to_images` and `adapt_to_points`
/// with the same arguments, one of which runs before `adapt`. M is constructed from (O, DataShape,
/// TrainingOptions), unless O has `make(DataShape, TrainingOptions)`, which may choose another class.
template <class O, class M>
class OptionsOf final : public ModelOptions {
 public:
  void describe(OptionTable& table) override { options_.describe(table); }
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) override {
    if (shape.is_grid()) {
      if constexpr (requires { options_.adapt_to_images(table, training, shape); })
        options_.adapt_to_images(table, training, shape);
    } else if constexpr (requires { options_.adapt_to_points(table, training, shape); }) {
      options_.adapt_to_points(table, training, shape);
    }
    if constexpr (requires { options_.adapt(table, training, shape); })
      options_.adapt(table, training, shape);
  }
  std::unique_ptr<Model> make(const DataShape& shape, const TrainingOptions& training) const override {
    if constexpr (requires { options_.make(shape, training); })
      return options_.make(shape, training);
    else
      return std::make_unique<M>(options_, shape, training);
  }
  Pixels pixels() const override {
    if constexpr (requires { options_.pixels; }) return options_.pixels;
    return Pixels::grey;
  }

 private:
  O options_;
};

/// Returns the entry of a model with these facts.
template <class O, class M>
ModelEntry entry_of(ModelEntry facts) {
  facts.options = []() -> std::unique_ptr<ModelOptions> { return std::make_unique<OptionsOf<O, M>>(); };
  return facts;
}

}  // namespace gradzoo
