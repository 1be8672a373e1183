#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/dde/dde.h"

namespace gradzoo {

void DdeOptions::describe(OptionTable& options) {
  options.add(
      "net", net, kDdeNets,
      "network of the density at several levels: a perceptron with `hidden` units, or for images a U-Net");
  energy.describe(options);
  options.add("sigma", sigma,
              "standard deviation of the least noise on the data, which sets the smoothness of the learned "
              "density. With several levels pixels are in [-1,1], else in [0,1]",
              {1e-6, 1e6});
  options.add(
      "sigma_begin", sigma_begin,
      "largest noise; the density is learned at all noise levels from it down to sigma; 0: only sigma",
      {0, 1e6});
  options.add("generator", generator,
              "true to train a generator too, with the difference of two log-densities");
  options.add("fake_density", fake_density,
              "true to learn the density of the generator's samples; false: the generator only climbs f_p, "
              "and collapses");
  options.add("density_steps", density_steps,
              "generator: steps with only the density of the data, which is then fixed and initialises the "
              "density of the fakes; 0: all train together",
              {0, 1e9});
  options.add("fake_steps", fake_steps, "generator: steps of the fakes' density per step of the generator",
              {1, 100});
  options.add("generator_lr", generator_lr, "generator: its learning rate; 0: lr", {0, 1});
  options.add("generator_sigma", generator_sigma,
              "generator: initial value of its least noise, which falls to sigma over the run; 0: sigma",
              {0, 1e6});
  options.add("channels", channels,
              "images: channels of the U-Net and the generator at half the resolution; doubled at a quarter",
              {8, 1024});
  options.add("latent", latent, "generator: dimensions of z", {1, 4096});
  options.add("generator_hidden", generator_hidden, "generator: units of the hidden layers", {1, 65536});
  describe_sampling(options);
}

void DdeOptions::describe_sampling(OptionTable& options) {
  options.add("chain_step", chain_step,
              "without generator, at one level: step of the Langevin chains, in units of sigma^2", {1e-6, 2});
  options.add("chain_steps", chain_steps,
              "without generator: Langevin steps per sample, or at several levels the steps from the largest "
              "noise to the least",
              {1, 1e7});
}

void DdeOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape&) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "images"); };
  generator_beta1 = 0.5;  // as for other generators of images (Radford et al. 2016)
  prefer(training.ema, 0.999);
  prefer(training.schedule, Decay::linear);
  prefer(energy.hidden, std::vector<int64_t>{1024, 1024});
  prefer(energy.input_scale, 1.0);
  prefer(latent, 64);
  prefer(sigma_begin, 3.0);
  if (sigma_begin == 0) {  // as it was asked for: one level
    if (net == DdeNet::unet) throw Error("net=unet needs several noise levels. Hint: set sigma_begin=3");
    prefer(sigma, 0.5);
    // log p^ falls as -|x|^2 / (2 sigma^2) far from the data, where f_p is never shown anything.
    prefer(energy.confinement, sigma);
    return;
  }
  prefer(training.lr, 1e-3);
  if (!generator) {
    prefer(net, DdeNet::unet);
    prefer(sigma, 0.05);
    prefer(training.batch, 64);
    prefer(training.epochs, 6);
    prefer(chain_steps, 100);
    return;
  }
  prefer(sigma, 0.15);
  prefer(generator_sigma, 0.7);
  prefer(training.batch, 128);
  prefer(density_steps, 10000);
  prefer(fake_steps, 3);
  prefer(generator_lr, 2e-4);
  prefer(training.steps, 18000);
  prefer(training.schedule, Decay::constant);
}

void DdeOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "toys"); };
  if (net == DdeNet::unet)
    throw Error("net=unet is for images, and the data are points {}. Hint: use net=mlp", shape.example.str());
  prefer(training.ema, 0.999);
  prefer(training.schedule, Decay::linear);
  prefer(training.batch, 500);
  prefer(training.steps, 6000);
  prefer(training.lr, 0.002);
  prefer(sigma, rounded(0.03 * max(shape.toy->box().sides()).item(), 2));
}

ModelEntry dde_entry() {
  return entry_of<DdeOptions, Dde>(
      {.name = "dde",
       .summary =
           "denoising density estimator: an energy trained through its score, with an optional generator",
       .source = "Bigdeli et al. 2020",
       .why_no_density = "on images its Z is not known"});
}

}  // namespace gradzoo
