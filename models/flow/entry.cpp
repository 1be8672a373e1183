#include "models/flow/flow.h"

namespace gradzoo {

void FlowOptions::describe(OptionTable& options) {
  options.add("conditional", conditional, "learn with the labels, of images that have some");
  options.add("label_dropout", label_dropout,
              "share of the labels that are hidden, so that guidance has something "
              "to go from",
              {0, 1});
  options.add("guidance", guidance, "w of u(x) + w (u(x|label) - u(x)) when samples are drawn", {0, 100});
  options.add("sample_steps", sample_steps, "Euler steps from noise to a sample", {1, 10000});
  options.add("channels", channels,
              "of images, at half their resolution; twice as many at a quarter; a multiple of 8", {8, 1024});
  options.add("hidden", hidden, "of points: units of the perceptron's layers", {1, 65536});
}

void FlowOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) {
    table.prefer(field, value, shape.is_image() ? "images" : "toys");
  };
  prefer(training.schedule, Decay::hold_linear);
  prefer(training.ema, 0.999);
  prefer(training.clip, 1.0);
  prefer(training.lr, 0.002);
  if (!shape.is_image()) {
    prefer(training.batch, 1000);
    prefer(training.steps, 6000);
    return;
  }
  prefer(training.batch, 64);
  prefer(training.epochs, 4);
  if (channels % 8 != 0)
    throw Error("channels={} are no multiple of 8, in which they are normalised. Hint: channels=32",
                channels);
  if (shape.height() % 4 != 0 || shape.width() % 4 != 0)
    throw Error(
        "flow-matching learns images whose sides are multiples of 4, and these are {}x{}. Hint: pad them",
        shape.height(), shape.width());
}

ModelEntry flow_matching_entry() {
  return entry_of<FlowOptions, FlowMatching>(
      {.name = "flow-matching",
       .summary = "flow matching: a velocity field, by a U-Net on images, that carries noise to data",
       .source = "Lipman et al. 2023",
       .why_no_density = "the divergence along its paths is taken of points alone"});
}

}  // namespace gradzoo
