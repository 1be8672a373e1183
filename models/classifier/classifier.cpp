#include "models/classifier/classifier.h"

#include <fmt/format.h>

#include "autograd/base/error.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/classifier/pictures.h"
#include "models/eval/over_examples.h"

namespace gradzoo {
namespace {

std::vector<int64_t> network_sizes(const Settings& settings, const DataShape& shape) {
  if (shape.classes < 2) {
    throw Error(
        fmt::format("classifier: {} has {} class{}, and at least two are told apart. Hint: labelled images, "
                    "e.g. --data mnist",
                    settings.text("data"), shape.classes, shape.classes == 1 ? "" : "es"));
  }
  return {shape.size(), settings.integer("hidden"), settings.integer("hidden2"), shape.classes};
}

// 100 where the most probable class is wrong, else 0, so that the mean is a percentage: (B).
Tensor wrong_percent(const Tensor& scores, const Tensor& labels) {
  const Tensor right =
      gather(one_hot(argmax(scores, 1), scores.dim(1)), 1, reshape(labels, {labels.dim(0), 1}));
  return (reshape(right, {labels.dim(0)}) - 1.0) * -100.0;
}

}  // namespace

Classifier::Classifier(const Settings& settings, const DataShape& shape)
    : shape_(shape),
      init_rng_(settings.seed(), "classifier/init"),
      noise_rng_(settings.seed(), "classifier/noise"),
      network_(network_sizes(settings, shape), init_rng_, {.activation = settings.text("activation")}),
      learner_(network_, {.adam = {.weight_decay = settings.real("weight_decay"), .decoupled = true},
                          .clip = settings.real("clip"),
                          .ema = settings.real("ema")}),
      noise_(settings.real("noise")),
      metrics_{{"cross_entropy_nats_per_image", "-log p(label|image): what is minimised"},
               {"error_percent", "share of the batch, as the network sees it, called something else", true},
               {"grad_norm", "Euclidean norm of the gradient, before clipping"}} {}

void Classifier::register_state(State& state) {
  learner_.add_to(state);
  state.add("classifier.noise", noise_rng_);
}

void Classifier::train_step(const StepContext& context, std::span<double> metrics) {
  const Batch& batch = context.batch;
  const Tensor x = batch.x + randn_like(batch.x, noise_rng_) * noise_;
  Tape tape;
  const Tensor logits = network_.forward(x);  // (B, classes)
  const Tensor loss = mean(cross_entropy(logits, batch.labels));
  metrics[2] = learner_.step(loss, context.learning_rate);
  metrics[0] = loss.item();
  metrics[1] = mean(wrong_percent(logits.detach(), batch.labels)).item();
}

std::vector<Quantity> Classifier::evaluate(const DataView& data) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  Tensors losses, wrong;
  for_each_batch(data.examples, Pixels::grey, data.seed, 500, [&](const Batch& batch) {
    const Tensor logits = network_.forward(batch.x);
    losses.push_back(cross_entropy(logits, batch.labels));
    wrong.push_back(wrong_percent(logits, batch.labels));
  });
  return {mean_over_examples("error", concat(wrong, 0), "percent",
                             "images called something else than their label"),
          mean_over_examples("cross_entropy", concat(losses, 0), "nats/image", "-log p(label|image)")};
}

std::vector<Quantity> Classifier::validate(const DataView& data) { return evaluate(data); }

Tensor Classifier::probabilities(const Tensor& x) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  return softmax(network_.forward(x), 1);
}

Tensor Classifier::sample(int64_t, Rng&) {
  throw Error(
      "classifier: it tells images apart and draws none. Hint: gradzoo eval RUN --classifier THIS_RUN "
      "measures "
      "another run's samples with it");
}

Picture Classifier::snapshot(const DataView& data, Rng&) {
  return misclassified(data.examples,
                       predict([&](const Tensor& x) { return probabilities(x); }, data.examples));
}

std::vector<Picture> Classifier::pictures(const DataView& data) {
  return classifier_pictures(data.examples,
                             predict([&](const Tensor& x) { return probabilities(x); }, data.examples));
}

std::string Classifier::reading(const DataView&) {
  return "A digit that the network has not seen is called wrongly as often as the valid error says; on the "
         "images "
         "it trains on the error falls further, and the distance between the two is what it learned by "
         "heart. "
         "Held against samples of a generative model, it says which of them it is sure about, not whether "
         "they "
         "are beautiful: nonsense can be called with confidence too.";
}

}  // namespace gradzoo
