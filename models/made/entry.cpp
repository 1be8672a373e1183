#include "gradzoo/models/made/made.h"

namespace gradzoo {

void MadeOptions::describe(OptionTable& options) {
  options.add("hidden", hidden, "units of each hidden layer", {1, 65536});
  options.add("activation", activation, "activation of the hidden layers", activation_names());
  options.add("direct", direct, "true for direct connections from each output to the inputs before it");
  options.add(
      "order", order,
      "order of the variables: natural (left to right, top to bottom), random, or a permutation: 2,0,1");
  options.add("pixels", pixels, subset(kPixels, Pixels::dynamic_binary, Pixels::fixed_binary),
              "conversion of bytes to 0 or 1: drawn at each visit, or once; grey values have no likelihood "
              "under binary conditionals");
}

void MadeOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape&) {
  table.prefer(training.epochs, 60, "images");
}

void MadeOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape&) {
  table.prefer(hidden, {64}, "toys");
  table.prefer(training.lr, 0.01, "toys");
  table.prefer(training.epochs, 4, "toys");
}

void MadeOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  table.prefer(training.schedule, Decay::linear, shape.kind().defaults);
  order_of(order, shape.size(), training.stream_seed());
}

ModelEntry made_entry() {
  return entry_of<MadeOptions, Made>({.name = "made",
                                      .summary = "masked autoencoder: autoregressive, each variable given "
                                                 "the ones before it, with an exact log p(x)",
                                      .source = "Germain, Gregor, Murray & Larochelle 2015",
                                      .data = kBitData});
}

}  // namespace gradzoo
