#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

/// A classifier p(y|x) = softmax(network(x))_y, trained by cross-entropy: no generative model, but what
/// samples of one are measured by (models/eval/sample_metrics.h).
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

/// Logits of images, and the features of which they are a linear function; sample metrics use both.
class ClassifierNetwork : public Module {
 public:
  ClassifierNetwork(const ClassifierOptions& options, const DataShape& shape, Rng& rng);
  /// x (B, pixels) in [0,1] -> (B, features), not below 0 with relu.
  Tensor features(const Tensor& x) const;
  /// features (B, features) -> (B, classes)
  Tensor logits(const Tensor& features) const { return head_->forward(features); }
  /// x (B, pixels) -> (B, classes)
  Tensor forward(const Tensor& x) const override { return logits(features(x)); }

 private:
  DataShape shape_;
  Sequential
      convolutions_;  // of a cnn: 3x3, of c, c, 2c, 2c channels, a pooling behind each second; else empty
  std::unique_ptr<Mlp> body_;  // behind them, or all of an mlp
  std::unique_ptr<Linear> head_;
};

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
