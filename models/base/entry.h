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

/// A model's options, type-erased: described, adapted to the data, and used to construct the model.
class ModelOptions {
 public:
  virtual ~ModelOptions() = default;
  virtual void describe(OptionTable& table) = 0;  ///< names the options in the table
  /// Sets defaults that depend on other options and on the data, by OptionTable::prefer. Throws Error for
  /// invalid combinations.
  virtual void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) = 0;
  /// The model, untrained.
  virtual std::unique_ptr<Model> make(const DataShape& shape, const TrainingOptions& training) const = 0;
  /// How a batch's bytes become pixels: the option `pixels`, if there is one.
  virtual Pixels pixels() const = 0;
};

/// One line of the registry: a model's name, options and constructor.
struct ModelEntry {
  std::string name;          ///< "vae": as the command takes it
  std::string summary = "";  ///< one line
  std::string source = "";   ///< paper
  /// If an evaluation gives no likelihood: the reason, as a clause.
  std::string why_no_density = "";
  TakenKinds data = kAnyData;          ///< what it learns from
  std::string why_data = "";           ///< why nothing else, as a clause; "" where it says itself
  std::string default_data = "mnist";  ///< where none is named
  bool narrow_toys = false;            ///< toys' modes are as narrow as papers on adversaries have them
  bool checked = false;                ///< training begins with Trainer::check_step(); set by add_model()
  std::unique_ptr<ModelOptions> (*options)() = nullptr;  ///< at their defaults
};

/// The options of a model of type M are a struct O with `describe(OptionTable&)` and, if needed,
/// `adapt(OptionTable&, TrainingOptions&, const DataShape&)`, before which `adapt_to_images` or
/// `adapt_to_points`, of the same arguments, sets what images have other than numbers in a row. M is
/// constructed from (O, DataShape, TrainingOptions), unless O says itself what is made, as `make(DataShape,
/// TrainingOptions)`: a model that is another class on images.
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

/// The entry of a model, from its facts.
template <class O, class M>
ModelEntry entry_of(ModelEntry facts) {
  facts.options = []() -> std::unique_ptr<ModelOptions> { return std::make_unique<OptionsOf<O, M>>(); };
  return facts;
}

}  // namespace gradzoo
