#include <algorithm>

#include "gradzoo/base/error.h"
#include "gradzoo/models/gan/gan.h"
#include "models/gan/jigsaw.h"
#include "models/networks/classes.h"
#include "models/networks/labels.h"

namespace gradzoo {

void GanOptions::describe(OptionTable& options) {
  options.add("preset", preset, kGanPresets,
              "collapse: minimax against a D that learns a hundred times faster; shows mode collapse on "
              "ring8; pacgan: "
              "as Lin et al. 2018 train on grid25 (400,000 steps)");
  options.add("net", net, kGanNets,
              "dcgan: two convolutions in each network (default for images); mlp: multilayer perceptrons");
  options.add("conditional", conditional,
              "true for G and D conditional on the label, if the images have labels");
  options.add("clusters", clusters,
              "images: number of clusters, the condition of G and D instead of labels, or within the labels "
              "if conditional; 0: none",
              {0, 10'000});
  options.add("channels", channels, "dcgan: channels at half the images' resolution; doubled at a quarter",
              {1, 1024});
  options.add("norm_groups", norm_groups, "dcgan: groups of G's group norm; 0: no norm", {0, 1024});
  options.add("loss", loss, kGanLosses,
              "loss: log-probabilities (non-saturating, minimax), KL(q || p) for G (reverse-kl), the "
              "distance W1 (wgan-gp), least squares (lsgan), margins (hinge)");
  options.add("latent", latent, "dimensions of z", {1, 4096});
  options.add("prior", prior, kLatentPriors, "p(z) of each dimension: normal, N(0, 1); uniform, U[-1, 1)");
  options.add(
      "decoder_steps", decoder_steps,
      "steps of G as the decoder of a VAE before training, so that all data have a z at the start; 0: none",
      {0, 1e7});
  options.add("generator_hidden", generator_hidden, "units of the hidden layers of an mlp G", {1, 65536});
  options.add("discriminator_hidden", discriminator_hidden, "units of the hidden layers of an mlp D",
              {1, 65536});
  options.add("init", init, kGeneratorInits,
              "initialisation of G's weights: he (samples differ from the first step on), torch; normal: "
              "N(0, 0.02^2) in G and D");
  options.add("generator_norm", generator_norm, kGeneratorNorms,
              "batch: batch normalisation in the hidden layers of an mlp G");
  options.add(
      "maxout", maxout,
      "linear maps per unit of an mlp D, whose maximum is the output (Goodfellow et al. 2013); 1: activation",
      {1, 64});
  options.add("activation", activation, kCriticActivations, "activation of D; with a penalty: silu");
  options.add("penalty", penalty, kSlopePenalties,
              "penalty on the gradient of D's score s: (|grad_x s| - 1)^2 between real and fake examples "
              "(gradient), or |grad_x s|^2 / 2 at real ones (r1)");
  options.add("penalty_weight", penalty_weight, "weight of the penalty: lambda, or gamma for r1", {0, 1e6});
  options.add("critic_steps", critic_steps, "steps of D per step of G; a training step is one step of D",
              {1, 1000});
  options.add("generator_steps", generator_steps, "steps of G, each on new fakes, per training step of G",
              {1, 1000});
  options.add("simultaneous", simultaneous, "true to train G against D before D's step instead of after it");
  options.add("pac", pac, "number of examples per score of D, all real or all fake (Lin et al. 2018)",
              {1, 64});
  options.add(
      "negative_augmentation", negative_augmentation, kNegativeAugmentations,
      "jigsaw: a fifth of the fakes are real images with their quarters exchanged (Sinha et al. 2021)");
  options.add("spectral_norm", spectral_norm,
              "true to divide each weight of D by its largest singular value (Miyato et al. 2018)");
  options.add("discriminator_rate", discriminator_rate,
              "D's learning rate, as a multiple of lr, which is G's", {0, 1e3});
  options.add("beta1", beta1, "Adam's decay rate for the gradient, in G and D", {0, 0.999});
  options.add("beta2", beta2, "Adam's decay rate for the squared gradient, in G and D", {0, 0.99999});
  options.add("label_smoothing", label_smoothing,
              "s in D's target 1 - s for real examples (Salimans et al. 2016)", {0, 0.5});
  options.add("instance_noise", instance_noise,
              "standard deviation of the noise on D's inputs at the start (Sonderby et al. 2017)", {0, 1e3});
  options.add("noise_until", noise_until, "share of the run over which instance_noise falls to 0", {1e-6, 1});
}

// Chosen on ring8 and grid25 by modes covered, and on MNIST by the look of samples and digit-FID: much noise
// on all that D sees, to the end, and a fast G.
void GanOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "gan"); };
  if (is_codable(shape)) prefer(net, GanNet::dcgan);
  if (net == GanNet::dcgan) {
    check_codable("net=dcgan", shape);
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
  // Who chooses labels, or none, has chosen; so has a run of a time before clusters.
  if (!table.find("conditional").chosen && pac == 1) prefer(clusters, 50);
  if (clusters > 0) static_cast<void>(Classes({conditional, clusters}, shape));
  prefer_by_loss(table);
  if (preset == GanPreset::pacgan)
    throw Error(
        "gan: preset=pacgan is for points, and the data are images. Hint: use --data grid25, or set pac=2");
  complete(table, training, shape);
}

void GanOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "gan"); };
  if (net == GanNet::dcgan) check_codable("net=dcgan", shape);
  if (clusters > 0) throw Error("gan: clusters={} is for images. Hint: set clusters=0", clusters);
  const Modes* modes = shape.modes();
  const int64_t units = modes && modes->centers.dim(0) <= 8 ? 64 : 128;
  usual_noise = 0.2;
  prefer(latent, 2);
  prefer(generator_hidden, std::vector<int64_t>(2, units));
  prefer(discriminator_hidden, std::vector<int64_t>(2, units));
  prefer(init, GeneratorInit::torch);
  prefer(training.batch, 256);
  prefer(training.steps, 12000);
  prefer(training.lr, 0.002);
  prefer(instance_noise, usual_noise);
  prefer(noise_until, 0.5);
  prefer_by_loss(table);
  if (loss == &wasserstein) {
    table.prefer(penalty_weight, 0.1, "loss");
    table.prefer(training.steps, 30000, "loss");
  }
  complete(table, training, shape);
}

// What does not depend on the kind of data.
void GanOptions::complete(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  table.prefer(training.schedule, Decay::linear, "gan");
  table.prefer(training.ema, 0.999, "gan");
  prefer_by_preset(table, training);
  // Running statistics are those of G's own weights.
  if (generator_norm == GeneratorNorm::batch) table.prefer(training.ema, 0, "generator_norm");
  check(training, shape);
}

void GanOptions::prefer_by_preset(OptionTable& table, TrainingOptions& training) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "preset"); };
  if (preset == GanPreset::collapse) {
    prefer(loss, &minimax);
    prefer(training.lr, 0.0001);
    prefer(discriminator_rate, 100.0);
    prefer(instance_noise, 0.0);
    prefer(training.steps, 6000);
  } else if (preset == GanPreset::pacgan) {
    // 400 epochs of 100,000 packs.
    prefer(pac, 2);
    prefer(training.batch, 100 * pac);
    prefer(training.steps, 400'000);
    prefer(training.lr, 0.0001);
    prefer(training.schedule, Decay::constant);
    prefer(beta1, 0.8);
    prefer(generator_hidden, std::vector<int64_t>(4, 400));
    prefer(generator_norm, GeneratorNorm::batch);
    prefer(discriminator_hidden, std::vector<int64_t>(3, 200));
    prefer(maxout, 5);
    prefer(init, GeneratorInit::normal);
    prefer(simultaneous, true);
    prefer(instance_noise, 0.0);
  }
}

void GanOptions::prefer_by_loss(OptionTable& table) {
  if (loss == &wasserstein) {
    const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "loss"); };
    if (!spectral_norm) prefer(penalty, SlopePenalty::gradient);
    prefer(critic_steps, 5);
    prefer(instance_noise, 0.0);
    prefer(beta1, 0.0);
    prefer(beta2, 0.9);
  }
  // Where D has kinks the penalty's gradient is blind to how they move.
  if (penalty != SlopePenalty::none) table.prefer(activation, silu, "penalty");
}

void GanOptions::check(const TrainingOptions& training, const DataShape& shape) const {
  conditioning_classes(conditional, shape, "gan");
  const bool batch_norm = generator_norm == GeneratorNorm::batch;
  if (net == GanNet::dcgan && (batch_norm || maxout > 1 || init == GeneratorInit::normal))
    throw Error("gan: generator_norm=batch, maxout and init=normal are for perceptrons. Hint: use net=mlp");
  if (batch_norm && training.ema > 0) {
    throw Error(
        "gan: generator_norm=batch has statistics of G's current weights, and ema={} averages the weights. "
        "Hint: set ema=0",
        training.ema);
  }
  if (batch_norm && training.batch < 2 * pac * training.shards) {
    throw Error(
        "gan: generator_norm=batch needs two packs in a batch, or in each of its shards. Hint: set batch={}",
        2 * pac * training.shards);
  }
  if (decoder_steps > 0 && prior != LatentPrior::normal) {
    throw Error(
        "gan: a VAE's codes are normal, and prior={} is not. Hint: set prior=normal, or decoder_steps=0",
        name_of(kLatentPriors, prior));
  }
  if (simultaneous && generator_steps > 1) {
    throw Error("gan: simultaneous=true is one step of each network. Hint: set generator_steps=1");
  }
  const int64_t whole = pac * training.shards;  // a pack lies within a shard
  if (pac > 1 && training.batch % whole != 0) {
    throw Error("gan: pac={} does not divide a {} of {}. Hint: set batch={}", pac,
                training.shards > 1 ? "shard" : "batch", training.batch / training.shards,
                whole * std::max<int64_t>(1, training.batch / whole));
  }
  if (pac > 1 && (conditional || clusters > 0)) {
    throw Error("gan: D scores {} examples together and is conditional on one {}. Hint: set pac=1 or {}", pac,
                conditional ? "label" : "cluster", conditional ? "conditional=false" : "clusters=0");
  }
  if (negative_augmentation == NegativeAugmentation::jigsaw) {
    check_quarters("negative_augmentation=jigsaw", shape);
  }
  if (label_smoothing > 0 && !loss->logits) {
    throw Error(
        "gan: label_smoothing changes D's target probability, and loss={} has none. Hint: set "
        "label_smoothing=0",
        name_of(kGanLosses, loss));
  }
  if (loss == &wasserstein && penalty == SlopePenalty::none && !spectral_norm) {
    throw Error(
        "gan: loss=wgan-gp needs a bound on D's gradient. Hint: set penalty=gradient or spectral_norm=true");
  }
}

ModelEntry gan_entry() {
  return entry_of<GanOptions, Gan>(
      {.name = "gan",
       .summary = "generative adversarial network: a generator trained against a discriminator",
       .source = "Goodfellow et al. 2014",
       .why_no_density = "G draws samples but has no density",
       .narrow_toys = true});
}

}  // namespace gradzoo
