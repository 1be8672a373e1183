#include "models/diffusion/diffusion.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/nn/learn/schedule.h"
#include "gradzoo/nn/parallel/shards.h"
#include "models/diffusion/pictures.h"
#include "samplers/given.h"

namespace gradzoo {
namespace {

constexpr int64_t kImagesAtOnce = 250;
constexpr int64_t kCodeSteps = 100;         // of ddim between an image and its noise
constexpr int64_t kQuickExamples = 1000;    // that are looked at while training
constexpr int64_t kDrawnSteps = 20;         // of ddim to a sample that the discriminator learns from
constexpr int64_t kBatchToDrawn = 8;        // a step draws a new one for so many images of its batch
constexpr int64_t kKeptToBatch = 64;        // and so many are kept for an image of the batch
constexpr double kDiscriminatorRate = 0.5;  // the discriminator's learning rate over the network's

// Labels, each replaced by the one that stands for none with probability p.
Tensor dropped(const Tensor& labels, int64_t none, double p, Rng& rng) {
  const Tensor drop = cast(bernoulli(full(labels.shape(), p), rng), DType::i64);
  Tensor out = labels.clone();
  for (int64_t i = 0; i < out.size(); ++i) {
    if (drop.data<int64_t>()[i] != 0) out.mutable_data<int64_t>()[i] = none;
  }
  return out;
}

/// The options of a request for samples.
struct RequestedPath {
  PathOptions path;
  bool is_conditional;
  void describe_sampling(OptionTable& options) {
    path.describe_sampling(options, is_conditional);
    if (path.discriminator > 0) path.describe_discriminator_weight(options);
    options.add("steps", path.sample_steps, "short for sample_steps", {1, 10000});
  }
};

MetricInfo error_info(PredictionType learned) {
  if (learned == PredictionType::velocity)
    return {"velocity_error", "",
            "loss: |u(x_t, t) - (x_1 - x_0)|^2 per element. Its minimum is above 0, since many paths pass "
            "through one point",
            true};
  return {
      "noise_error", "",
      "loss: |eps^(x_t, t) - eps|^2 per element. Its minimum is above 0, since many noises lead to one x_t",
      true};
}

}  // namespace

Diffusion::Diffusion(DiffusionKind kind, const PathOptions& options, const DataShape& shape,
                     const TrainingOptions& training)
    : shape_(shape),
      units_(shape.kind()),
      kind_(std::move(kind)),
      options_(options),
      classes_(read_conditioning(options.classes), shape),
      init_rng_(training.stream_seed(), kind_.name + "/init"),
      noise_rng_(training.stream_seed(), kind_.name + "/noise"),
      network_(options.network, shape, classes_.count(), init_rng_),
      learner_(network_, training.learner(adam({.beta2 = 0.99}))),
      error_(add_metric(error_info(kind_.prediction_type))),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
  describe({.labels = classes_.labels(),
            .sampling =
                [this] {
                  return sampling_options_of(RequestedPath{options_, is_conditional()});
                },
            .image_pictures =
                [this](const DataView& data) { return diffusion_image_pictures(*this, shape_, data); },
            .plane_pictures =
                [this](const DataView& data) { return diffusion_plane_pictures(*this, shape_, data); },
            .interpretation = [this](const DataView&) { return reading(); }});
  // Five hundred steps of Langevin for each look would take longer than the training between two of them.
  if (options.solver == langevin_step) description().quick_sampling = {"solver=ddim", "sample_steps=20"};
  if (has_bits()) {
    description().evaluation = [this](OptionTable& table) {
      table.add("likelihood_images", likelihood_images_, "test examples for bits/dim", {2, 1e6});
    };
    description().evaluate_at_length = [this](const DataView& data, const ShareDone& done) {
      return image_bits(*this, data, likelihood_images_, done);
    };
  }
  if (options.discriminator == 0) return;
  Rng rng(training.stream_seed(), kind_.name + "/discriminator");
  discriminator_.emplace(shape, rng);
  discriminator_learner_.emplace("discriminator", *discriminator_, training.learner());
  add_learner(*discriminator_learner_);
  drawn_ = zeros({kKeptToBatch * training.batch, shape.size()});
  discriminator_loss_ =
      add_metric({"discriminator_loss", "",
                  "cross-entropy of classifying noisy data against noisy samples: 2 log 2 = 1.386 if they "
                  "cannot be distinguished, or before the discriminator's first step",
                  true});
}

void Diffusion::add_to(State& state) {
  state.add(kind_.name + ".noise", noise_rng_);
  classes_.add_to(state, kind_.name + ".clusters");
  if (drawn_.defined()) state.add_rows(kind_.name + ".drawn", drawn_);
}

void Diffusion::prepare(const Examples& examples) {
  check_guidance(options_.guidance);
  classes_.fit(examples, init_rng_.seed());
}

// Of noise, with x' = a x_1 + b eps, a^2 + b^2 = 1: eps = b x' + a (a eps - b x_1), of which the network says
// the bracket, about 1 at all times (Salimans & Ho 2022, section 4). So an error of it counts in E[x_1|x']
// but b-fold, where one of eps would count b/a-fold, 25 times at the cosine path's start.
Tensor Diffusion::output(const Tensor& x, const Tensor& t, const Tensor& labels) const {
  const Tensor told = knows_classes() ? labels : Tensor();
  if (kind_.prediction_type == PredictionType::velocity) return network_.predict(x, t, told);
  const MixingColumns at = mixing_columns(kind_.path, t);
  if (kind_.net != NoiseNet::score) return energy_noise(network_, kind_.net, x, t, at.noise, told);
  const Tensor length = sqrt(square(at.data) + square(at.noise));
  const Tensor data = at.data / length, noise = at.noise / length, scaled = x / length;
  return noise * scaled + data * network_.predict(scaled, t, told);
}

Tensor Diffusion::error(const Batch& batch, const Tensor& labels, Rng& rng) const {
  const Tensor data = units_.centred(batch.x);
  const Tensor t = stratified_times(batch.count(), rng);
  Tensor noise = randn_like(data, rng);
  if (kind_.pairing == Pairing::optimal) noise = optimally_paired(noise, data);
  const PathPoints at = points_on(kind_.path, noise, data, t);
  return mean(square(output(at.x, t, labels) -
                     (kind_.prediction_type == PredictionType::velocity ? at.velocity : noise)),
              1);
}

// With a discriminator the network learns first, then it does, each by a decay of its own.
void Diffusion::train_step(const StepContext& context, MetricRow row) {
  const auto last =
      static_cast<int64_t>(std::round(options_.discriminator * static_cast<double>(context.steps)));
  const int64_t first = context.steps - last;
  Tensor classes = classes_.of(context.batch.x, context.batch.labels);
  if (context.step >= first) {
    const double decay = cosine_decay(context.step - first, last);
    return train_discriminator(context, classes, context.step - first,
                               kDiscriminatorRate * decay * context.learning_rate, row);
  }
  if (classes.defined()) classes = dropped(classes, network_.classes(), options_.label_dropout, noise_rng_);
  Tape tape;
  const Tensor loss = mean(error(context.batch, classes, noise_rng_));
  row[error_] = loss.item();
  row[grad_norm_] =
      learner_.step(loss, context.learning_rate * (last > 0 ? hold_linear_decay(context.step, first) : 1));
  if (discriminator_loss_) row[*discriminator_loss_] = 2 * std::numbers::ln2;
}

Tensor Diffusion::on_paths(const Tensor& data) {
  const MixingColumns at = mixing_columns(kind_.path, stratified_times(data.dim(0), noise_rng_));
  return (at.data * data + at.noise * randn_like(data, noise_rng_)) /
         sqrt(square(at.data) + square(at.noise));
}

void Diffusion::train_discriminator(const StepContext& context, const Tensor& labels, int64_t step,
                                    double rate, MetricRow row) {
  const std::shared_ptr<const void> averaged = learner_.averaged();
  const Batch& batch = context.batch;
  Tensor drawn = rows_of_shard(drawn_);
  const int64_t n = std::max<int64_t>(1, batch.count() / kBatchToDrawn), before = step * n;
  const Route route{.solver = ddim_step, .steps = kDrawnSteps, .guidance = options_.guidance};
  Tensor fresh = carry(randn({n, shape_.size()}, noise_rng_) * kind_.path(0).noise,
                       labels.defined() ? labels.rows(0, n).clone() : Tensor(), noise_rng_, route);
  if (shape_.kind().is_bounded()) fresh = clamp(fresh, 0, 1);
  const Tensor pool = before > 0 ? drawn.rows(0, std::min(before, drawn.dim(0))) : fresh;
  const Tensor which = rand({2 * batch.count() - n}, noise_rng_) * static_cast<double>(pool.dim(0));
  const Tensor samples = concat(fresh, index_select(pool, 0, cast(floor(which), DType::i64)), 0);
  {
    const NoGrad quiet;
    row[error_] = mean(error(batch, labels, noise_rng_)).item();
  }
  // One after the other: compilers differ in which argument they draw first.
  const Tensor data_on_paths = on_paths(units_.centred(concat(batch.x, batch.x, 0)));
  const Tensor samples_on_paths = on_paths(units_.centred(samples));
  Tape tape;
  const Tensor loss = discriminator_->loss(data_on_paths, samples_on_paths);
  row[*discriminator_loss_] = loss.item();
  row[grad_norm_] = discriminator_learner_->step(loss, rate);
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = (before + i) % drawn.dim(0);
    Tensor oldest = drawn.alias_rows(at, at + 1);
    assign_values(oldest, fresh.rows(i, i + 1));
  }
}

Quantities Diffusion::held_out_error(const DataView& data, int64_t most) const {
  Rng rng(data.seed, kind_.name + "/evaluation");
  Tensors errors;
  const Examples some = first_of(data.examples, most);
  for_each_batch(some, options_.pixels, data.seed, kImagesAtOnce, [&](const Batch& batch) {
    errors.push_back(error(batch, classes_.of(batch.x, batch.labels), rng));
  });
  Quantity found =
      mean_over_examples(kind_.prediction_type == PredictionType::velocity ? kVelocityError : kNoiseError,
                         concat(errors, 0), "loss on held-out examples");
  found.curve = error_;
  return {found};
}

Quantities Diffusion::do_validate(const DataView& data) { return held_out_error(data, kQuickExamples); }

Quantities Diffusion::do_evaluate(const DataView& data) {
  Quantities out = held_out_error(data, data.examples.count());
  if (in_plane(shape_.toy.get()) && knows_no_class()) out.add(plane_density(*this, *shape_.toy));
  return out;
}

bool Diffusion::has_bits() const { return has_bits_per_dim(shape_, options_.pixels) && knows_no_class(); }

Prediction Diffusion::unclamped(const Tensor& output, const Tensor& x, const Mixing& at) const {
  return kind_.prediction_type == PredictionType::velocity ? prediction_from_velocity(output, x, at)
                                                           : prediction_from_noise(output, x, at);
}

Prediction Diffusion::prediction_of(const Tensor& output, const Tensor& x, double t) const {
  const Mixing at = kind_.path(t);
  const Prediction prediction = unclamped(output, x, at);
  return kind_.clamped ? prediction_from_denoised(clamp(prediction.denoised, -1, 1), x, at) : prediction;
}

Prediction Diffusion::predict(const Tensor& x, double t, const Tensor& labels) const {
  return prediction_of(output(x, full({x.dim(0)}, t, x.dtype()), labels), x, t);
}

Tensor Diffusion::velocity(const Tensor& x, double t) const {
  const Mixing at = kind_.path(t);
  return velocity_of(unclamped(output(x, full({x.dim(0)}, t, x.dtype()), {}), x, at), at);
}

// Classifier-free guidance (Ho & Salimans 2022), both from one batch.
Prediction Diffusion::guided(const Tensor& x, double t, const Tensor& labels, double guidance) const {
  const int64_t n = x.dim(0);
  if (guidance == 0) return predict(x, t);
  if (!labels.defined() || guidance == 1) return predict(x, t, labels);
  const Tensor both = output(concat(x, x, 0), full({2 * n}, t), concat(labels, network_.no_labels(n), 0));
  const Tensor free = slice(both, 0, n, 2 * n);
  return prediction_of(free + (slice(both, 0, 0, n) - free) * guidance, x, t);
}

// s' = s + w grad log d/(1 - d), and E[eps|x] = -b s.
Prediction Diffusion::corrected(const Prediction& prediction, const Tensor& x, double t,
                                double weight) const {
  const Mixing at = kind_.path(t);
  if (weight == 0 || at.data == 0) return prediction;  // of noise alone there is nothing to tell
  const double length = std::hypot(at.data, at.noise);
  const Tensor slope = discriminator_->slope(x / length) / length;
  const Prediction out = prediction_from_noise(prediction.noise - slope * (weight * at.noise), x, at);
  return kind_.clamped ? prediction_from_denoised(clamp(out.denoised, -1, 1), x, at) : out;
}

void Diffusion::check_guidance(double guidance) const {
  if (!knows_no_class() && guidance != 1)
    throw Error(
        "guidance={:g} needs the prediction without a label, which label_dropout=0 does not train. Hint: use "
        "guidance=1, or train with label_dropout=0.1",
        guidance);
  if (is_conditional() && !knows_classes() && guidance != 0)
    throw Error(
        "guidance={:g} needs the prediction given a label, which label_dropout=1 does not train. Hint: use "
        "guidance=0, or train with label_dropout=0.1",
        guidance);
}

Tensor Diffusion::carry(const Tensor& x, const Tensor& labels, Rng& rng, const Route& route) const {
  const auto predict_at = [&](const Tensor& y, double t) {
    return corrected(guided(y, t, labels, route.guidance), y, t, route.discriminator);
  };
  const Trajectory trajectory{kind_.path, predict_at, rng, route.level, route.done, route.seen};
  check_guidance(route.guidance);
  return units_.uncentred(follow_path(trajectory, route.solver, x, route.steps));
}

Tensor Diffusion::between(const Tensor& codes, const Tensor& labels, Rng& rng) const {
  const Tensor row_labels = along_rows(labels);
  const auto predict_at = [&](const Tensor& y, double t) { return predict(y, t, row_labels); };
  const Trajectory trajectory{kind_.path, predict_at, rng, {}, {}};
  return units_.uncentred(
      follow_path(trajectory, ddim_step, arcs_between(codes, codes.dim(0) / 2), kCodeSteps));
}

// The flow has no noise, so it goes both ways (Song, Meng & Ermon 2021, section 4.3).
Tensor Diffusion::code_of(const Tensor& examples, const Tensor& labels, Rng& rng) const {
  const auto predict_at = [&](const Tensor& y, double t) { return predict(y, t, labels); };
  const Trajectory trajectory{kind_.path, predict_at, rng, {}, {}};
  Tensor x = units_.centred(examples);
  for (int64_t i = kCodeSteps; i > 0; --i)
    x = ddim_step(trajectory, x, static_cast<double>(i) / kCodeSteps,
                  static_cast<double>(i - 1) / kCodeSteps);
  return x;
}

Abilities Diffusion::do_abilities() {
  const auto interpolate = [this](const InterpolateRequest& r) {
    // Two images of a pair may lie in two clusters: then neither the way there nor the way back is told one.
    const Tensor labels = classes_.are_clusters() ? Tensor() : r.ends.labels;
    return between(code_of(r.ends.x, labels, r.rng), label_of_each_pair(labels), r.rng);
  };
  if (!knows_no_class()) {
    Abilities own{.needs_label = true};
    if (!classes_.are_clusters()) own.interpolate = interpolate;
    return own;
  }
  Abilities own{.target = target_of_path(),
                .inpaint = [this](const InpaintRequest& request) { return completed_images(request); },
                .interpolate = interpolate};
  const bool has_density = !shape_.kind().pixels || has_bits_per_dim(shape_, options_.pixels);
  if (has_density) own.log_prob = path_log_prob(*this, shape_);
  return own;
}

// Without a label.
Tensor Diffusion::completed_images(const InpaintRequest& request) const {
  constexpr int64_t kRepeats = 10;
  const Tensor data = units_.centred(request.images);
  const auto predict_at = [&](const Tensor& y, double t) { return predict(y, t); };
  const Trajectory trajectory{
      kind_.path, predict_at, request.rng, {.repeats = 1, .step = options_.level.step}, request.done};
  const Tensor noise = randn_like(data, request.rng) * kind_.path(0).noise;
  return units_.uncentred(complete_path(trajectory, options_.solver, noise, {data, request.known},
                                        options_.sample_steps, kRepeats));
}

Tensor Diffusion::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  Route route = route_of(options_in<RequestedPath>(sampling).path);
  const int64_t at_once = shape_.kind().at_once;
  const Tensor labels = classes_.draw(request.n, request.labels, request.rng);
  if (request.seen) route.seen = [&](const Tensor& x) { request.seen(units_.uncentred(x)); };
  Tensors parts;
  for (int64_t first = 0; first < request.n; first += at_once) {
    const int64_t end = std::min(first + at_once, request.n);
    const double begun = static_cast<double>(first), part = static_cast<double>(end - first);
    if (request.done)
      route.done = [&](double share) {
        request.done((begun + share * part) / static_cast<double>(request.n));
      };
    parts.push_back(carry(randn({end - first, shape_.size()}, request.rng) * kind_.path(0).noise,
                          labels.defined() ? labels.rows(first, end).clone() : Tensor(), request.rng, route));
  }
  const Tensor x = concat(parts, 0);
  return as_examples(x, shape_);
}

NoiseRange Diffusion::noise_range() const {
  const Mixing first = kind_.path(0), last = kind_.path(1);
  return {last.noise / last.data / units_.length(), first.noise / first.data / units_.length()};
}

// In the data's units y: x_t = a (2 y - 1 + sigma eps) of images, whose noise is half as wide in y.
Target Diffusion::target_of_path() const {
  const double unit = units_.length();
  const auto noisy_score = [this, unit](const Tensor& y, double sigma) {
    const double t = time_of_level(sigma * unit);
    const Mixing at = kind_.path(t);
    return score_of(predict(units_.centred(y) * at.data, t), at) * (at.data * unit);
  };
  constexpr double kLeast = 0.02;  // of a target without a level: where there is a score at all
  const NoiseRange range = noise_range();
  const double level = std::clamp(kLeast, range.least, range.most);
  return {.score = [noisy_score, level](const Tensor& y) { return noisy_score(y, level); },
          .noisy_score = noisy_score,
          .noise_range = range,
          .data_noise = level};
}

std::string Diffusion::reading() const {
  std::string text =
      "The least error is above 0: many pairs of data and noise lead to one x_t, and the best output is "
      "their mean. "
      "Samples are good if the error is low at late times, which one number hardly shows, so look at the "
      "pictures. ";
  text +=
      fmt::format("Samples take {} steps of {}", options_.sample_steps, name_of(kSolvers, options_.solver));
  if (is_conditional())
    text += fmt::format(", each with guidance {:.3g} towards its {}", options_.guidance,
                        classes_.are_clusters() ? "cluster" : "label");
  text += ".";
  return text + network_.reading();
}

}  // namespace gradzoo
