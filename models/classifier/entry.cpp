#include "gradzoo/models/classifier/classifier.h"
#include "gradzoo/models/networks/image_coder.h"

namespace gradzoo {

void ClassifierOptions::describe(OptionTable& options) {
  options.add("net", net, kClassifierNets,
              "cnn: four 3x3 convolutions, two poolings and a layer of 128; mlp: a multilayer perceptron");
  options.add("channels", channels,
              "channels of the cnn's first two convolutions; the others have twice as many", {1, 1024});
  options.add("hidden", hidden, "units of the mlp's hidden layers", {1, 65536});
  options.add("activation", activation, "activation of the mlp's hidden layers", activation_names());
  options.add("shift", shift, "largest random shift of training images, in pixels", {0, 64});
  options.add("noise", noise, "standard deviation of Gaussian noise on the training pixels (in [0,1])",
              {0, 10});
  options.add("weight_decay", weight_decay, "weight decay, decoupled from the gradient as in AdamW", {0, 10});
}

void ClassifierOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const bool fits = is_codable(shape);
  if (!fits) table.prefer(net, ClassifierNet::mlp, "sides");
  if (!fits && net == ClassifierNet::cnn)
    throw Error(
        "net=cnn halves images twice, and the images are {}x{}. Hint: use sides that are multiples of 4, or "
        "net=mlp",
        shape.height(), shape.width());
  if (net == ClassifierNet::cnn) {
    table.prefer(training.epochs, 16, "cnn");
    table.prefer(training.lr, 0.002, "cnn");
    table.prefer(shift, 2, "cnn");
    table.prefer(noise, 0.1, "cnn");
  }
  table.prefer(training.batch, 128, "classifier");
  table.prefer(training.schedule, Decay::cosine, "classifier");
}

ModelEntry classifier_entry() {
  return entry_of<ClassifierOptions, Classifier>(
      {.name = "classifier",
       .summary =
           "convolutional or perceptron classifier p(label|image), which measures other models' samples",
       .source = "LeCun et al. 1998",
       .data = kImageData});
}

}  // namespace gradzoo
