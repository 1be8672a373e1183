#include "models/realnvp/realnvp.h"

namespace gradzoo {

void RealNvpOptions::describe(OptionTable& options) {
  flow.describe(options);
  options.add(
      "pixels", pixels, kPixels,
      "dequantised: x/255 plus uniform noise of one grey level, since a flow needs data with a density");
  describe_sampling(options);
}

void RealNvpOptions::describe_sampling(OptionTable& options) {
  options.add("temperature", temperature,
              "T of the noise N(0, T^2 I) for samples: below 1 they are more likely, but less varied",
              {0, 10});
}

void RealNvpOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  check_squeezable("realnvp", shape);
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "images"); };
  prefer(training.batch, 64);
  prefer(training.lr, 0.001);
  prefer(training.epochs, 4);
}

void RealNvpOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape&) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "toys"); };
  prefer(training.batch, 512);
  prefer(training.lr, 0.005);
  prefer(training.steps, 4000);
}

void RealNvpOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  check_flowable("realnvp", shape);
  if (pixels != Pixels::dequantised)
    throw Error(
        "realnvp: pixels={} are discrete, so they have no density. Hint: use pixels=dequantised, or rbm or "
        "vae for binary pixels",
        name_of(kPixels, pixels));
  const auto prefer = [&](auto& field, const auto& value) {
    table.prefer(field, value, shape.kind().defaults);
  };
  prefer(training.ema, 0.999);
  prefer(training.clip, 10.0);
  prefer(training.schedule, Decay::cosine);
}

ModelEntry realnvp_entry() {
  return entry_of<RealNvpOptions, RealNvp>(
      {.name = "realnvp",
       .summary =
           "normalising flow: invertible affine couplings between data and noise, with an exact likelihood",
       .source = "Dinh et al. 2017; Kingma & Dhariwal 2018"});
}

}  // namespace gradzoo
