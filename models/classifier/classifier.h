#pragma once

#include <memory>
#include <vector>

#include "models/base/entry.h"
#include "models/base/model.h"
#include "nn/layers/layers.h"
#include "nn/learn/learner.h"

/// A classifier p(y|x) = softmax(mlp(x))_y, trained by cross-entropy: no generative model, but the ruler that
/// samples of one are held against (models/eval/digit_ruler.h).
namespace gradzoo {

class Classifier : public Model {
 public:
  /// Throws Error where the data have fewer than two classes.
  Classifier(const Settings& settings, const DataShape& shape);

  void register_state(State& state) override;
  std::span<const MetricInfo> metrics() const override { return metrics_; }
  void train_step(const StepContext& context, std::span<double> metrics) override;
  std::vector<Quantity> validate(const DataView& data) override;
  std::vector<Quantity> evaluate(const DataView& data) override;
  Tensor sample(int64_t n, Rng& rng) override;
  Picture snapshot(const DataView& data, Rng& rng) override;
  std::vector<Picture> pictures(const DataView& data) override;
  std::string reading(const DataView& data) override;

  /// p(y|x) by the averaged weights where an average is kept: x (B, pixels) in [0,1] -> (B, classes).
  Tensor probabilities(const Tensor& x);
  const DataShape& shape() const { return shape_; }

 private:
  DataShape shape_;
  Rng init_rng_, noise_rng_;
  Mlp network_;
  Learner learner_;
  double noise_;  // standard deviation, of pixels in [0,1]
  std::vector<MetricInfo> metrics_;
};

/// The classifier's line in the list of models.
ModelEntry classifier_entry();

}  // namespace gradzoo
