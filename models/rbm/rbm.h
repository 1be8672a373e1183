#pragma once

#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/samplers/ais.h"

/// Restricted Boltzmann machine (Smolensky 1986; Hinton 2002, "Training products of experts by minimizing
/// contrastive divergence"; Salakhutdinov & Murray 2008 for its Z).
namespace gradzoo {

struct RbmOptions {
  int64_t hidden = 500;
  RbmLearningOptions learning;
  Pixels pixels = Pixels::dynamic_binary;
  int64_t sample_steps = 1000;
  AnnealingOptions annealing;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

inline constexpr QuantityInfo kRbmLogLikelihood{"log_px", "nats/example"},
    kRbmFreeEnergy{"free_energy", "nats/example"}, kRbmReconstruction{"reconstruction", "units/example"};

class Rbm : public Model {
 public:
  Rbm(const RbmOptions& options, const DataShape& shape, const TrainingOptions& training);

  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;

  RbmLayer& layer() { return layer_; }
  RbmLearning& learning() { return learning_; }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  /// Draws the ends of Gibbs chains of `sample_steps` steps from independent units with the data's means.
  /// Images are returned as pixel probabilities, points as draws.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  Quantities log_likelihood(const DataView& data) const;
  std::vector<Picture> pictures_of(const DataView& data) const;
  std::string reading(const DataView& data) const;
  Tensor noise(int64_t n, Rng& rng) const;
  bool is_quick() const;

  DataShape shape_;
  RbmOptions options_;
  Rng init_rng_;
  RbmLayer layer_;
  RbmLearning learning_;
  Metric cd_loss_, f_data_, grad_norm_;
};

/// Returns the restricted Boltzmann machine's entry in the list of models.
ModelEntry rbm_entry();

}  // namespace gradzoo
