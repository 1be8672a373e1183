#include "gradzoo/models/vae/vae.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/parallel/shards.h"
#include "models/networks/labels.h"
#include "models/vae/marginal.h"
#include "models/vae/pictures.h"

namespace gradzoo {
namespace {

constexpr double kBaselineDecay = 0.9;

bool is_grey(const VaeOptions& options, const DataShape& shape) {
  return shape.kind().pixels && options.pixels == Pixels::grey;
}

MetricInfo loss_info(const VaeOptions& options, const DataShape& shape) {
  if (is_grey(options, shape)) {
    return {"bce_kl", shape.kind().nats,
            "loss: cross-entropy of grey pixels plus KL; lower is better. It is not a likelihood, and never "
            "below the pixels' own entropy"};
  }
  const bool iwae = options.objective == VaeObjective::iwae;
  return {iwae ? "negative_iwae" : "negative_elbo",
          shape.kind().nats,
          options.conditional ? "minus the lower bound of log p(x|label): lower is better"
                              : "minus the lower bound of log p(x): lower is better",
          false,
          {.volumes = 1}};
}

std::optional<GaussianDecoder> gaussian_decoder(const VaeOptions& options, const DataShape& shape) {
  if (shape.kind().pixels || shape.kind().bits) return std::nullopt;
  constexpr double kShare = 0.1;  // of the data's extent: larger, and codes may find nothing to tell
  const double begins = shape.diameter() > 0 ? kShare * shape.diameter() : 1;
  const bool learned = options.decoder_sigma == 0;
  return GaussianDecoder{learned ? begins : options.decoder_sigma, learned,
                         options.sigmas == VaeSigmas::each};
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
                .decoder_activation = options.decoder_activation,
                .gaussian = gaussian_decoder(options, shape)},
               init_rng_),
      prior_(options.prior == Prior::mixture ? options.components : 0, options.latent,
             network_.shape().classes),
      learner_(network_, training.learner()),
      loss_(add_metric(loss_info(options, shape))),
      reconstruction_(add_metric({"reconstruction",
                                  shape.kind().nats,
                                  "-log p(x|z) at a z drawn from the encoder: the reconstruction error",
                                  false,
                                  {.volumes = 1}})),
      kl_(add_metric(
          {"kl", shape.kind().nats, "KL(q(z|x) || p(z)): the information about an example in its code"})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
  describe({.labels = network_.shape().labels(),
            .sampling = sampling_from(options_),
            .finish =
                [this](const Examples& examples) {
                  prior_.fit(network_, examples, options_.pixels, noise_rng_.seed());
                },
            .reopen = [this] { prior_.forget(); },
            .image_pictures =
                [this](const DataView& data) {
                  return vae_pictures(network_, prior_, options_.pixels, shape_, data);
                },
            .point_pictures =
                [this](const DataView& data) {
                  return vae_point_pictures(network_, prior_, prior_of(options_), shape_, data);
                }});
  if (is_likelihood()) {
    description().evaluation = [this](OptionTable& table) { options_.describe_evaluation(table); };
    description().evaluate_at_length = [this](const DataView& data, const ShareDone& done) {
      return is_integrable() ? exact_log_px(data, done) : sampled_log_px(data, done);
    };
    return;
  }
  description().evaluation = [this](OptionTable& table) { options_.describe_sampling(table); };
  description().levels = [this](const DataView& data) -> std::vector<CurveLevel> {
    return {{loss_, "entropy floor", grey_entropy_floor(data.train), "nats/image",
             "entropy of the training pixels themselves: a lower bound of any model's cross-entropy on grey "
             "pixels"}};
  };
}

void Vae::add_to(State& state) {
  state.add("vae.noise", noise_rng_);
  state.add("vae.baseline", baseline_);
  prior_.add_to(state);
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

bool Vae::is_likelihood() const { return !is_grey(options_, shape_); }

bool Vae::is_integrable() const { return !shape_.kind().pixels && options_.latent <= 2; }

Quantity Vae::nats(const QuantityInfo& info, const Tensor& rows, std::string meaning) const {
  Quantity found = mean_over_examples(info, rows, std::move(meaning));
  found.unit = shape_.kind().nats;  // as the curves have it
  return found;
}

Quantities Vae::do_validate(const DataView& data) {
  const VaeBound bound = vae_bound(network_, prior_, data.examples, options_.pixels, data.seed);
  Quantity loss = nats(is_likelihood() ? kVaeNegativeElbo : kVaeBceKl, bound.reconstruction + bound.kl,
                       fmt::format("loss on held-out {}", shape_.kind().word));
  if (options_.objective == VaeObjective::elbo || !is_likelihood()) loss.curve = loss_;
  if (is_likelihood()) loss.density_kind = "bound of -" + density();
  Quantities out;
  out.add(std::move(loss));
  return out;
}

Quantities Vae::do_evaluate(const DataView& data) {
  const VaeBound bound = vae_bound(network_, prior_, data.examples, options_.pixels, data.seed);
  const bool by_mixture = prior_.in_use(prior_of(options_)) == Prior::mixture;
  const Tensor kl = by_mixture ? bound.kl_mixture : bound.kl, loss = bound.reconstruction + kl;
  Quantities out;
  if (is_likelihood()) {
    Quantity elbo = nats(kVaeElbo, neg(loss), "lower bound of " + density());
    if (!shape_.kind().pixels && !is_integrable()) elbo.density_kind = "bound of " + density();
    out.add(std::move(elbo));
  } else {
    out.add(nats(kVaeBceKl, loss,
                 "cross-entropy of grey pixels plus KL; not a likelihood, so log p(x) is not reported"));
    out.add(quantity(kVaeEntropyFloor, grey_entropy_floor(data.examples),
                     "the pixels' own entropy, a lower bound of any model's cross-entropy"));
  }
  out.add(nats(kVaeReconstruction, bound.reconstruction, "-log p(x|z), z ~ q(z|x)"));
  out.add(nats(kVaeKl, kl,
               by_mixture ? "KL(q(z|x) || p(z)), p(z) the mixture fitted to codes of training images"
                          : "KL(q(z|x) || p(z))"));
  if (network_.shape().gaussian)
    out.add(quantity(kVaeSigma, std::sqrt(mean(exp(network_.decoder_logvar())).item()),
                     "standard deviation of p(x|z); for several the root mean square"));
  out.add(
      {"active_units", static_cast<double>(active_units(bound)), NAN, fmt::format("of {}", options_.latent),
       fmt::format("latent dimensions whose mean varies over the {} by more than 0.01 (Burda et al. 2016)",
                   shape_.kind().word)});
  if (prior_.is_fitted()) {
    if (by_mixture) out.add(nats(kVaeKlNormal, bound.kl, "KL(q(z|x) || N(0, I))"));
    out.add(aggregate_kls(bound, prior_));
  }
  return out;
}

Quantities Vae::sampled_log_px(const DataView& data, const ShareDone& done) const {
  const VaeLogLikelihood log_px = vae_log_likelihood(network_, prior_, data.examples, options_.pixels,
                                                     options_.importance_samples, data.seed, done);
  const auto by = [&](const QuantityInfo& info, const Tensor& rows, const char* prior) {
    return nats(
        info, rows,
        fmt::format("{} by importance sampling with {} samples per {}{}: a lower bound in expectation",
                    density(), options_.importance_samples, shape_.kind().pixels ? "image" : "example",
                    prior));
  };
  if (prior_.in_use(prior_of(options_)) == Prior::normal) return {by(kVaeLogPx, log_px.normal, "")};
  return {by(kVaeLogPx, log_px.mixture, ", p(z) the mixture"),
          by(kVaeLogPxNormal, log_px.normal, ", p(z) = N(0, I)")};
}

Quantities Vae::exact_log_px(const DataView& data, const ShareDone& done) const {
  constexpr int64_t kCells = 100;  // along an axis of the plane
  const Prior which = prior_.in_use(prior_of(options_));
  const VaeMarginal marginal(network_, prior_, which);
  const Tensor x = read_examples(data.examples, 0, data.examples.count(), options_.pixels, Rng(data.seed)).x;
  const Toy* truth = shape_.toy.get();
  const bool known = truth != nullptr && truth->integrable();
  Quantity log_px = nats(kVaeLogPx, marginal.log_prob(x), "log p(x) by quadrature over the codes");
  if (!known) log_px.density_kind = "log p(x)";
  done(0.5);
  Quantities out{std::move(log_px)};
  if (which == Prior::mixture)
    out.add(nats(kVaeLogPxNormal, VaeMarginal(network_, prior_, Prior::normal).log_prob(x),
                 "log p(x) by quadrature over the codes, p(z) = N(0, I)"));
  if (!known) return out;
  const DensityFit fit = density_fit(
      *truth, [&](const Tensor& points) { return marginal.log_prob(points); }, DType::f64, kCells);
  Quantities of_fit = density_quantities(fit, "");
  Quantity kl = quantity(kVaeKlToTruth, fit.kl, "KL(truth || model) by quadrature");
  kl.density_kind = kKlToTruth;
  out.add(std::move(kl));
  out.add(of_fit[kLogZ]);
  return out;
}

std::string Vae::density() const { return options_.conditional ? "log p(x|label)" : "log p(x)"; }

Prior Vae::prior_of(const VaeOptions& asked) const {
  if (asked.prior == Prior::mixture && !prior_.can_be_fitted())
    throw Error(
        "this run was trained with prior=normal, so no mixture was fitted to its codes. Hint: use "
        "prior=normal, or train again");
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
  Abilities own{.needs_label = !labels().empty()};  // it bounds log p(x|label)
  if (shape_.kind().pixels)
    own.interpolate = [this](const InterpolateRequest& request) {
      return images_between(network_, request.ends);
    };
  if (own.needs_label) return own;
  own.anomaly = [this](const AnomalyRequest& request) { return minus_bound(request); };
  own.encode = [this](const Tensor& x) { return network_.encode(x).mean; };
  own.decode = [this](const Tensor& z) { return network_.expected(z); };
  constexpr int64_t kDraws = 10;
  own.log_prob = LogProb{
      .of =
          [this](const Tensor& x, Rng& rng) {
            return vae_log_likelihood(network_, prior_, prior_.in_use(prior_of(options_)), x,
                                      options_.importance_samples, rng);
          },
      .meaning = fmt::format(
          "lower bound of {} from {} codes",
          options_.pixels == Pixels::grey ? "the mean log p(b) over binary draws b of x," : "log p(x)",
          options_.importance_samples),
      .up_to_constant = false,
      .is_bound = true,
      .draws = kDraws};
  return own;
}

AnomalyScores Vae::minus_bound(const AnomalyRequest& request) const {
  const Tensor& x = request.examples;
  const Posterior q = network_.encode(x);
  const Tensor z = draw_codes(q, request.rng);
  return {prior_.kl(prior_of(options_), q, z, {}) - network_.log_likelihood(x, z),
          is_likelihood() ? "minus the lower bound of log p(x), nats, with one code per example"
                          : "cross-entropy of grey pixels plus KL, nats, with one code per image"};
}

}  // namespace gradzoo
