#include "models/flow/flow.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/base/density_quantities.h"
#include "models/base/over_examples.h"
#include "models/flow/density.h"
#include "models/pictures/class_rows.h"
#include "models/pictures/image_pictures.h"
#include "models/pictures/plane_pictures.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

constexpr int64_t kImagesAtOnce = 250, kPointsAtOnce = 20000;
constexpr int64_t kQuickExamples = 1000;  // that are looked at while training

int64_t classes_of(const FlowOptions& options, const DataShape& shape) {
  return options.conditional ? shape.classes : 0;
}

// Pixels of [0,1] as [-1,1], and back; points as they are.
Tensor centred(const Tensor& x, const DataShape& shape) { return shape.is_image() ? x * 2.0 - 1.0 : x; }
Tensor uncentred(const Tensor& x, const DataShape& shape) { return shape.is_image() ? (x + 1.0) * 0.5 : x; }

// Labels, each replaced by the one that stands for none with probability p.
Tensor dropped(const Tensor& labels, int64_t none, double p, Rng& rng) {
  const Tensor drop = cast(bernoulli(full(labels.shape(), p), rng), DType::i64);
  Tensor out = labels.clone();
  for (int64_t i = 0; i < out.size(); ++i) {
    if (drop.data<int64_t>()[i] != 0) out.mutable_data<int64_t>()[i] = none;
  }
  return out;
}

}  // namespace

FlowMatching::FlowMatching(const FlowOptions& options, const DataShape& shape,
                           const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "flow/init"),
      noise_rng_(training.stream_seed(), "flow/noise"),
      network_(options, shape, classes_of(options, shape), init_rng_),
      learner_(network_, training.learner(adam({.beta2 = 0.99}))),
      error_(add_metric(
          {"velocity_error",
           "|u(x_t, t) - (x_1 - x_0)|^2, a number: falls to a floor above 0, since through one point "
           "many paths pass",
           true})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
}

void FlowMatching::add_to(State& state) { state.add("flow.noise", noise_rng_); }

void FlowMatching::describe_sampling(OptionTable& options) {
  options.add("sample_steps", options_.sample_steps, "Euler steps from noise to a sample", {1, 10000});
  if (is_conditional())
    options.add("guidance", options_.guidance,
                "w of u(x) + w (u(x|label) - u(x)): 1 is the label's own flow, more overdoes it", {0, 100});
}

Tensor FlowMatching::velocity_error(const Batch& batch, const Tensor& labels, Rng& rng) const {
  const Tensor data = centred(batch.x, shape_);
  const Tensor t = stratified_times(batch.count(), rng);
  const StraightPaths paths = straight_paths(randn_like(data, rng), data, t);
  return mean(square(network_.velocity(paths.x, t, labels) - paths.velocity), 1);
}

void FlowMatching::train_step(const StepContext& context, MetricRow row) {
  Tensor labels;
  if (is_conditional())
    labels = dropped(context.batch.labels, network_.classes(), options_.label_dropout, noise_rng_);
  Tape tape;
  const Tensor loss = mean(velocity_error(context.batch, labels, noise_rng_));
  row[error_] = loss.item();
  row[grad_norm_] = learner_.step(loss, context.learning_rate);
}

Quantities FlowMatching::held_out_error(const DataView& data, int64_t most) const {
  Rng rng(data.seed, "flow/evaluation");
  Tensors errors;
  Examples some = data.examples;
  some.rows = some.rows.rows(0, std::min(most, some.count()));
  for_each_batch(some, Pixels::grey, data.seed, kImagesAtOnce, [&](const Batch& batch) {
    errors.push_back(velocity_error(batch, is_conditional() ? batch.labels : Tensor(), rng));
  });
  Quantity error =
      mean_over_examples(kFlowLoss, concat(errors, 0), "the loss on examples that were not trained on");
  error.curve = error_;
  return {error};
}

Quantities FlowMatching::do_validate(const DataView& data) { return held_out_error(data, kQuickExamples); }

Quantities FlowMatching::do_evaluate(const DataView& data) {
  Quantities out = held_out_error(data, data.examples.count());
  if (!in_plane(shape_.toy.get())) return out;
  constexpr int64_t kCells = 128;
  const auto log_density = [&](const Tensor& x) {
    return flow_log_density(
        [&](const Tensor& y, double t) { return network_.velocity(y, full({y.dim(0)}, t), {}); }, x);
  };
  const DensityFit fit = density_fit(*shape_.toy, log_density, DType::f32, kCells);
  out.add(density_quantities(
      fit, "KL(truth || model) by quadrature, the model's density by the flow's divergence"));
  return out;
}

// Classifier-free guidance (Ho & Salimans 2022), both velocities from one batch.
Tensor FlowMatching::guided_velocity(const Tensor& x, double t, const Tensor& labels) const {
  const int64_t n = x.dim(0);
  if (!labels.defined() || options_.guidance == 1) return network_.velocity(x, full({n}, t), labels);
  const Tensor both =
      network_.velocity(concat(x, x, 0), full({2 * n}, t), concat(labels, network_.no_labels(n), 0));
  const Tensor free = slice(both, 0, n, 2 * n);
  return free + (slice(both, 0, 0, n) - free) * options_.guidance;
}

Tensor FlowMatching::carry(Tensor x, const Tensor& labels) const {
  const double step = 1.0 / static_cast<double>(options_.sample_steps);
  for (int64_t i = 0; i < options_.sample_steps; ++i)
    x = x + guided_velocity(x, static_cast<double>(i) * step, labels) * step;
  return uncentred(x, shape_);
}

// The known pixels are put back on their straight paths before each step. What is drawn does not know of them
// but through the network, so each step is taken several times, going back by fresh noise in between (Lugmayr
// et al. 2022, "RePaint"): x_t = (t/t') x_t' + s eps, s^2 = (1 - t)^2 - (t/t')^2 (1 - t')^2. Without a label.
Tensor FlowMatching::do_inpaint(const InpaintRequest& request) {
  constexpr int64_t kRepeats = 10;
  const Tensor data = centred(request.images, shape_), unknown = 1.0 - request.known;
  const double step = 1.0 / static_cast<double>(options_.sample_steps);
  Tensor x = randn_like(data, request.rng);
  for (int64_t i = 0; i < options_.sample_steps * kRepeats; ++i) {
    const double t = static_cast<double>(i / kRepeats) * step, later = t + step, share = t / later;
    const Tensor on_path = randn_like(data, request.rng) * (1 - t) + data * t;
    x = on_path * request.known + x * unknown;
    x = x + guided_velocity(x, t, {}) * step;
    if (i % kRepeats == kRepeats - 1) continue;
    const double variance = (1 - t) * (1 - t) - share * share * (1 - later) * (1 - later);
    x = x * share + randn_like(x, request.rng) * std::sqrt(variance);
  }
  return uncentred(x, shape_);
}

Tensor FlowMatching::do_sample(const SampleRequest& request) {
  const int64_t at_once = shape_.is_image() ? kImagesAtOnce : kPointsAtOnce;
  const Tensor& labels = request.labels;
  Tensors parts;
  for (int64_t first = 0; first < request.n; first += at_once) {
    const int64_t end = std::min(first + at_once, request.n);
    parts.push_back(carry(randn({end - first, shape_.size()}, request.rng),
                          labels.defined() ? labels.rows(first, end).clone() : Tensor()));
  }
  const Tensor x = concat(parts, 0);
  return shape_.is_image() ? as_images(x, shape_) : x;
}

std::vector<Picture> FlowMatching::do_pictures(const DataView& data) {
  if (!shape_.is_image()) return {};
  Rng rng(data.seed, "pictures/flow");
  constexpr int64_t kCount = 2 * kImageColumns;
  const Tensor labels = is_conditional() ? any_labels(kCount, network_.classes()) : Tensor();
  return {neighbours_picture(flatten_rows(do_sample({kCount, rng, labels})), shape_, data.train)};
}

std::string FlowMatching::do_reading(const DataView&) {
  std::string text =
      "The error has a floor above 0: through one point of the way pass paths to many data, and the best "
      "velocity "
      "is their mean. Samples are good where the error is low at late times, which one number hardly shows: "
      "look "
      "at the pictures. ";
  text += fmt::format("Samples take {} Euler steps", options_.sample_steps);
  if (is_conditional())
    text += fmt::format(", each with guidance {:.3g} towards its label", options_.guidance);
  return text + ".";
}

}  // namespace gradzoo
