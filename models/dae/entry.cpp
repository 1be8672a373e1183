#include "models/dae/dae.h"

namespace gradzoo {

void DaeOptions::describe(OptionTable& options) {
  options.add("weights", weights, kDaeWeights,
              "free: a multilayer perceptron; tied: W^T s(Wx + b) + c, which has a log-density; toys: tied");
  options.add("noise", noise, kDaeNoises,
              "gaussian: gives a score and Langevin samples; masking: sets pixels to 0, and samples "
              "alternate between masking and r; none: a plain autoencoder without samples");
  options.add("masked", masked, "masking: share of the pixels that are set to 0", {0.01, 0.99});
  options.add("sigma", sigma, "standard deviation of the noise; points: 0.1", {1e-4, 1e4});
  options.add("hidden", hidden, "units of the hidden layers; tied weights: one layer; toys: 256", {1, 65536});
  options.add("activation", activation, "activation of the hidden layers; tied weights: sigmoid",
              activation_names());
  options.add("output", output, kDaeOutputs,
              "activation of r's output: sigmoid, since pixels lie in [0,1], so that chains stay inside; "
              "toys and tied weights: identity");
  options.add("input_scale", input_scale, "factor of r's input; points: 10", {1e-6, 1e6});
  describe_sampling(options);
}

void DaeOptions::describe_sampling(OptionTable& options) {
  options.add("chain_step", chain_step, "step of the Langevin chains of samples, in units of sigma^2",
              {1e-6, 2});
  options.add("chain_steps", chain_steps, "Langevin steps per sample, before the last denoising with r",
              {1, 1e7});
}

void DaeOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape&) {
  if (noise != DaeNoise::gaussian)
    throw Error("noise={} needs pixels, and the data are points. Hint: use noise=gaussian, or images",
                name_of(kDaeNoises, noise));
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "toy"); };
  prefer(sigma, 0.1);
  prefer(input_scale, 10.0);
  prefer(weights, DaeWeights::tied);
  prefer(output, DaeOutput::identity);
  prefer(hidden, std::vector<int64_t>{256, 256});
  prefer(training.batch, 500);
  prefer(training.steps, 10000);
  prefer(training.lr, 0.002);
}

void DaeOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape&) {
  if (noise == DaeNoise::masking && weights == DaeWeights::tied)
    throw Error("weights=tied has a density only for Gaussian noise. Hint: use weights=free");
  table.prefer(training.schedule, Decay::cosine, "dae");
  table.prefer(training.ema, 0.999, "dae");
  if (weights == DaeWeights::free) return;
  table.prefer(hidden, {hidden.front()}, "weights");
  table.prefer(activation, "sigmoid", "weights");
  table.prefer(output, DaeOutput::identity, "weights");
  if (hidden.size() != 1 || activation != "sigmoid" || output != DaeOutput::identity) {
    throw Error(
        "weights=tied is W^T s(Wx + b) + c: one hidden layer, s the sigmoid, no output activation. Hint: use "
        "weights=free");
  }
}

ModelEntry dae_entry() {
  return entry_of<DaeOptions, Dae>({.name = "dae",
                                    .summary = "denoising autoencoder: r removes noise, and its score (r(x) "
                                               "- x)/sigma^2 drives Langevin sampling",
                                    .source = "Vincent et al. 2008; Vincent 2011; Alain & Bengio 2014",
                                    .why_no_density = "a denoiser gives a score but no Z"});
}

}  // namespace gradzoo
