#include "models/nce/tilted_flow.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/learn/schedule.h"
#include "models/nce/correction.h"
#include "models/networks/conv_energy.h"

namespace gradzoo {
namespace {

constexpr int64_t kFirstImages = 512;    // that actnorms begin at
constexpr int64_t kQuickImages = 500;    // that are looked at while training, and as many samples
constexpr int64_t kSamples = 5000;       // of the flow, of which Z is a mean
constexpr double kTrustedWeights = 100;  // as many equal ones as a mean is believed of

// In parts, so that layers of large images have room.
template <class Make>
Tensor in_parts(int64_t n, int64_t most, Make make) {
  Tensors parts;
  for (int64_t first = 0; first < n; first += most) parts.push_back(make(first, std::min(n, first + most)));
  return concat(parts, 0);
}

std::unique_ptr<Module> conv_energy(const TiltedFlowOptions& options, const DataShape& shape, Rng& rng) {
  return std::make_unique<ConvEnergy>(shape,
                                      ConvEnergyOptions{.channels = options.channels,
                                                        .hidden = options.energy.hidden,
                                                        .activation = options.energy.activation,
                                                        .zero = true},
                                      rng);
}

constexpr const char* kTiltReading =
    "Most bits describe the noise of grey levels, which the flow has learned: the energy changes the bits "
    "little and the pictures much. If auroc is near 1, few samples of the flow have all the weight "
    "(effective_share). A pool then seldom contains one of them, and draw=langevin moves codes towards them.";

}  // namespace

TiltedFlow::TiltedFlow(const TiltedFlowOptions& options, const DataShape& shape,
                       const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      seed_(training.stream_seed()),
      init_rng_(seed_, "nce/init"),
      noise_rng_(seed_, "nce/noise"),
      flow_(shape, options.flow, init_rng_),
      network_(shape.size(), options.energy, conv_energy(options, shape, init_rng_)),
      noise_{.sample =
                 [this](int64_t n, Rng& rng) {
                   return in_parts(n, shape_.kind().at_once, [&](int64_t first, int64_t end) {
                     return flow_.sample(end - first, rng);
                   });
                 },
             .log_prob = [this](const Tensor& x) { return flow_.log_prob(x); }},
      flow_learner_("flow", flow_, flow_learner(training)),
      learner_(network_, training.learner()),
      loss_(add_metric({"nce_loss", "nats",
                        "cross-entropy of classifying images against the flow's samples: 2 log 2 = 1.386 if "
                        "they cannot be distinguished (nu = 1)",
                        true})),
      c_(add_metric({"c", "nats", "learned constant: log Z after training of g", true})),
      d_data_(add_metric(
          {"d_data", "", "mean D(x) of images: the probability of being data that D assigns to them", true})),
      d_noise_(add_metric({"d_noise", "", "mean D(y) of the flow's samples", true})),
      flow_bits_(add_metric({"flow", "bits/dim", "-log2 q(x) / d + 8 of dequantised pixels", true})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(flow_learner_);
  add_last_learner(learner_);
  describe({.sampling = sampling_from(options_.draws),
            .quick_sampling = {"draw=energy", "pool=4"},
            .image_pictures = [this](const DataView& data) { return image_pictures(data); },
            .interpretation = [](const DataView&) { return kTiltReading; }});
}

void TiltedFlow::prepare(const Examples& training) {
  const int64_t n = std::min(kFirstImages, training.count());
  flow_.begin_at(read_examples(training, 0, n, Pixels::dequantised, Rng(seed_, "nce/first_batch")).x);
}

Tensor TiltedFlow::tilt(const Tensor& x) const {
  if (x.dim(0) <= shape_.kind().at_once) return network_.log_density(x);
  return in_parts(x.dim(0), shape_.kind().at_once,
                  [&](int64_t first, int64_t end) { return network_.log_density(x.rows(first, end)); });
}

double TiltedFlow::bits_of(const Tensor& log_q) const {
  return mean(bits_per_dim(log_q.detach(), shape_.size())).item();
}

// V is minus the loss of telling both apart. p stands still in it, at q e^(g - c), so that log q in D has a
// gradient which that of p does not cancel; of a sample y that gradient is taken at y, which itself moves
// with what log q and log p have in common.
Tensor TiltedFlow::play(const Tensor& x, double rate, MetricRow row) {
  const Tape tape;
  const int64_t images = x.dim(0);
  const Tensor y = flow_.sample(images, noise_rng_);
  // Of a sample at its logit's end the code is not finite; pixels end before.
  const Tensor log_q = flow_.log_prob(concat(x, clamp(y.detach(), 0, 1), 0));
  const Tensor logit = network_.log_model(concat(x, y, 0)) + (log_q.detach() - log_q);
  row[flow_bits_] = bits_of(slice(log_q, 0, 0, images));
  flow_learner_.step(-mean(nce_data_loss(slice(logit, 0, 0, images))) -
                         mean(nce_noise_loss(slice(logit, 0, images, 2 * images))),
                     options_.flow_rate * rate);
  return y.detach();
}

// The average over the flow's steps becomes its weights: whatever they tremble by, a classifier sees.
void TiltedFlow::settle() {
  Tensor& weights = flow_learner_.parameters().flat();
  const Tensor average = [&] {
    const std::shared_ptr<const void> shown = flow_learner_.averaged();
    return weights.clone();
  }();
  std::copy_n(average.data<float>(), average.size(), weights.mutable_data<float>());
}

void TiltedFlow::fit_flow(const Tensor& x, double rate, MetricRow row) {
  const Tape tape;
  const Tensor bits = mean(bits_per_dim(flow_.log_prob(x), shape_.size()));
  row[flow_bits_] = bits.item();
  row[grad_norm_] = flow_learner_.step(bits, rate);
}

// For a share of the steps the flow learns alone, and p is q; then the energy does, or both. Each part has a
// decay of its own.
void TiltedFlow::train_step(const StepContext& context, MetricRow row) {
  const Tensor& x = context.batch.x;
  const auto alone = static_cast<int64_t>(options_.warm_up * static_cast<double>(context.steps));
  const bool by_likelihood = context.step < alone;
  const double rate =
      context.learning_rate * (by_likelihood ? cosine_decay(context.step, alone)
                                             : cosine_decay(context.step - alone, context.steps - alone));
  Tensor y;
  if (by_likelihood) {
    fit_flow(x, rate, row);
  } else if (options_.flow_rate > 0) {
    y = play(x, rate, row);
  } else {
    y = flow_.sample(options_.nu * x.dim(0), noise_rng_);
    row[flow_bits_] = bits_of(flow_.log_prob(x));
  }

  const Tape tape;
  const auto nu = static_cast<double>(options_.nu);
  const Tensor zero = zeros({1});  // log q - log p is c - g, and log p - log q is nothing yet
  const auto logit = [&](const Tensor& of) {
    return nce_logit(by_likelihood ? zero : network_.log_model(of), zero, nu);
  };
  const Tensor data = logit(x), noise = logit(y);
  const Tensor loss = mean(nce_data_loss(data)) + nu * mean(nce_noise_loss(noise));
  row[loss_] = loss.item();
  row[c_] = network_.constant().item();
  row[d_data_] = mean(sigmoid(data.detach())).item();
  row[d_noise_] = mean(sigmoid(noise.detach())).item();
  if (!by_likelihood) row[grad_norm_] = learner_.step(loss, rate);
  if (context.step + 1 == alone) settle();  // at the step's end, when nothing can fail any more
}

Quantities TiltedFlow::measured(const DataView& data, int64_t images, int64_t samples) const {
  Tensors log_qs, tilts;
  for_each_batch(first_of(data.examples, images), Pixels::dequantised, data.seed, shape_.kind().at_once,
                 [&](const Batch& batch) {
                   log_qs.push_back(flow_.log_prob(batch.x));
                   tilts.push_back(tilt(batch.x));
                 });
  const Tensor log_q = concat(log_qs, 0), of_data = concat(tilts, 0);
  Rng rng(data.seed, "nce/evaluation");
  const Tensor of_noise = cast(tilt(noise_.sample(samples, rng)), DType::f64);
  // log Z = log mean w, w = e^g; its error by the first term of the logarithm's series.
  const auto n = static_cast<double>(samples);
  const double log_z = logsumexp(of_noise, 0).item() - std::log(n);
  const Estimate relative = mean_of_rows(exp(of_noise - log_z));
  const double effective = 1 / sum(square(softmax(of_noise, 0))).item();
  const Quantity z = sampled_log_z(log_z, relative.standard_error, effective > kTrustedWeights,
                                   "log Z = log E_q exp(g), from the flow's samples");

  Quantities out;
  const Tensor log_p = cast(log_q + of_data, DType::f64) - log_z;
  Quantity bits = less_log_z(
      mean_over_examples(kBitsPerDim, bits_per_dim(log_p, shape_.size()),
                         "-log2 p(x) / d + 8 of dequantised pixels, p = q exp(g - log Z)"),
      sampled_log_z(log_z, relative.standard_error / (static_cast<double>(shape_.size()) * std::numbers::ln2),
                    z.trusted, ""),
      "bits/dim");
  out.add(std::move(bits));
  Quantity of_flow = mean_over_examples(kFlowBits, bits_per_dim(log_q, shape_.size()),
                                        "bits per dimension of the flow without the energy");
  of_flow.curve = flow_bits_;
  out.add(std::move(of_flow));
  const Estimate told = auroc(of_data, cast(of_noise, DType::f32));
  out.add(quantity(kTiltAuroc, told.value,
                   "probability that g is larger for an image than for a sample of the flow; 0.5: they "
                   "cannot be distinguished",
                   told.standard_error));
  out.add(quantity(kEffectiveShare, effective / n,
                   "(sum w)^2 / (n sum w^2) of the flow's samples: their effective share after resampling"));
  out.add(z);
  out.add(quantity(kNceConstantError, network_.constant().item() - log_z, "c - log Z", z.error));
  return out;
}

Quantities TiltedFlow::do_validate(const DataView& data) {
  return measured(data, kQuickImages, kQuickImages);
}

Quantities TiltedFlow::do_evaluate(const DataView& data) {
  return measured(data, data.examples.count(), kSamples);
}

Tensor TiltedFlow::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const auto log_weight = [this](const Tensor& x) { return tilt(x); };
  const ContrastDraws& draws = options_in<ContrastDraws>(sampling);
  return as_examples(
      drawn_again({noise_, &flow_, log_weight, true}, draws, request.n, request.rng, request.done), shape_);
}

std::vector<Picture> TiltedFlow::image_pictures(const DataView& data) const {
  constexpr int64_t kDrawn = 500, kRows = 5;
  Rng rng(data.seed, "pictures/nce");
  const Tensor x = noise_.sample(kDrawn, rng);
  const Tensor order = argsort(tilt(x));
  const int64_t shown = kRows * kImageColumns;
  const Tensor both = concat(index_select(x, 0, order.rows(kDrawn - shown, kDrawn)),
                             index_select(x, 0, order.rows(0, shown)), 0);
  return {{"weights",
           "The fifty of 500 samples of the flow with the largest weights exp(g), then the fifty with the "
           "smallest: the errors of the flow that the energy has learned.",
           ImageGrid{as_examples(both, shape_), kImageColumns}},
          neighbours_picture(flatten_rows(drawn(2 * kImageColumns, rng)), shape_, data.train)};
}

Abilities TiltedFlow::do_abilities() {
  const DataKind& kind = shape_.kind();
  return {.target = {.log_prob = [this](const Tensor& x) { return log_prob(x); },
                     .initial = [this](int64_t n, Rng& rng) { return clamp(noise_.sample(n, rng), 0, 1); },
                     .domain = {kind.low, kind.high}},
          .log_prob = LogProb{.of = [this](const Tensor& x, Rng&) { return log_prob(x); },
                              .meaning = "log q(x) + g(x) - c: log p(x), if the learned c is log Z",
                              .up_to_constant = false},
          .interpolate = [this](const InterpolateRequest& request) {
            const Tensor& ends = request.ends.x;
            return flow_.inverse(lines_between(flow_.map(ends).to, ends.dim(0) / 2)).to;
          }};
}

}  // namespace gradzoo
