#include "models/gan/gan.h"
#include "models/networks/labels.h"

namespace gradzoo {

void GanOptions::describe(OptionTable& options) {
  options.add(
      "preset", preset, kGanPresets,
      "collapse: minimax against a D that learns a hundred times faster, to see ring8 lose its modes");
  options.add("net", net, kGanNets, "two convolutions each (images: dcgan), or multilayer perceptrons");
  options.add("conditional", conditional, "tell both players the label, of images that have some");
  options.add("channels", channels, "of dcgan, at half the images' resolution; twice as many at a quarter",
              {1, 1024});
  options.add("norm_groups", norm_groups, "of a dcgan's G, in which channels are normalised; 0: not",
              {0, 1024});
  options.add("loss", loss, kGeneratorLosses, "what G descends: -log D(G(z)), or log(1 - D(G(z)))");
  options.add("latent", latent, "dimensions of z", {1, 4096});
  options.add("generator_hidden", generator_hidden, "units of the hidden layers of an mlp G", {1, 65536});
  options.add("discriminator_hidden", discriminator_hidden, "units of the hidden layers of an mlp D",
              {1, 65536});
  options.add("init", init, kGeneratorInits,
              "how G's weights begin: he (z spreads the samples from the first step), torch");
  options.add("activation", activation, kCriticActivations, "of D; r1: silu");
  options.add("r1", r1,
              "gamma of the penalty gamma/2 |grad_x D's logit|^2 on real examples (Mescheder et al. 2018)",
              {0, 1e6});
  options.add("spectral_norm", spectral_norm,
              "divide each weight of D by its largest singular value (Miyato et al. 2018)");
  options.add("discriminator_rate", discriminator_rate,
              "D's learning rate, as a multiple of lr, which is G's", {0, 1e3});
  options.add("beta1", beta1, "Adam's memory of the gradient, of both", {0, 0.999});
  options.add("label_smoothing", label_smoothing,
              "D's target for real examples is 1 minus this (Salimans et al. 2016)", {0, 0.5});
  options.add("instance_noise", instance_noise,
              "standard deviation of the noise on all that D sees at the start (Sonderby et al. 2017)",
              {0, 1e3});
  options.add("noise_until", noise_until, "share of the run over which instance_noise falls to 0", {1e-6, 1});
}

// Chosen on ring8 and grid25 by modes covered, and on MNIST by the look of samples and digit-FID: much noise
// on all that D sees, to the end, and a fast G.
void GanOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "gan"); };
  prefer(training.schedule, Decay::linear);
  prefer(training.ema, 0.999);
  classes_told(conditional, shape, "gan");
  // Where D has kinks the penalty's gradient is blind to how they move.
  if (r1 > 0) table.prefer(activation, silu, "r1");
  if (is_codable(shape)) prefer(net, GanNet::dcgan);
  if (net == GanNet::dcgan) check_codable("net=dcgan", shape);
  if (shape.toy) {
    const Modes* modes = shape.toy->modes();
    const int64_t units = modes && modes->centers.dim(0) <= 8 ? 64 : 128;
    prefer(latent, 2);
    prefer(generator_hidden, std::vector<int64_t>(2, units));
    prefer(discriminator_hidden, std::vector<int64_t>(2, units));
    prefer(init, GeneratorInit::torch);
    prefer(training.batch, 256);
    prefer(training.steps, 12000);
    prefer(training.lr, 0.002);
    prefer(instance_noise, 0.2);
    prefer(noise_until, 0.5);
  } else if (net == GanNet::dcgan) {
    prefer(training.batch, 64);
    prefer(training.epochs, 10);
    prefer(training.lr, 0.002);
    prefer(instance_noise, 0.6);
  } else {
    prefer(training.batch, 128);
    prefer(training.epochs, 40);
    prefer(training.lr, 0.0005);
    prefer(instance_noise, 0.3);
  }
  if (preset == GanPreset::collapse) {
    const auto collapse = [&](auto& field, const auto& value) { table.prefer(field, value, "preset"); };
    collapse(loss, GeneratorLoss::minimax);
    collapse(training.lr, 0.0001);
    collapse(discriminator_rate, 100.0);
    collapse(instance_noise, 0.0);
    collapse(training.steps, 6000);
  }
}

ModelEntry gan_entry() {
  return entry_of<GanOptions, Gan>(
      {.name = "gan",
       .summary = "generative adversarial network: a generator against a discriminator",
       .source = "Goodfellow et al. 2014",
       .why_no_density = "G draws and knows no probabilities",
       .narrow_toys = true});
}

}  // namespace gradzoo
