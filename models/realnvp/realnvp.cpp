#include "models/realnvp/realnvp.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "models/realnvp/pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kFirstBatch = 512;      // examples that actnorms begin at
constexpr int64_t kQuickExamples = 1000;  // that are looked at while training
constexpr int64_t kAtOnce = 500;
constexpr int64_t kCells = 400, kShown = 1000;

constexpr const char
    *kBitsReading =
        "The likelihood is exact, but shows little about the quality of samples: most bits describe the "
        "noise of grey levels. Compare it only with other flows on dequantised pixels.",
    *kNatsReading =
        "Density, samples and codes are exact, in one pass each. A flow is a continuous map, so it leaves "
        "thin bridges between separate modes. The picture of the density shows them.";

MetricInfo cost_info(bool in_bits) {
  if (in_bits)
    return {"bits_per_dim", "",
            "-log2 p(x) / d + 8 of dequantised pixels; lower is better, and a uniform density has 8", true};
  return {"nll", "nats", "-log p(x) of data: falls towards the data's own entropy", true, {.volumes = 1}};
}

}  // namespace

RealNvp::RealNvp(const RealNvpOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      in_bits_(has_bits_per_dim(shape, options.pixels)),
      seed_(training.stream_seed()),
      init_rng_(seed_, "realnvp/init"),
      flow_(shape, options.flow, init_rng_),
      learner_(flow_, training.learner()),
      cost_(add_metric(cost_info(in_bits_))),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
  describe(
      {.sampling = sampling_from(options_),
       .image_pictures = [this](const DataView& data) { return flow_image_pictures(flow_, shape_, data); },
       .plane_pictures =
           [this](const DataView& data) { return flow_plane_pictures(flow_, *data.toy, data.seed); },
       .interpretation = [this](const DataView&) { return in_bits_ ? kBitsReading : kNatsReading; }});
  if (in_plane(shape.toy.get()))
    description().snapshot = [this](const DataView&, Rng& rng) {
      return density_picture(
          "density", "The true density, the flow's density, and samples.", *shape_.toy,
          [this](const Tensor& x) { return flow_.log_prob(x); }, flow_.sample(kShown, rng));
    };
}

void RealNvp::prepare(const Examples& training) {
  const int64_t n = std::min(kFirstBatch, training.count());
  flow_.begin_at(read_examples(training, 0, n, options_.pixels, Rng(seed_, "realnvp/first_batch")).x);
}

Tensor RealNvp::cost(const Tensor& x) const {
  const Tensor log_p = flow_.log_prob(x);
  return in_bits_ ? bits_per_dim(log_p, shape_.size()) : -log_p;
}

void RealNvp::train_step(const StepContext& context, MetricRow row) {
  const Tape tape;
  const Tensor loss = mean(cost(context.batch.x));
  row[cost_] = loss.item();
  row[grad_norm_] = learner_.step(loss, context.learning_rate);
}

Quantity RealNvp::held_out_cost(const DataView& data, int64_t most) const {
  const Examples some = first_of(data.examples, most);
  Tensors costs;
  for_each_batch(some, options_.pixels, data.seed, kAtOnce,
                 [&](const Batch& batch) { costs.push_back(cost(batch.x)); });
  Quantity found =
      in_bits_
          ? mean_over_examples(
                kBitsPerDim, concat(costs, 0),
                "-log2 p(x) / d + 8 of dequantised pixels, exact: an upper bound of the bits for the bytes")
          : mean_over_examples(kFlowNll, concat(costs, 0), "mean -log p(x), exact");
  if (in_bits_) found.density_kind = "bits/dim";
  found.curve = cost_;
  return found;
}

Quantities RealNvp::do_validate(const DataView& data) { return {held_out_cost(data, kQuickExamples)}; }

Quantities RealNvp::do_evaluate(const DataView& data) {
  Quantities out{held_out_cost(data, data.examples.count())};
  if (!in_plane(shape_.toy.get())) return out;
  const DensityFit fit = density_fit(
      *shape_.toy, [this](const Tensor& x) { return flow_.log_prob(x); }, DType::f32, kCells);
  out.add(density_quantities(fit, "KL(truth || model) by quadrature"));
  return out;
}

Tensor RealNvp::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const Tensor x = flow_.sample(request.n, request.rng, options_in<RealNvpOptions>(sampling).temperature);
  return as_examples(x, shape_);
}

Abilities RealNvp::do_abilities() {
  const DataKind& kind = shape_.kind();
  // Of pixels a draw may be beyond by the logit's margin.
  const auto initial = [this](int64_t n, Rng& rng) {
    return flatten_rows(as_examples(flow_.sample(n, rng), shape_));
  };
  const auto between = [this](const InterpolateRequest& request) {
    return images_between(flow_, request.ends.x);
  };
  return {.target = {.log_prob = [this](const Tensor& x) { return flow_.log_prob(x); },
                     .initial = initial,
                     .domain = {kind.low, kind.high}},
          .log_prob = LogProb{.of = [this](const Tensor& x, Rng&) { return flow_.log_prob(x); },
                              .meaning = "log p(x), exact",
                              .up_to_constant = false},
          .interpolate = between};
}

}  // namespace gradzoo
