#include <algorithm>
#include <cmath>

#include "autograd/binary.h"
#include "autograd/updates.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/nn/parallel/shards.h"

namespace gradzoo {
namespace {

constexpr double kMeanRate = 0.01;  // of the moving means, as Melchior et al. 2016 have it
constexpr double kLeastMean = 0.001;

LearnerOptions with_sgd(LearnerOptions learner, const RbmLearningOptions& options) {
  learner.optimizer = sgd({.momentum = options.momentum});
  return learner;
}

Tensor logit(const Tensor& p) { return log(p) - log1p(neg(p)); }

// Mean over rows of F, from hidden logits without biases and the rows' mean.
double mean_free_energy(const RbmLayer& layer, const Tensor& logits, const Tensor& mean_visible) {
  Tensor sums = zeros({logits.dim(0)}, DType::f64);
  add_softplus_rise(0, 1, logits, layer.hidden_bias(), sums);
  return -sum(mean_visible * layer.visible_bias()).item() - mean(sums).item() -
         static_cast<double>(layer.hidden()) * std::log(2.0);
}

// The column (k) as a matrix with one column or row.
Tensor column(const Tensor& x) { return reshape(x, {x.size(), 1}); }

}  // namespace

void RbmLearningOptions::describe(OptionTable& options) {
  options.add("chains", chains, kRbmChains,
              "source of the model's samples: Gibbs steps from the data (CD-k), persistent chains (PCD-k), "
              "or exact expectations by enumeration");
  options.add("chain_steps", chain_steps, "Gibbs steps of a chain in a training step (k)", {1, 100000});
  options.add("particles", particles, "number of persistent chains", {1, 1e6});
  options.add("centred", centred, "true for centred gradients, with moving means subtracted from x and h");
  options.add("momentum", momentum, "momentum of the gradient descent", {0, 0.9999});
  options.add("weight_decay", weight_decay, "weight decay: factor of W in the gradient", {0, 1e6});
}

/// What both halves of a gradient are made of.
struct RbmLearning::Phases {
  Tensor data;                       // (B, n): x
  Tensor data_hidden;                // (B, m): -p / B
  Tensor visible = {};               // (C, n): x~; undefined where there are none
  Tensor hidden = {};                // (C, m): p~ / C
  Tensor mean_data = {};             // (n): <x>
  Tensor mean_sample = {};           // (n): <x~>
  Tensor mean_hidden = {};           // (m): <p>
  Tensor data_draws = {};            // (B, m): h ~ P(h | x)
  Tensor start = {};                 // (n, m): E[x h'] where it is known; else undefined
  Tensor hidden_bias_gradient = {};  // (m): <p~> - <p>
  double f_data = NAN, f_sample = NAN;
};

RbmLearning::RbmLearning(RbmLayer& layer, const RbmLearningOptions& options, LearnerOptions learner,
                         uint64_t seed, const std::string& name)
    : layer_(layer),
      options_(options),
      learner_(name.empty() ? Learner(layer, with_sgd(std::move(learner), options))
                            : Learner(name, layer, with_sgd(std::move(learner), options))),
      rng_(seed, name.empty() ? "rbm/chains" : "rbm/chains/" + name) {
  const DType dtype = layer.weight().dtype();
  visible_mean_ = full({layer.visible()}, 0.5, dtype);
  hidden_mean_ = full({layer.hidden()}, 0.5, dtype);
  if (follows_chains()) chains_ = bernoulli(full({options.particles, layer.visible()}, 0.5, dtype), rng_);
}

void RbmLearning::begin_at(const Tensor& means) {
  const NoGrad quiet;
  assign_values(visible_mean_, cast(means, visible_mean_.dtype()));
  Tensor bias = layer_.visible_bias().detach();
  assign_values(bias, base_bias());
  if (follows_chains())
    assign_values(chains_,
                  bernoulli(broadcast_to(this->means(), {options_.particles, layer_.visible()}), rng_));
}

void RbmLearning::centre_at(const Tensor& mu, const Tensor& lambda) {
  assign_values(visible_mean_, mu);
  assign_values(hidden_mean_, lambda);
}

Tensor RbmLearning::means() const { return clamp(visible_mean_, kLeastMean, 1 - kLeastMean); }

Tensor RbmLearning::base_bias() const { return logit(means()); }

void RbmLearning::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".draws", rng_);
  state.add(prefix + ".visible_mean", visible_mean_);
  state.add(prefix + ".hidden_mean", hidden_mean_);
  if (follows_chains()) state.add_rows(prefix + ".chains", chains_);
}

RbmLearning::Phases RbmLearning::phases_of(const Tensor& data, bool draws) {
  Phases phases{.data = data, .data_hidden = empty({data.dim(0), layer_.hidden()}, data.dtype())};
  const Tensor logits = unit_product(data, layer_.weight());
  const double factor = -1.0 / static_cast<double>(data.dim(0));
  if (draws) {
    phases.data_draws = draw_and_write(logits, layer_.hidden_bias(), rng_, factor, phases.data_hidden, 0);
  } else {
    write_probabilities(logits, layer_.hidden_bias(), factor, phases.data_hidden, 0);
  }
  phases.mean_data = mean(data, 0);
  phases.mean_hidden = neg(sum(phases.data_hidden, 0));
  phases.f_data = mean_free_energy(layer_, logits, phases.mean_data);
  return phases;
}

void RbmLearning::add_samples(Phases& phases, const Tensor& samples) const {
  const int64_t count = samples.dim(0);
  phases.visible = samples;
  phases.hidden = empty({count, layer_.hidden()}, samples.dtype());
  phases.mean_sample = mean(samples, 0);
  const Tensor logits = unit_product(samples, layer_.weight());
  write_probabilities(logits, layer_.hidden_bias(), 1.0 / static_cast<double>(count), phases.hidden, 0);
  phases.hidden_bias_gradient = sum(phases.hidden, 0) - phases.mean_hidden;
  phases.f_sample = mean_free_energy(layer_, logits, phases.mean_sample);
}

void RbmLearning::add_expectations(Phases& phases) const {
  const RbmMoments moments = exact_moments(layer_);
  phases.start = moments.products;
  phases.mean_sample = moments.visible;
  phases.hidden_bias_gradient = moments.hidden - phases.mean_hidden;
}

// Where the chains of this step end. CD's first hidden units were drawn with the probabilities of the data.
Tensor RbmLearning::sampled(const Tensor& data_draws) {
  const RbmGibbs gibbs(layer_);
  if (follows_chains()) return gibbs.walk(rows_of_shard(chains_), options_.chain_steps, rng_);
  return gibbs.walk(gibbs.draw_visible(data_draws, rng_), options_.chain_steps - 1, rng_);
}

RbmLearning::Step RbmLearning::step(const Tensor& x, double learning_rate) {
  const NoGrad quiet;
  Phases phases = phases_of(x, options_.chains == RbmChains::data);
  Tensor samples;
  if (options_.chains == RbmChains::exact) {
    add_expectations(phases);
  } else {
    samples = sampled(phases.data_draws);
    add_samples(phases, samples);
  }
  write_gradient(phases);
  const double norm = learner_.apply(learning_rate);
  if (follows_chains()) {
    Tensor chains = rows_of_shard(chains_);
    assign_values(chains, samples);
  }
  follow(phases);
  return {phases.f_data, phases.f_sample, norm};
}

void RbmLearning::write_gradient(const Tensor& data, const Tensor& samples) {
  const NoGrad quiet;
  Phases phases = phases_of(data, false);
  add_samples(phases, samples);
  write_gradient(phases);
}

// Centring adds to <x~ p~'> - <x p'> the products -mu (<p~> - <p>)' - (<x~> - <x>) lambda'.
void RbmLearning::write_gradient(Phases& phases) {
  const int64_t n = layer_.visible(), m = layer_.hidden();
  Tensor of_b = phases.mean_sample - phases.mean_data, of_c = phases.hidden_bias_gradient;
  learner_.parameters().grad_to_write();
  Tensor w = layer_.weight().grad(), b = layer_.visible_bias().grad(), c = layer_.hidden_bias().grad();
  if (phases.start.defined()) assign_values(w, phases.start);
  add_product(phases.data, phases.data_hidden, w, phases.start.defined());
  if (phases.visible.defined()) add_product(phases.visible, phases.hidden, w, true);
  if (options_.centred) {
    const Tensor both = stack({visible_mean_, of_b}), others = stack({neg(of_c), neg(hidden_mean_)});
    add_product(both, others, w, true);
    of_b = of_b - reshape(matmul(w, column(hidden_mean_)), {n});
    of_c = of_c - reshape(matmul(w, column(visible_mean_), true), {m});
  }
  assign_values(b, of_b);
  assign_values(c, of_c);
  if (options_.weight_decay > 0) w += layer_.weight().detach() * options_.weight_decay;
}

void RbmLearning::follow(const Phases& phases) {
  move_towards(visible_mean_, mean_over_shards(phases.mean_data), kMeanRate);
  move_towards(hidden_mean_, mean_over_shards(phases.mean_hidden), kMeanRate);
}

}  // namespace gradzoo
