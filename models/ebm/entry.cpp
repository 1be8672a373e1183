#include <cmath>

#include "models/ebm/ebm.h"

namespace gradzoo {

void EbmOptions::describe(OptionTable& options) {
  energy.describe(options);
  options.add(
      "data_noise", data_noise,
      "Gaussian noise on the data: smooths the landscape that chains walk on; f is then of noisy data",
      {0, 1e6});
  options.add("l2", l2,
              "weight of f(data)^2 + f(sample)^2 in the loss: holds f near 0 where it would drift or steepen",
              {0, 1e6});
  options.add("beta1", beta1,
              "Adam's memory of the gradient: the less, the sooner the network reacts to its chains",
              {0, 0.9999});
  options.add(
      "init", init, kChainStarts,
      "where a step's chains begin: data (CD), noise (short runs), or buffer, where they stood (PCD)");
  options.add("sampler", sampler, kEbmSamplers,
              "Langevin steps as they are, or corrected by Metropolis-Hastings (mala, T = 1 alone)");
  options.add("chain_steps", chain_steps, "transitions of a chain in a training step (k)", {1, 100000});
  options.add("step", step, "x' = x + step grad f + noise z", {1e-12, 1e6});
  options.add("noise", noise,
              "of a Langevin step; T = noise^2 / (2 step). Unless set: sqrt(2 step), so that T = 1",
              {0, 1e6});
  options.add("buffer", buffer, "chains that go on from step to step, of which a batch is drawn", {1, 1e7});
  options.add("fresh", fresh,
              "share of the drawn chains that begin anew at noise: they keep the buffer from growing old",
              {0, 1});
  options.add("sample_steps", sample_steps, "transitions from noise to a sample", {1, 1e7});
}

namespace {

// Where the confinement c gives unadjusted Langevin of step e the variance of the data's noise s:
//   c^2 / (1 - e / (2 c^2)) = s^2.  With mala c = s.
double matched_confinement(double noise, double step, bool adjusted) {
  const double s2 = noise * noise;
  if (adjusted || s2 <= 2 * step) return noise;
  return std::sqrt((s2 + std::sqrt(s2 * (s2 - 2 * step))) / 2);
}

void set_image_defaults(EbmOptions& o, OptionTable& table, TrainingOptions& training) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "images"); };
  prefer(o.energy.hidden, std::vector<int64_t>{512});
  prefer(o.energy.activation, "softplus");
  prefer(o.energy.input_scale, 1.0);
  prefer(o.energy.output_scale, 100.0);
  prefer(o.data_noise, 0.2);
  prefer(o.step, 0.009);
  prefer(o.beta1, 0.0);
  prefer(o.sample_steps, 400);
  prefer(training.ema, 0.999);
  prefer(training.epochs, 20);
  prefer(training.schedule, Decay::linear);
  const double confinement =
      o.data_noise > 0 ? matched_confinement(o.data_noise, o.step, o.sampler(o.step, o.noise)->is_exact())
                       : 1.0;
  table.prefer(o.energy.confinement, rounded(confinement, 6), "data_noise");
}

// Few chains, so that each walks often, and seldom anew: a fresh chain is no sample of the model yet.
void set_toy_defaults(EbmOptions& o, OptionTable& table, TrainingOptions& training) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "toys"); };
  prefer(o.sampler, ebm_mala);
  prefer(o.step, 0.01);
  prefer(o.buffer, 1000);
  prefer(o.fresh, 0.002);
  prefer(training.epochs, 20);
  prefer(training.lr, 0.01);
  prefer(training.schedule, Decay::linear);
  prefer(training.ema, 0.999);
}

}  // namespace

void EbmOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  if (shape.toy) {
    set_toy_defaults(*this, table, training);
  } else {
    set_image_defaults(*this, table, training);
  }
  table.prefer(noise, rounded(std::sqrt(2 * step), 9), "step");
  const double temperature = noise * noise / (2 * step);
  if (sampler(step, noise)->is_exact() && std::abs(temperature - 1) > 1e-6) {
    throw Error(
        "sampler={} is exact for exp f, at T = 1, and step {} with noise {} makes T = {:.4g}. Hint: leave "
        "noise out, or sampler=ula",
        name_of(kEbmSamplers, sampler), step, noise, temperature);
  }
  if (init == ChainStart::buffer && buffer < training.batch) {
    throw Error("buffer={} has fewer chains than a batch of {}. Hint: buffer={} or more", buffer,
                training.batch, training.batch);
  }
}

ModelEntry ebm_entry() {
  return entry_of<EbmOptions, Ebm>(
      {.name = "ebm",
       .summary = "energy-based model: f by an MLP, contrastive divergence with Langevin chains",
       .source = "Hinton 2002; Tieleman 2008; Du & Mordatch 2019",
       .why_no_density = "on images its Z is not known",
       .walks_on = "log-density"});
}

}  // namespace gradzoo
