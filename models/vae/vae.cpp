#include "models/vae/vae.h"

#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/eval/over_examples.h"
#include "models/vae/eval.h"
#include "models/vae/pictures.h"
#include "nn/distributions.h"

namespace gradzoo {
namespace {

// Each row K times, one after the other: (B, n) -> (B K, n).
Tensor repeat_rows(const Tensor& x, int64_t k) {
  if (k == 1) return x;
  const int64_t b = x.dim(0), n = x.dim(1);
  return reshape(broadcast_to(reshape(x, {b, 1, n}), {b, k, n}), {b * k, n});
}

constexpr double kBaselineDecay = 0.9;

}  // namespace

VaeNetwork::VaeNetwork(const VaeShape& shape, Rng& rng)
    : shape_(shape),
      encoder_hidden_(shape.pixels, shape.hidden, rng, {.dtype = shape.dtype}),
      encoder_head_(shape.hidden, 2 * shape.latent, rng, {.dtype = shape.dtype}),
      encoder_activation_(shape.encoder_activation),
      decoder_hidden_(shape.latent, shape.hidden, rng, {.dtype = shape.dtype}),
      decoder_out_(shape.hidden, shape.pixels, rng, {.dtype = shape.dtype}),
      decoder_activation_(shape.decoder_activation) {
  register_module("encoder_hidden", encoder_hidden_);
  register_module("encoder_head", encoder_head_);
  register_module("decoder_hidden", decoder_hidden_);
  register_module("decoder_out", decoder_out_);
}

Posterior VaeNetwork::encode(const Tensor& x) const {
  const Tensor h = encoder_activation_.forward(encoder_hidden_.forward(x));  // (B, hidden)
  const Tensor head = encoder_head_.forward(h);                              // (B, 2 latent)
  return {slice(head, 1, 0, shape_.latent), slice(head, 1, shape_.latent, 2 * shape_.latent)};
}

Tensor VaeNetwork::decode(const Tensor& z) const {
  return decoder_out_.forward(decoder_activation_.forward(decoder_hidden_.forward(z)));
}

Tensor VaeNetwork::log_likelihood(const Tensor& x, const Tensor& z) const {
  return neg(sum(binary_cross_entropy_with_logits(decode(z), x), 1));
}

VaeTerms vae_objective(const VaeNetwork& network, const Tensor& x, const Tensor& eps,
                       const VaeObjectiveOptions& options) {
  const auto log_likelihood = [&](const Tensor& z) {
    return network.log_likelihood(repeat_rows(x, options.samples), z);
  };
  return vae_objective(network.encode(x), log_likelihood, eps, options);
}

VaeTerms vae_objective(const Posterior& q, TensorFn log_likelihood, const Tensor& eps,
                       const VaeObjectiveOptions& options) {
  const int64_t b = q.mean.dim(0), k = options.samples;
  const Tensor mean_k = repeat_rows(q.mean, k), logvar_k = repeat_rows(q.logvar, k);
  Tensor z = mean_k + exp(logvar_k * 0.5) * eps;  // (B K, latent)
  if (options.estimator == VaeEstimator::log_derivative) z = z.detach();
  const Tensor log_px = reshape(log_likelihood(z), {b, k});
  const Tensor kl = sum(kl_standard_normal(q.mean, q.logvar), 1);  // (B)
  const Tensor reconstruction = mean(neg(log_px), 1);              // (B)

  VaeTerms terms{.loss = {}, .bound = {}, .reconstruction = reconstruction.detach(), .kl = kl.detach()};
  if (options.objective == VaeObjective::iwae) {
    // log (1/K) sum_k w_k, w_k = p(x|z_k) p(z_k) / q(z_k|x)   (Burda, Grosse & Salakhutdinov 2016, eq. 8)
    const Tensor log_prior = sum(standard_normal_log_prob(z), 1);
    const Tensor log_q = sum(normal_log_prob(z, mean_k, logvar_k), 1);
    const Tensor log_w = log_px + reshape(log_prior - log_q, {b, k});
    const Tensor bound = logsumexp(log_w, 1) - std::log(static_cast<double>(k));
    terms.loss = neg(mean(bound));
    terms.bound = bound.detach();
    return terms;
  }
  terms.bound = neg(terms.reconstruction + terms.kl);
  terms.loss = mean(reconstruction + kl * options.kl_weight);
  if (options.estimator == VaeEstimator::reparam) return terms;

  // grad_phi E_q[f(z)] = E_q[(f(z) - b) grad_phi log q(z|x)], z fixed, b anything that does not read z's own
  // sample (Williams 1992).
  const Tensor f = neg(log_px.detach());  // (B, K)
  Tensor baseline = full({1, 1}, -options.baseline_value, f.dtype());
  if (options.baseline == VaeBaseline::none) baseline = zeros({1, 1}, f.dtype());
  if (options.baseline == VaeBaseline::leave_one_out) {
    baseline = (sum(f, 1, true) - f) * (1.0 / static_cast<double>(k - 1));
  }
  const Tensor log_q = reshape(sum(normal_log_prob(z, mean_k, logvar_k), 1), {b, k});
  terms.loss = terms.loss + mean((f - baseline) * log_q);
  return terms;
}

Tensor vae_log_weights(const VaeNetwork& network, const Tensor& x, int64_t samples, Rng& rng) {
  const Posterior q = network.encode(x);
  const Tensor mean_k = repeat_rows(q.mean, samples), logvar_k = repeat_rows(q.logvar, samples);
  const Tensor eps = randn(mean_k.shape(), rng, mean_k.dtype());
  const Tensor z = mean_k + exp(logvar_k * 0.5) * eps;
  const Tensor log_px = network.log_likelihood(repeat_rows(x, samples), z);
  const Tensor log_ratio = sum(standard_normal_log_prob(z) - normal_log_prob(z, mean_k, logvar_k), 1);
  return reshape(log_px + log_ratio, {x.dim(0), samples});
}

Vae::Vae(const Settings& settings, const DataShape& shape)
    : shape_(shape),
      init_rng_(settings.seed(), "vae/init"),
      noise_rng_(settings.seed(), "vae/noise"),
      network_({.pixels = shape.size(),
                .hidden = settings.integer("hidden"),
                .latent = settings.integer("latent"),
                .encoder_activation = settings.text("encoder_activation"),
                .decoder_activation = settings.text("decoder_activation")},
               init_rng_),
      learner_(network_, {.clip = settings.real("clip"), .ema = settings.real("ema")}),
      pixels_(parse_pixels(settings.text("pixels"))),
      beta_(settings.real("beta")),
      kl_warmup_(settings.real("kl_warmup")),
      importance_samples_(settings.integer("importance_samples")) {
  objective_.objective = settings.text("objective") == "iwae" ? VaeObjective::iwae : VaeObjective::elbo;
  objective_.estimator =
      settings.text("estimator") == "reparam" ? VaeEstimator::reparam : VaeEstimator::log_derivative;
  objective_.baseline = settings.text("baseline") == "none"       ? VaeBaseline::none
                        : settings.text("baseline") == "constant" ? VaeBaseline::constant
                                                                  : VaeBaseline::leave_one_out;
  objective_.samples = settings.integer("samples");
  const bool grey = pixels_ == Pixels::grey;
  const bool iwae = objective_.objective == VaeObjective::iwae;
  metrics_ = {
      {grey   ? "bce_kl_nats_per_image"
       : iwae ? "negative_iwae_nats_per_image"
              : "negative_elbo_nats_per_image",
       grey ? "cross-entropy of grey pixels plus KL: what is minimised, lower is better; no likelihood, and "
              "never below the pixels' own entropy"
            : "minus the lower bound of log p(x): lower is better"},
      {"reconstruction_nats_per_image",
       "-log p(x|z) at a z that the encoder drew: how well a digit comes back"},
      {"kl_nats_per_image", "KL(q(z|x) || p(z)): what the code says about the digit beyond the prior"},
      {"grad_norm", "Euclidean norm of the gradient, before clipping"},
  };
}

void Vae::register_state(State& state) {
  learner_.add_to(state);
  state.add("vae.noise", noise_rng_);
  state.add("vae.baseline", baseline_);
}

void Vae::train_step(const StepContext& context, std::span<double> metrics) {
  const double warmup_steps = kl_warmup_ * static_cast<double>(context.steps);
  const double ramp =
      warmup_steps > 0 ? std::min(1.0, static_cast<double>(context.step + 1) / warmup_steps) : 1.0;
  objective_.kl_weight = beta_ * ramp;
  objective_.baseline_value = baseline_;
  const Tensor eps = randn({context.batch.count() * objective_.samples, network_.shape().latent}, noise_rng_);
  Tape tape;
  const VaeTerms terms = vae_objective(network_, context.batch.x, eps, objective_);
  metrics[3] = learner_.step(terms.loss, context.learning_rate);
  metrics[0] = -mean(terms.bound).item();
  metrics[1] = mean(terms.reconstruction).item();
  metrics[2] = mean(terms.kl).item();
  baseline_ =
      context.step == 0 ? -metrics[1] : kBaselineDecay * baseline_ - (1 - kBaselineDecay) * metrics[1];
}

std::vector<Quantity> Vae::validate(const DataView& data) {
  const auto averaged = learner_.averaged();
  const VaeBound bound = vae_bound(network_, data.examples, pixels_, data.seed);
  const std::string name = pixels_ == Pixels::grey ? "bce_kl" : "negative_elbo";
  return {mean_over_examples(name, bound.reconstruction + bound.kl, "nats/image",
                             "the loss on images that were not trained on")};
}

std::vector<Quantity> Vae::evaluate(const DataView& data) {
  const auto averaged = learner_.averaged();
  const VaeBound bound = vae_bound(network_, data.examples, pixels_, data.seed);
  const Tensor loss = bound.reconstruction + bound.kl;
  std::vector<Quantity> out;
  if (pixels_ == Pixels::grey) {
    out.push_back(
        mean_over_examples("bce_kl", loss, "nats/image",
                           "cross-entropy of grey pixels plus KL; no likelihood, so log p(x) is not given"));
    out.push_back({"entropy_floor", grey_entropy_floor(data.examples), NAN, "nats/image",
                   "the pixels' own entropy, which no model's cross-entropy goes below"});
  } else {
    out.push_back(mean_over_examples("elbo", neg(loss), "nats/image", "lower bound of log p(x)"));
  }
  out.push_back(
      mean_over_examples("reconstruction", bound.reconstruction, "nats/image", "-log p(x|z), z ~ q(z|x)"));
  out.push_back(mean_over_examples("kl", bound.kl, "nats/image", "KL(q(z|x) || p(z))"));
  out.push_back(
      {"active_units", static_cast<double>(active_units(bound)), NAN,
       "of " + std::to_string(network_.shape().latent),
       "latent dimensions whose mean varies over the images by more than 0.01 (Burda et al. 2016)"});
  if (pixels_ == Pixels::grey) return out;
  const Tensor log_px = vae_log_likelihood(network_, data.examples, pixels_, importance_samples_, data.seed);
  out.push_back(mean_over_examples(
      "log_px", log_px, "nats/image",
      fmt::format("log p(x) by importance sampling with {} samples an image: a lower bound in expectation",
                  importance_samples_)));
  return out;
}

Tensor Vae::sample(int64_t n, Rng& rng) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  const Tensor z = randn({n, network_.shape().latent}, rng);
  return reshape(sigmoid(network_.decode(z)), {n, shape_.height(), shape_.width()});
}

std::vector<Picture> Vae::pictures(const DataView& data) {
  const auto averaged = learner_.averaged();
  return vae_pictures(network_, pixels_, shape_, data);
}

}  // namespace gradzoo
