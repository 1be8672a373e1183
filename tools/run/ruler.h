#pragma once

#include <optional>
#include <string>

#include "models/eval/digit_ruler.h"
#include "models/eval/frechet.h"
#include "models/run/data.h"
#include "tools/run/ruler_classifier.h"

namespace gradzoo {

/// Among what Ruler::watch tells.
inline constexpr QuantityInfo kLabelEntropy{"label_entropy", "nats"};

/// What is said of some images.
struct RulerMeasure {
  RulerReading reading;
  Estimate frechet;  // its error by bootstrap; it falls with the count: compare equal counts alone
  std::optional<Estimate> kernel;  // unbiased at any count; none below two blocks of 50
  Tensor one_each;                 // (classes, pixels): see first_of_each_class
};

/// Holds pictures against the real images of a set, and against those that were trained on, by a classifier.
class Ruler {
 public:
  /// Real images are taken as the model does: binary ones of a model of binary pixels.
  Ruler(RulerClassifier classifier, const Examples& real, const Examples& train, Pixels pixels);

  /// n samples of a model as they are measured, (n, pixels): within [0,1], and for a model of binary pixels
  /// drawn from the probabilities. `labels` and `options` as Model::sample takes them.
  Tensor samples_of(Model& model, int64_t n, const DataShape& shape, Rng& rng, const Tensor& labels = {},
                    const std::vector<std::string>& options = {}) const;
  RulerMeasure measure(const Tensor& images, const Tensor& asked = {}) const;
  /// n samples of a run, those that `gradzoo sample` draws without a seed. Throws Error where the set has not
  /// as many real images.
  RulerMeasure measure_samples(const SavedRun& run, int64_t n) const;
  /// n real images, evenly spread over the set, and n training images as samples of a perfect model would be.
  RulerMeasure measure_real(int64_t n) const;
  RulerMeasure measure_training(int64_t n) const;
  /// A few numbers of few images, quickly.
  Quantities watch(const Tensor& images) const;

  const std::string& told() const { return classifier_.told; }
  bool is_binary() const;

 private:
  ClassifiedImages seen(const Tensor& images) const;

  RulerClassifier classifier_;
  Examples real_images_, train_;
  Pixels pixels_;
  Tensor real_;  // (N, features), in a random order: blocks of a sorted set would differ from each other
  Moments moments_;
};

/// What a classifier says of a run's samples, and of as many real images of its data.
struct RulerReport {
  std::string run;                     // its path
  std::string samples_of, classifier;  // "runs/vae-1: vae at step 5500 on mnist"
  Split split;                         // the real images'
  bool binary;
  RulerMeasure samples, real, training;
};

/// Measures n samples of `run`, and n images of its `split` and of those that it trained on, evenly spread.
RulerReport ruler_report(const SavedRun& run, RulerClassifier classifier, int64_t n, Split split);

/// The same as text and as one JSON object.
std::string ruler_table(const RulerReport& report);
std::string ruler_json(const RulerReport& report);

}  // namespace gradzoo
