#include "autograd/ops.h"
#include "models/dde/dde.h"

namespace gradzoo {

void DdeOptions::describe(OptionTable& options) {
  energy.describe(options);
  options.add("sigma", sigma,
              "standard deviation of the noise on the data; it sets how smooth the learned density is",
              {1e-6, 1e6});
  options.add("generator", generator, "train a generator too, by the difference of two log-densities");
  options.add(
      "fake_density", fake_density,
      "learn the density of the generator's samples; false: the generator only climbs f_p, and collapses");
  options.add("latent", latent, "generator: dimensions of z", {1, 4096});
  options.add("generator_hidden", generator_hidden, "generator: units of its hidden layers", {1, 65536});
  describe_sampling(options);
}

void DdeOptions::describe_sampling(OptionTable& options) {
  options.add("chain_step", chain_step, "without generator: step of the Langevin chains, in units of sigma^2",
              {1e-6, 2});
  options.add("chain_steps", chain_steps, "without generator: Langevin steps for a sample", {1, 1e7});
}

void DdeOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) {
    table.prefer(field, value, shape.is_image() ? "images" : "toys");
  };
  prefer(training.ema, 0.999);
  prefer(training.schedule, Decay::linear);
  if (shape.is_image()) {
    prefer(sigma, 0.5);
    prefer(energy.hidden, std::vector<int64_t>{1024, 1024});
    prefer(energy.input_scale, 1.0);
    // log p^ falls as -|x|^2 / (2 sigma^2) far from the data, where f_p is never shown anything.
    prefer(energy.confinement, sigma);
    prefer(latent, 64);
    prefer(generator_hidden, std::vector<int64_t>{512, 512});
    return;
  }
  prefer(training.batch, 500);
  prefer(training.steps, 6000);
  prefer(training.lr, 0.002);
  prefer(sigma, rounded(0.03 * max(shape.toy->box().sides()).item(), 2));
}

ModelEntry dde_entry() {
  return entry_of<DdeOptions, Dde>(
      {.name = "dde",
       .summary = "denoising density estimator: an energy learned from its score, with an optional generator",
       .source = "Bigdeli et al. 2020",
       .why_no_density = "on images its Z is not known"});
}

}  // namespace gradzoo
