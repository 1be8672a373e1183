#include "gradzoo/models/vae/vae.h"

#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/parallel/shards.h"
#include "models/networks/labels.h"
#include "models/vae/pictures.h"

namespace gradzoo {
namespace {

constexpr double kBaselineDecay = 0.9;

MetricInfo loss_info(const VaeOptions& options) {
  if (options.pixels == Pixels::grey) {
    return {"bce_kl_nats_per_image",
            "the loss: cross-entropy of grey pixels plus KL; lower is better. Not a likelihood; never below "
            "the pixels' own entropy"};
  }
  const bool iwae = options.objective == VaeObjective::iwae;
  return {iwae ? "negative_iwae_nats_per_image" : "negative_elbo_nats_per_image",
          options.conditional ? "minus the lower bound of log p(x|label): lower is better"
                              : "minus the lower bound of log p(x): lower is better"};
}

}  // namespace

Vae::Vae(const VaeOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "vae/init"),
      noise_rng_(training.stream_seed(), "vae/noise"),
      network_({.net = options.net,
                .data = shape,
                .classes = conditioning_classes(options.conditional, shape, "vae"),
                .channels = options.channels,
                .latent = options.latent,
                .hidden = options.hidden,
                .encoder_activation = options.encoder_activation,
                .decoder_activation = options.decoder_activation},
               init_rng_),
      prior_(options.prior == Prior::mixture ? options.components : 0, options.latent,
             network_.shape().classes),
      learner_(network_, training.learner()),
      loss_(add_metric(loss_info(options))),
      reconstruction_(add_metric({"reconstruction_nats_per_image",
                                  "-log p(x|z) at a z drawn from the encoder: the reconstruction error"})),
      kl_(add_metric(
          {"kl_nats_per_image", "KL(q(z|x) || p(z)): the information about the image in its code"})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
}

void Vae::add_to(State& state) {
  state.add("vae.noise", noise_rng_);
  state.add("vae.baseline", baseline_);
  prior_.add_to(state);
}

void Vae::finish(const Examples& examples) {
  const std::shared_ptr<const void> averages = learner_.averaged();
  prior_.fit(network_, examples, options_.pixels, noise_rng_.seed());
}

void Vae::train_step(const StepContext& context, MetricRow row) {
  const double warmup_steps = options_.kl_warmup * static_cast<double>(context.steps);
  const double ramp =
      warmup_steps > 0 ? std::min(1.0, static_cast<double>(context.step + 1) / warmup_steps) : 1.0;
  const VaeObjectiveOptions objective{.objective = options_.objective,
                                      .estimator = options_.estimator,
                                      .baseline = options_.baseline,
                                      .baseline_value = baseline_,
                                      .samples = options_.samples,
                                      .kl_weight = options_.beta * ramp};
  const Tensor eps = randn({context.batch.count() * options_.samples, options_.latent}, noise_rng_);
  Tape tape;
  const VaeTerms terms = vae_objective(network_, context.batch, eps, objective);
  row[grad_norm_] = learner_.step(terms.loss, context.learning_rate);
  row[loss_] = -mean(terms.bound).item();
  row[reconstruction_] = mean(terms.reconstruction).item();
  row[kl_] = mean(terms.kl).item();
  const double likelihood = -mean_over_shards(row[reconstruction_]);
  baseline_ = context.step == 0 ? likelihood : kBaselineDecay * baseline_ + (1 - kBaselineDecay) * likelihood;
}

std::vector<CurveLevel> Vae::levels(const DataView& data) {
  if (options_.pixels != Pixels::grey) return {};
  return {{loss_, "entropy floor", grey_entropy_floor(data.train), "nats/image",
           "the entropy of the training pixels themselves: a lower bound of any model's cross-entropy on "
           "grey pixels"}};
}

Quantities Vae::do_validate(const DataView& data) {
  const VaeBound bound = vae_bound(network_, prior_, data.examples, options_.pixels, data.seed);
  Quantity loss =
      mean_over_examples(options_.pixels == Pixels::grey ? kVaeBceKl : kVaeNegativeElbo,
                         bound.reconstruction + bound.kl, "the loss on images that were not trained on");
  if (options_.objective == VaeObjective::elbo || options_.pixels == Pixels::grey) loss.curve = loss_;
  if (options_.pixels != Pixels::grey)
    loss.density_kind = options_.conditional ? "bound of -log p(x|label)" : "bound of -log p(x)";
  Quantities out;
  out.add(std::move(loss));
  return out;
}

Quantities Vae::do_evaluate(const DataView& data) {
  const VaeBound bound = vae_bound(network_, prior_, data.examples, options_.pixels, data.seed);
  const bool by_mixture = prior_.in_use(prior_of(options_)) == Prior::mixture;
  const Tensor kl = by_mixture ? bound.kl_mixture : bound.kl, loss = bound.reconstruction + kl;
  Quantities out;
  if (options_.pixels == Pixels::grey) {
    out.add(mean_over_examples(
        kVaeBceKl, loss,
        "cross-entropy of grey pixels plus KL; not a likelihood, so log p(x) is not reported"));
    out.add(quantity(kVaeEntropyFloor, grey_entropy_floor(data.examples),
                     "the pixels' own entropy, a lower bound of any model's cross-entropy"));
  } else {
    out.add(mean_over_examples(kVaeElbo, neg(loss), "lower bound of " + density()));
  }
  out.add(mean_over_examples(kVaeReconstruction, bound.reconstruction, "-log p(x|z), z ~ q(z|x)"));
  out.add(mean_over_examples(kVaeKl, kl,
                             by_mixture
                                 ? "KL(q(z|x) || p(z)), p(z) the mixture fitted to codes of training images"
                                 : "KL(q(z|x) || p(z))"));
  out.add({"active_units", static_cast<double>(active_units(bound)), NAN,
           fmt::format("of {}", options_.latent),
           "latent dimensions whose mean varies over the images by more than 0.01 (Burda et al. 2016)"});
  if (prior_.is_fitted()) {
    if (by_mixture) out.add(mean_over_examples(kVaeKlNormal, bound.kl, "KL(q(z|x) || N(0, I))"));
    out.add(aggregate_kls(bound, prior_));
  }
  return out;
}

Quantities Vae::do_evaluate_at_length(const DataView& data, const ShareDone& done) {
  if (options_.pixels == Pixels::grey) return {};
  const VaeLogLikelihood log_px = vae_log_likelihood(network_, prior_, data.examples, options_.pixels,
                                                     options_.importance_samples, data.seed, done);
  const auto by = [&](const QuantityInfo& info, const Tensor& rows, const char* prior) {
    return mean_over_examples(
        info, rows,
        fmt::format(
            "{} by importance sampling with {} samples for each image{}: a lower bound in expectation",
            density(), options_.importance_samples, prior));
  };
  if (prior_.in_use(prior_of(options_)) == Prior::normal) return {by(kVaeLogPx, log_px.normal, "")};
  return {by(kVaeLogPx, log_px.mixture, ", p(z) the mixture"),
          by(kVaeLogPxNormal, log_px.normal, ", p(z) = N(0, I)")};
}

void Vae::describe_evaluation(OptionTable& options) {
  if (options_.pixels != Pixels::grey) return options_.describe_evaluation(options);
  options_.describe_sampling(options);
}

std::string Vae::density() const { return options_.conditional ? "log p(x|label)" : "log p(x)"; }

Prior Vae::prior_of(const VaeOptions& asked) const {
  if (asked.prior == Prior::mixture && !prior_.can_be_fitted())
    throw Error(
        "this run was trained with prior=normal, so no mixture was fitted to its codes. Hint: "
        "prior=normal, or train it anew");
  return asked.prior;
}

Tensor Vae::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const auto& asked = options_in<VaeOptions>(sampling);
  const Tensor& labels = request.labels;
  const Tensor z = prior_.sample(prior_of(asked), request.n, labels, request.rng);
  const bool drawn = asked.draw == VaeDraw::sample;
  return as_examples(drawn ? network_.draw(z, labels, request.rng) : network_.expected(z, labels), shape_);
}

Abilities Vae::do_abilities() {
  Abilities own{
      .interpolate =
          [this](const InterpolateRequest& request) { return images_between(network_, request.ends); },
      .needs_label = !labels().empty()};  // it bounds log p(x|label)
  if (own.needs_label) return own;
  own.anomaly = [this](const AnomalyRequest& request) { return minus_bound(request); };
  own.encode = [this](const Tensor& x) { return network_.encode(x).mean; };
  return own;
}

AnomalyScores Vae::minus_bound(const AnomalyRequest& request) const {
  const Tensor& x = request.examples;
  const Posterior q = network_.encode(x);
  const Tensor z = draw_codes(q, request.rng);
  return {prior_.kl(prior_of(options_), q, z, {}) - network_.log_likelihood(x, z),
          options_.pixels == Pixels::grey
              ? "cross-entropy of grey pixels plus KL, nats, with one code for each image"
              : "minus the lower bound of log p(x), nats, with one code for each image"};
}

std::vector<Picture> Vae::do_pictures(const DataView& data) {
  return vae_pictures(network_, prior_, options_.pixels, shape_, data);
}

}  // namespace gradzoo
