#pragma once

#include "models/base/entry.h"
#include "models/classifier/network.h"
#include "models/classifier/options.h"

/// A classifier p(y|x) = softmax(network(x))_y, trained by cross-entropy: no generative model, but what
/// samples of one are measured by (models/eval/sample_metrics.h).
namespace gradzoo {

inline constexpr QuantityInfo kClassifierError{"error", "percent"},
    kClassifierLoss{"cross_entropy", "nats/image"};

class Classifier : public Model {
 public:
  /// Throws Error if the data have fewer than two classes.
  Classifier(const ClassifierOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

  /// p(y|x) by the averaged weights, if there is an average: x (B, pixels) in [0,1] -> (B, classes).
  Tensor probabilities(const Tensor& x);
  /// The features of the last hidden layer, by the same weights: x (B, pixels) -> (B, features).
  Tensor features(const Tensor& x);
  /// p(y|x) by those features: (B, features) -> (B, classes).
  Tensor probabilities_of(const Tensor& features);
  /// Adds only the weights to a State: the rest of a run's State is for training.
  void add_weights_to(State& state) { learner_.parameters().add_to(state); }
  const DataShape& shape() const { return shape_; }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override { return do_evaluate(data); }
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override { return {.samples = false}; }
  Picture do_snapshot(const DataView& data, Rng& rng) override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  std::string do_interpretation(const DataView& data) override;

 private:
  DataShape shape_;
  Rng init_rng_, noise_rng_;
  ClassifierNetwork network_;
  Learner learner_;
  int64_t shift_;  // pixels, at most
  double noise_;   // standard deviation, of pixels in [0,1]
  Metric cross_entropy_, error_percent_, grad_norm_;
};

/// The classifier's line in the list of models.
ModelEntry classifier_entry();

}  // namespace gradzoo
