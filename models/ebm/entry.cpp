#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/samplers/kinds/jumps.h"

namespace gradzoo {

void EbmOptions::describe(OptionTable& options) {
  options.add("preset", preset, kEbmPresets,
              "uva: a small convolutional energy trained with short clipped chains, as in the UvA deep "
              "learning tutorial 8");
  options.add("net", net, kEbmNets,
              "network f: mlp, a multilayer perceptron; conv, four convolutions (default for images)");
  options.add("channels", channels,
              "channels of conv's first layer, at half the images' resolution; the next have 2, 4 and 4 "
              "times as many",
              {1, 1024});
  energy.describe(options);
  options.add(
      "spectral_norm", energy.spectral_norm,
      "divide each weight by its largest singular value, which bounds the slope of f (Miyato et al. 2018)");
  options.add("data_noise", data_noise,
              "standard deviation of Gaussian noise on the data; it smooths f, which becomes the log-density "
              "of noisy data",
              {0, 1e6});
  options.add("l2", l2, "weight of f(data)^2 + f(sample)^2 in the loss, which keeps f near 0", {0, 1e6});
  options.add("beta1", beta1, "Adam's decay rate for the gradient; 0 reacts to the chains at once",
              {0, 0.9999});
  options.add("init", init, kChainStarts,
              "start of the chains in a training step: data (CD), noise (short runs), or buffer, the ends of "
              "earlier chains (PCD)");
  options.add(
      "sampler", sampler, kEbmSamplers,
      "ula: plain Langevin steps; mala: Langevin steps with a Metropolis-Hastings correction (only at T = "
      "1); mh: random-walk Metropolis-Hastings, x + noise z; flip: changes of one binary pixel");
  options.add("pixels", pixels, subset(kPixels, Pixels::grey, Pixels::dynamic_binary, Pixels::fixed_binary),
              "grey: x/255; flip needs binary pixels: dynamic-binary, 1 with probability x/255 at each "
              "visit; fixed-binary, 1 above 1/2");
  options.add("chain_steps", chain_steps, "transitions of a chain in a training step (k)", {1, 100000});
  options.add("jumps", jumps,
              "long-range Metropolis proposals per chain after every chain_steps transitions, so that f "
              "learns the weights of distant modes; toys and T = 1 only (default there: 10)",
              {0, 100000});
  options.add("step", step, "step in x_next = x + step grad f + noise z", {1e-12, 1e6});
  options.add(
      "noise", noise,
      "factor of a Langevin step's noise; T = noise^2 / (2 step). Default: sqrt(2 step), so that T = 1",
      {0, 1e6});
  options.add("step_clip", step_clip, "limit of each element of |grad f| in a step of ula; 0: no clipping",
              {0, 1e6});
  options.add("clamp", clamp, "true to clamp pixels of chains and of noisy data to [0,1]; ula only");
  options.add("buffer", buffer, "persistent chains in the replay buffer, from which each step draws a batch",
              {1, 1e7});
  options.add("fresh", fresh, "share of the drawn chains that restart at noise, which keeps the buffer fresh",
              {0, 1});
  describe_sampling(options);
}

void EbmOptions::describe_sampling(OptionTable& options) {
  options.add("sample_steps", sample_steps, "transitions from noise per sample", {1, 1e7});
}

namespace {

// Where the confinement c gives unadjusted Langevin of step e the variance of the data's noise s:
//   c^2 / (1 - e / (2 c^2)) = s^2.  With mala c = s.
double matched_confinement(double noise, double step, bool adjusted) {
  const double s2 = noise * noise;
  if (adjusted || s2 <= 2 * step) return noise;
  return std::sqrt((s2 + std::sqrt(s2 * (s2 - 2 * step))) / 2);
}

// Of 0 and 1: nothing beside f holds x, and no noise is on it.
void set_binary_defaults(EbmOptions& o, OptionTable& table) {
  table.prefer(o.data_noise, 0, "flip");
  table.prefer(o.energy.confinement, 0, "flip");
}

void set_image_defaults(EbmOptions& o, OptionTable& table, TrainingOptions& training) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "images"); };
  prefer(o.net, EbmNet::conv);
  const bool conv = o.net == EbmNet::conv;
  prefer(o.energy.hidden, std::vector<int64_t>{conv ? 64 : 512});
  prefer(o.energy.activation, conv ? "silu" : "softplus");
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
      o.data_noise > 0 ? matched_confinement(o.data_noise, o.step, o.sampler(o.move())->is_exact()) : 1.0;
  table.prefer(o.energy.confinement, rounded(confinement, 6), "data_noise");
  if (!o.binary()) return;
  // Short chains from the data: from noise one pixel at a time leads to no digit in a step's time.
  set_binary_defaults(o, table);
  prefer(o.pixels, Pixels::dynamic_binary);
  prefer(o.init, ChainStart::data);
  prefer(o.chain_steps, 50);
  prefer(o.sample_steps, 20'000);
}

// Lippe 2022. There pixels are in [-1,1]: a step of 10, noise of .005 and a clip of .03 are these in [0,1].
void set_uva_defaults(EbmOptions& o, OptionTable& table, TrainingOptions& training) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "preset"); };
  prefer(o.net, EbmNet::conv);
  prefer(o.energy.hidden, std::vector<int64_t>{64});
  prefer(o.energy.activation, "silu");
  prefer(o.energy.input_scale, 1.0);
  prefer(o.energy.output_scale, 1.0);
  prefer(o.energy.confinement, 0.0);
  prefer(o.data_noise, 0.0025);
  prefer(o.l2, 0.1);
  prefer(o.beta1, 0.0);
  prefer(o.buffer, 8192);
  prefer(o.chain_steps, 60);
  prefer(o.step, 2.5);
  prefer(o.noise, 0.0025);
  prefer(o.step_clip, 0.06);
  prefer(o.clamp, true);
  prefer(o.sample_steps, 256);
  prefer(training.batch, 64);
  prefer(training.lr, 1e-4);
  prefer(training.clip, 0.1);
  prefer(training.epochs, 10);
}

bool has_narrow_modes(const Toy& toy) {
  const Modes* modes = toy.modes();
  return modes != nullptr && modes->sigma < 0.02 * max(toy.box().sides()).item();
}

// Few chains, so that each walks often, and seldom anew: a fresh chain is no sample of the model yet.
void set_toy_defaults(EbmOptions& o, OptionTable& table, TrainingOptions& training, const Toy& toy) {
  const auto prefer = [&](auto& field, const auto& value, const char* why) {
    table.prefer(field, value, why);
  };
  prefer(o.sampler, ebm_mala, "toys");
  prefer(o.buffer, 1000, "toys");
  prefer(o.fresh, 0.002, "toys");
  prefer(training.epochs, 20, "toys");
  prefer(training.schedule, Decay::linear, "toys");
  prefer(training.ema, 0.999, "toys");
  // Where the network learns faster than its chains walk, f(data) runs away from f(sample).
  if (!toy.why_no_density().empty()) {
    prefer(o.data_noise, 0.3, "patterns");  // what lies on corners alone has no density to climb
    prefer(o.step, 0.03, "patterns");
    prefer(o.energy.input_scale, 2.0, "patterns");
    prefer(o.energy.confinement, 1.0, "patterns");
    prefer(training.lr, 0.003, "patterns");
  } else if (has_narrow_modes(toy)) {
    // Chains that walk within a mode, and jump from one to another.
    const double sigma = toy.modes()->sigma;
    prefer(o.step, rounded(0.8 * sigma * sigma, 9), "narrow modes");
    prefer(o.energy.hidden, std::vector<int64_t>{256, 256, 256}, "narrow modes");
    prefer(o.energy.input_scale, 3.0, "narrow modes");
    prefer(training.batch, 256, "narrow modes");
    prefer(o.buffer, training.batch, "narrow modes");
    prefer(o.fresh, 0.0, "narrow modes");
    prefer(training.epochs, 60, "narrow modes");
    prefer(training.lr, 0.002, "narrow modes");
  } else {
    prefer(o.step, toy.dimensions() == 1 ? 0.1 : 0.01, "toys");  // logarithms reach far out
    prefer(training.lr, 0.01, "toys");
  }
}

// That of chains at T = 1.
void prefer_noise(EbmOptions& o, OptionTable& table) {
  table.prefer(o.noise, rounded(std::sqrt(2 * o.step), 9), "step");
}

// 0 and 1 are what flips change, and nothing else changes them.
void check_binary(const EbmOptions& o, const DataShape& shape) {
  const bool bits = shape.toy ? shape.kind().bits : o.pixels != Pixels::grey;
  if (o.binary() && !bits)
    throw Error("sampler=flip needs data of 0 and 1, and the data are not binary. Hint: set {}",
                shape.toy ? "sampler=mh" : "pixels=dynamic-binary");
  if (!o.binary() && o.pixels != Pixels::grey)
    throw Error(
        "pixels={} are 0 or 1, which only sampler=flip can change. Hint: set sampler=flip, or pixels=grey",
        name_of(kPixels, o.pixels));
  if (o.binary() && o.data_noise > 0)
    throw Error("sampler=flip needs data of 0 and 1, and data_noise={} changes them. Hint: set data_noise=0",
                o.data_noise);
}

// What is exact for exp f is so at T = 1, and where every proposal is the gradient's.
void check_exact(const EbmOptions& o) {
  const ChainMove move = o.move();
  if (!o.sampler(move)->is_exact()) return;
  const std::string_view name = name_of(kEbmSamplers, o.sampler);
  if (move.is_limited())
    throw Error(
        "sampler={} is exact for exp f, and step_clip and clamp change its steps. Hint: use sampler=ula",
        name);
  if (std::abs(move.temperature() - 1) > 1e-6) {
    throw Error(
        "sampler={} is exact for exp f at T = 1, and step {} with noise {} gives T = {:.4g}. Hint: remove "
        "noise, or use sampler=ula",
        name, move.step, move.noise, move.temperature());
  }
}

void check_jumps(const EbmOptions& o, const TrainingOptions& training) {
  if (o.jumps == 0) return;
  if (o.binary())
    throw Error("jumps={} would leave the values 0 and 1. Hint: set jumps=0, or sampler=mala", o.jumps);
  if (!chains_sample_f(o.move())) {
    throw Error(
        "jumps={} sample exp f, which needs T = 1 and steps without limits; here T = {:.4g}. Hint: remove "
        "noise, step_clip and clamp, or set jumps=0",
        o.jumps, o.move().temperature());
  }
  const int64_t chains = training.batch / std::max<int64_t>(training.shards, 1);
  if (chains < Jumps::kFewestChains) {
    throw Error("jumps={} use differences of chains, and a step has only {}. Hint: set batch={}, or jumps=0",
                o.jumps, chains, Jumps::kFewestChains * std::max<int64_t>(training.shards, 1));
  }
}

}  // namespace

void EbmOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape&) {
  if (preset == EbmPreset::own)
    set_image_defaults(*this, table, training);
  else
    set_uva_defaults(*this, table, training);
  if (jumps != 0) throw Error("jumps={} are for toys, and the data are images. Hint: set jumps=0", jumps);
}

void EbmOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  if (net == EbmNet::conv || preset == EbmPreset::uva || clamp) {
    throw Error(
        "net=conv, preset=uva and clamp are for images, and the data are points {}. Hint: use net=mlp",
        shape.example.str());
  }
  set_toy_defaults(*this, table, training, *shape.toy);
  if (binary()) set_binary_defaults(*this, table);
  prefer_noise(*this, table);
  table.prefer(jumps, chains_sample_f(move()) && !binary() ? 10 : 0, "toys");
}

void EbmOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  if (preset == EbmPreset::own) prefer_noise(*this, table);
  check_binary(*this, shape);
  check_exact(*this);
  check_jumps(*this, training);
  if (init == ChainStart::buffer && buffer < training.batch) {
    throw Error("buffer={} has fewer chains than a batch of {}. Hint: set buffer={} or more", buffer,
                training.batch, training.batch);
  }
}

ModelEntry ebm_entry() {
  return entry_of<EbmOptions, Ebm>(
      {.name = "ebm",
       .summary = "energy-based model: contrastive divergence with Langevin chains",
       .source = "Hinton 2002; Tieleman 2008; Du & Mordatch 2019; Lippe 2022",
       .why_no_density = "on images its Z is not known"});
}

}  // namespace gradzoo
