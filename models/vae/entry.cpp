#include <algorithm>

#include "gradzoo/models/vae/vae.h"
#include "models/networks/labels.h"

namespace gradzoo {

void VaeOptions::describe(OptionTable& options) {
  options.add("architecture", architecture, kVaeArchitectures,
              "sizes and activations: seed is 784-500-20 with sigmoid and tanh; pytorch-examples is "
              "784-400-20 with relu, batch 128; points have their own");
  options.add("preset", preset, kVaePresets,
              "textbook: the complete listing of a textbook (Fundamentals of deep learning, chapter 10): "
              "architecture=seed, Adam at a constant 0.001, codes from N(0, I)");
  options.add("net", net, kVaeNets,
              "mlp: perceptrons; conv: two convolutions in each network instead of the hidden layer");
  options.add("conditional", conditional,
              "true for an encoder and a decoder conditional on the label, if the images have labels");
  options.add("channels", channels, "conv: channels at half the images' resolution; doubled at a quarter",
              {1, 1024});
  options.add("hidden", hidden, "hidden units of an mlp encoder and decoder", {1, 65536});
  options.add("latent", latent,
              "latent dimensions; with 2 the report shows the manifold and a scatter plot of the codes",
              {1, 4096});
  options.add("encoder_activation", encoder_activation, "activation of the encoder's hidden layer",
              activation_names());
  options.add("decoder_activation", decoder_activation, "activation of the decoder's hidden layer",
              activation_names());
  // Of which a Bernoulli decoder can be the likelihood, or at least the cross-entropy.
  options.add("pixels", pixels, subset(kPixels, Pixels::grey, Pixels::dynamic_binary, Pixels::fixed_binary),
              "conversion of bytes to pixels; only binary pixels give log p(x)");
  options.add("decoder_sigma", decoder_sigma, "points: standard deviation of the Gaussian p(x|z); 0: learned",
              {0, 1e6});
  options.add(
      "sigmas", sigmas, kVaeSigmas,
      "points: learned standard deviations of p(x|z): one for all coordinates, or one per coordinate");
  options.add("objective", objective, kVaeObjectives, "bound of log p(x) that training maximises");
  options.add("samples", samples, "codes per image in a step (K)", {1, 10000});
  options.add("estimator", estimator, kVaeEstimators,
              "estimator of the encoder's gradient: reparametrised, or the log-derivative trick (REINFORCE)");
  options.add("baseline", baseline, kVaeBaselines,
              "baseline of the log-derivative estimator; leave-one-out needs samples=2 or more");
  options.add("beta", beta, "weight of the KL term (Higgins et al. 2017)", {0, 1e6});
  options.add("kl_warmup", kl_warmup, "share of the run during which the KL's weight rises from 0 to beta",
              {0, 1});
  options.add(
      "components", components,
      "Gaussians of the mixture that is fitted to the codes after the last step, divided among the classes",
      {1, 10000});
  describe_evaluation(options);
}

void VaeOptions::describe_sampling(OptionTable& options) {
  options.add("prior", prior, kPriors,
              "p(z) of samples and evaluations: normal, N(0, I), as in training; or the mixture of Gaussians "
              "that is fitted to the codes after the last step");
  options.add("draw", draw, kVaeDraws,
              "samples: the mean of p(x|z), or x drawn from it, each pixel 0 or 1; points are drawn");
}

void VaeOptions::describe_evaluation(OptionTable& options) {
  describe_sampling(options);
  options.add("importance_samples", importance_samples,
              "codes per image for the estimate of log p(x) in eval", {1, 1e7});
}

void VaeOptions::refuse_sigma(const DataShape& shape) const {
  if (decoder_sigma > 0 || sigmas == VaeSigmas::each)
    throw Error(
        "vae: decoder_sigma and sigmas need a Gaussian p(x|z), and p(x|z) of {} is Bernoulli. Hint: remove "
        "these options, or use --data ring8",
        shape.kind().word);
}

void VaeOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  refuse_sigma(shape);
  if (preset == VaePreset::textbook) {
    table.prefer(training.lr, 1e-3, "preset");
    table.prefer(training.schedule, Decay::constant, "preset");
    table.prefer(prior, Prior::normal, "preset");
  } else if (architecture == VaeArchitecture::seed && estimator == VaeEstimator::reparam) {
    table.prefer(training.lr, net == VaeNet::mlp ? 4e-3 : 2e-3, "vae");  // measured: docs/vae.md
    table.prefer(training.schedule, Decay::linear, "vae");
  }
  if (net == VaeNet::conv) table.prefer(training.epochs, 20, "net=conv");
}

void VaeOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  if (preset == VaePreset::textbook)
    throw Error(
        "vae: preset=textbook is for images, and the data are {}. Hint: use --data mnist, or preset=none",
        shape.kind().word);
  const DataKind& kind = shape.kind();
  if (kind.bits) refuse_sigma(shape);
  if (decoder_sigma > 0 && sigmas == VaeSigmas::each)
    throw Error(
        "vae: sigmas=each learns the sigmas, and decoder_sigma={} fixes them. Hint: set decoder_sigma=0",
        decoder_sigma);
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, kind.defaults); };
  prefer(hidden, 256);
  prefer(latent, std::min<int64_t>(20, shape.size()));
  prefer(encoder_activation, "tanh");
  prefer(draw, VaeDraw::sample);
  prefer(training.batch, 200);
  prefer(training.steps, 6000);
  prefer(training.lr, 4e-3);
  prefer(training.schedule, Decay::cosine);
}

void VaeOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  conditioning_classes(conditional, shape, "vae");
  if (net == VaeNet::conv) check_codable("net=conv", shape);
  if (architecture == VaeArchitecture::pytorch_examples) {
    table.prefer(hidden, 400, "architecture");
    table.prefer(encoder_activation, "relu", "architecture");
    table.prefer(decoder_activation, "relu", "architecture");
    table.prefer(training.batch, 128, "architecture");
  }
  constexpr int64_t kMostMixed = 128;  // full covariances of more dimensions take gigabytes
  if (latent > kMostMixed) {
    table.prefer(prior, Prior::normal, "latent");
    if (prior == Prior::mixture)
      throw Error(
          "prior=mixture is fitted to codes of at most {} dimensions, and latent is {}. Hint: set "
          "prior=normal",
          kMostMixed, latent);
  }
  const bool log_derivative = estimator == VaeEstimator::log_derivative;
  if (log_derivative && objective == VaeObjective::iwae) {
    throw Error("objective=iwae needs the reparametrised gradient. Hint: set estimator=reparam");
  }
  if (log_derivative && baseline == VaeBaseline::leave_one_out && samples < 2) {
    throw Error("baseline=leave-one-out compares codes of one image. Hint: set samples=2 or more");
  }
  if (objective == VaeObjective::iwae && (beta != 1 || kl_warmup != 0)) {
    throw Error("objective=iwae has no separate KL term. Hint: set beta=1 and kl_warmup=0");
  }
}

ModelEntry vae_entry() {
  return entry_of<VaeOptions, Vae>(
      {.name = "vae",
       .summary = "variational auto-encoder: a Gaussian code, and a decoder that is Bernoulli for pixels and "
                  "Gaussian for points",
       .source = "Kingma & Welling 2014",
       .why_no_density =
           "the cross-entropy of grey pixels is not a likelihood; pixels=dynamic-binary has a bound"});
}

}  // namespace gradzoo
