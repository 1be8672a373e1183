#include "models/classifier/classifier.h"

namespace gradzoo {

void ClassifierOptions::describe(OptionTable& options) {
  options.add("hidden", hidden, "units of the hidden layers", {1, 65536});
  options.add("activation", activation, "of the hidden layers", activation_names());
  options.add("noise", noise,
              "standard deviation of Gaussian noise on the training pixels, which are in [0,1]", {0, 10});
  options.add("weight_decay", weight_decay, "decoupled from the gradient, as in AdamW", {0, 10});
}

void ClassifierOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape&) {
  table.prefer(training.batch, 128, "classifier");
  table.prefer(training.schedule, Decay::cosine, "classifier");
}

ModelEntry classifier_entry() {
  return entry_of<ClassifierOptions, Classifier>(
      {.name = "classifier",
       .summary = "multilayer perceptron p(label|image): the ruler for other models' samples",
       .source = "Rumelhart, Hinton & Williams 1986",
       .data = DataKind::images});
}

}  // namespace gradzoo
