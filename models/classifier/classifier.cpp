#include "gradzoo/models/classifier/classifier.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/base/over_examples.h"
#include "models/classifier/pictures.h"
#include "models/classifier/shift.h"

namespace gradzoo {
namespace {

const DataShape& checked(const DataShape& shape) {
  if (shape.classes >= 2) return shape;
  throw Error(
      "classifier: the images have {} class{}, and a classifier needs at least two. Hint: use labelled "
      "images, for example --data mnist",
      shape.classes, shape.classes == 1 ? "" : "es");
}

// 100 where the most probable class is wrong, else 0, so that the mean is a percentage: (B).
Tensor wrong_percent(const Tensor& scores, const Tensor& labels) {
  return cast(ne(argmax(scores, 1), labels), scores.dtype()) * 100.0;
}

constexpr const char* kReading =
    "The validation error is the share of misclassified held-out images. On the training images the error is "
    "lower; the gap between the two is overfitting. For samples of a generative model the classifier shows "
    "its confidence, not the quality of the samples: it may be confident about nonsense.";

}  // namespace

Classifier::Classifier(const ClassifierOptions& options, const DataShape& shape,
                       const TrainingOptions& training)
    : shape_(checked(shape)),
      init_rng_(training.stream_seed(), "classifier/init"),
      noise_rng_(training.stream_seed(), "classifier/noise"),
      network_(options, shape, init_rng_),
      learner_(network_, training.learner(adam({.weight_decay = options.weight_decay, .decoupled = true}))),
      shift_(options.shift),
      noise_(options.noise),
      cross_entropy_(add_metric({"cross_entropy", "nats/image", "loss: -log p(label|image)"})),
      error_percent_(add_metric(
          {"error", "percent", "share of the batch, with noise and shifts, that is misclassified", true})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
  const auto predicted = [this](const Examples& examples) {
    return predict([&](const Tensor& x) { return probabilities(x); }, examples);
  };
  describe(
      {.snapshot = [=](const DataView& data,
                       Rng&) { return misclassified(data.examples, predicted(data.examples)); },
       .image_pictures =
           [=](const DataView& data) { return classifier_pictures(data.examples, predicted(data.examples)); },
       .interpretation = [](const DataView&) { return kReading; }});
}

void Classifier::add_to(State& state) { state.add("classifier.noise", noise_rng_); }

void Classifier::train_step(const StepContext& context, MetricRow row) {
  const Batch& batch = context.batch;
  const Tensor moved = shift_ > 0 ? shifted(batch.x, shape_, shift_, noise_rng_) : batch.x;
  const Tensor x = moved + randn_like(moved, noise_rng_) * noise_;
  Tape tape;
  const Tensor logits = network_.forward(x);  // (B, classes)
  const Tensor loss = mean(cross_entropy(logits, batch.labels));
  row[grad_norm_] = learner_.step(loss, context.learning_rate);
  row[cross_entropy_] = loss.item();
  row[error_percent_] = mean(wrong_percent(logits.detach(), batch.labels)).item();
}

Quantities Classifier::do_evaluate(const DataView& data) {
  Tensors losses, wrong;
  for_each_batch(data.examples, Pixels::grey, data.seed, 500, [&](const Batch& batch) {
    const Tensor logits = network_.forward(batch.x);
    losses.push_back(cross_entropy(logits, batch.labels));
    wrong.push_back(wrong_percent(logits, batch.labels));
  });
  Quantity error = mean_over_examples(kClassifierError, concat(wrong, 0), "misclassified images");
  error.curve = error_percent_;
  Quantity loss = mean_over_examples(kClassifierLoss, concat(losses, 0), "-log p(label|image)");
  loss.curve = cross_entropy_;
  return {error, loss};
}

Tensor Classifier::probabilities(const Tensor& x) { return probabilities_of(features(x)); }

Tensor Classifier::features(const Tensor& x) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  return network_.features(x);
}

Tensor Classifier::probabilities_of(const Tensor& features) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  return softmax(network_.logits(features), 1);
}

Tensor Classifier::do_sample(const SampleRequest&, const SamplingOptions&) const {
  throw Error(
      "classifier: it classifies images and draws none. Hint: measure another run's samples with gradzoo "
      "eval RUN --classifier THIS_RUN");
}

}  // namespace gradzoo
