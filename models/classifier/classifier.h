#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

/// A classifier p(y|x) = softmax(network(x))_y, trained with the cross-entropy. It is not a generative
/// model, but measures the samples of generative models (models/eval/sample_metrics.h).
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

/// A network that computes features of images, and logits as a linear function of features.
class ClassifierNetwork : public Module {
 public:
  ClassifierNetwork(const ClassifierOptions& options, const DataShape& shape, Rng& rng);
  /// Maps x (B, pixels) in [0,1] to features (B, features), at least 0 with relu.
  Tensor features(const Tensor& x) const;
  /// Maps features (B, features) to logits (B, classes).
  Tensor logits(const Tensor& features) const { return head_->forward(features); }
  /// Maps x (B, pixels) to logits (B, classes).
  Tensor forward(const Tensor& x) const override { return logits(features(x)); }

 private:
  DataShape shape_;
  Sequential
      convolutions_;  // cnn: 3x3, with c, c, 2c, 2c channels, pooling after each second one; else empty
  std::unique_ptr<Mlp> body_;  // layers after the convolutions, or all hidden layers of an mlp
  std::unique_ptr<Linear> head_;
};

inline constexpr QuantityInfo kClassifierError{"error", "percent"},
    kClassifierLoss{"cross_entropy", "nats/image"};

class Classifier : public Model {
 public:
  /// Throws Error if the data have fewer than two classes.
  Classifier(const ClassifierOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

  /// Returns p(y|x) from the averaged weights, if there are any: x (B, pixels) in [0,1] -> (B, classes).
  Tensor probabilities(const Tensor& x);
  /// Returns the features of the last hidden layer, from the same weights: x (B, pixels) -> (B, features).
  Tensor features(const Tensor& x);
  /// Returns p(y|x) from these features: (B, features) -> (B, classes).
  Tensor probabilities_of(const Tensor& features);
  /// Adds only the weights to a State, without the state of the training.
  void add_weights_to(State& state) { learner_.parameters().add_to(state); }
  const DataShape& shape() const { return shape_; }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override { return do_evaluate(data); }
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override { return {.samples = false}; }

 private:
  DataShape shape_;
  Rng init_rng_, noise_rng_;
  ClassifierNetwork network_;
  Learner learner_;
  int64_t shift_;  // largest shift, in pixels
  double noise_;   // standard deviation of the noise on pixels in [0,1]
  Metric cross_entropy_, error_percent_, grad_norm_;
};

/// Returns the classifier's entry in the list of models.
ModelEntry classifier_entry();

}  // namespace gradzoo
