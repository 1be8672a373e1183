#include "models/networks/labels.h"
#include "models/score/score.h"

namespace gradzoo {

void ScoreOptions::describe(OptionTable& options) {
  options.add("objective", objective, kScoreObjectives,
              "explicit, implicit (exact trace or Hutchinson's), sliced (with variance reduction, by finite "
              "differences) or denoising score matching");
  options.add("net", net, kScoreNets,
              "energy: f, whose gradient is the score; vector: the score itself (default on points: energy)");
  options.add("conditional", conditional,
              "true for a score conditional on the label, if the images have labels");
  options.add("sigma", sigma, "dsm: standard deviation of the noise (points: 0.05)", {1e-6, 1e3});
  options.add("data_noise", data_noise,
              "standard deviation of Gaussian noise on the data; the score is then the noisy data's",
              {0, 1e3});
  options.add("antithetic", antithetic,
              "dsm: true for noise in pairs ±eps, which has far less variance at small sigma");
  options.add("probes", probes, kProbeKinds, "ssm and ism-hutchinson: distribution of the random directions");
  options.add("probe_count", probe_count, "ssm and ism-hutchinson: random directions per example, averaged",
              {1, 1024});
  options.add("fd_eps", fd_eps, "fd-ssm: length of a finite difference's step (points: 0.03)", {1e-6, 1e3});
  options.add("hidden", hidden, "units of the hidden layers (points: 128,128)", {1, 65536});
  options.add("activation", activation,
              "activation of the hidden layers; the objective needs its derivatives to be continuous",
              activation_names());
  options.add("input_scale", input_scale, "factor of the network's input (points: 3)", {1e-6, 1e6});
  options.add("confinement", confinement,
              "c: adds -x / c^2 to the score, which makes exp f normalisable; 0: none (images: sigma)",
              {0, 1e6});
  describe_sampling(options);
}

void ScoreOptions::describe_sampling(OptionTable& options) {
  options.add("sample_steps", sample_steps, "Langevin steps per sample", {1, 1e8});
  options.add("sample_step", sample_step,
              "eta in a Langevin step x + eta s + sqrt(2 eta) z; 0: a tenth of d / E|s|^2 (images: of the "
              "noise's variance)",
              {0, 1e3});
  options.add("denoise", denoise, "true to end samples with the denoising step x + sigma^2 s");
}

void ScoreOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape&) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "score"); };
  prefer(confinement, objective == ScoreObjective::dsm ? sigma : 1.0);
  // An exact trace carries as many directions as there are pixels: memory for few examples.
  prefer(training.batch, objective == ScoreObjective::ism ? 8 : 128);
  prefer(training.epochs, 20);
}

void ScoreOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape&) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "score"); };
  prefer(net, ScoreNet::energy);
  prefer(sigma, 0.05);
  prefer(fd_eps, 0.03);
  prefer(input_scale, 3.0);
  prefer(hidden, std::vector<int64_t>{128, 128});
  prefer(training.batch, 512);
  prefer(training.steps, 4000);
  prefer(training.lr, 0.005);
}

void ScoreOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "score"); };
  conditioning_classes(conditional, shape, "score");
  prefer(training.schedule, Decay::cosine);
  prefer(training.ema, 0.999);
  if (objective == ScoreObjective::esm && data_noise > 0) {
    throw Error("objective=esm has a true score only for data without noise. Hint: use objective=dsm");
  }
}

ModelEntry score_entry() {
  return entry_of<ScoreOptions, Score>(
      {.name = "score",
       .summary = "score matching: an energy or a vector network for grad log p, with Langevin samples",
       .source = "Hyvarinen 2005; Vincent 2011; Song et al. 2019; Pang et al. 2020",
       .why_no_density = "a score gives the density up to Z, and Z is known only for points"});
}

}  // namespace gradzoo
