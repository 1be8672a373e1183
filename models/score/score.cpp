#include "models/score/score.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/score/eval.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/tweedie.h"
#include "models/networks/labels.h"
#include "models/score/pictures.h"
#include "samplers/given.h"

namespace gradzoo {
namespace {

ScoreShape network_shape(const ScoreOptions& options, const DataShape& shape) {
  ScoreShape out{.inputs = shape.size(),
                 .classes = conditioning_classes(options.conditional, shape, "score"),
                 .is_energy = options.net == ScoreNet::energy,
                 .hidden = options.hidden,
                 .activation = options.activation,
                 .input_scale = options.input_scale,
                 .confinement = options.confinement};
  if (options.objective == ScoreObjective::dsm && !out.is_energy) out.output_scale = 1 / options.sigma;
  return out;
}

const DataShape& checked(const DataShape& shape, const ScoreOptions& options) {
  const bool needs_score = options.objective != ScoreObjective::dsm;
  if (options.objective == ScoreObjective::esm && !shape.toy)
    throw Error(
        "objective=esm needs the score of the data, which is not known for images. Hint: use objective=dsm, "
        "or a toy");
  if (shape.toy && needs_score && options.data_noise == 0) {
    if (const std::string reason = shape.toy->why_no_score(); !reason.empty()) throw Error("{}", reason);
  }
  if (!shape.toy && needs_score && options.data_noise == 0) {
    throw Error(
        "objective={} is unbounded below on images without noise: at a pixel that is always 0 the score can "
        "be arbitrarily steep. Hint: set data_noise=0.3, or objective=dsm",
        name_of(kScoreObjectives, options.objective));
  }
  return shape;
}

std::string meaning_of(ScoreObjective objective) {
  switch (objective) {
    case ScoreObjective::esm:
      return "1/2 |s - s_data|^2, the Fisher divergence: 0 is perfect";
    case ScoreObjective::dsm:
      return "1/2 |sigma s(x + sigma eps) + eps|^2; its minimum is above 0, the part of the noise that "
             "cannot be predicted";
    default:
      return "1/2 |s|^2 + tr grad s: the Fisher divergence minus a constant, so it may be negative";
  }
}

}  // namespace

Score::Score(const ScoreOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(checked(shape, options)),
      options_(options),
      task_(ScoreTask::of(options)),
      init_rng_(training.stream_seed(), "score/init"),
      noise_rng_(training.stream_seed(), "score/noise"),
      network_(network_shape(options, shape), init_rng_),
      learner_(network_, training.learner()),
      objective_(add_metric({"objective", "", meaning_of(options.objective), true})),
      grad_norm_(add_metric(grad_norm_info(true))) {
  add_learner(learner_);
  describe(
      {.labels = network_.shape().classes > 0 ? shape_.labels() : LabelNames(),
       .sampling = sampling_from(options_),
       .snapshot = [this](const DataView&, Rng& rng) { return film_frame(rng); },
       .image_pictures = [this](const DataView& data) { return image_pictures(data); },
       .plane_pictures =
           [this](const DataView& data) { return score_plane_pictures(network_, task_, *data.toy); },
       .interpretation =
           [this](const DataView& data) { return score_reading(network_, task_, shape_, truth(), data); }});
  if (has_terms(options.objective)) {
    const std::string by = options.objective == ScoreObjective::ism ? "" : ", by the probes";
    trace_ = add_metric({"trace", "",
                         "tr grad s at the data" + by +
                             ", a term of the objective: the further below 0, the sharper a "
                             "maximum of the log-density each is"});
    half_square_ =
        add_metric({"half_square", "",
                    "1/2 |s|^2 at the data" + by + ", the other term: 0 where each is a stationary point"});
  }
  // Refuses an activation that the objective cannot take before a first step does.
  Tape tape;
  Rng rng(0, "score/check");
  objective_of({zeros({1, shape_.size()}), any_labels(1, labels()), {}}, rng);
}

Tensor Score::objective_of(const Batch& batch, Rng& rng, const MetricRow* row) const {
  const auto conditional = [&](const Tensor& x) { return network_(x, batch.labels); };
  const ScoreFunction model{conditional, network_.shape().is_energy};
  if (!trace_ || !row) return score_task_objective(model, batch.x, shape_.toy.get(), task_, rng);
  const ImplicitTerms terms = score_task_terms(model, batch.x, task_, rng);
  (*row)[*trace_] = mean(terms.trace).item();
  (*row)[*half_square_] = mean(terms.half_square).item();
  return terms.sum();
}

void Score::add_to(State& state) { state.add("score.noise", noise_rng_); }

void Score::train_step(const StepContext& context, MetricRow row) {
  Tape tape;
  const Tensor loss = mean(objective_of(context.batch, noise_rng_, &row));
  row[objective_] = loss.item();
  row[grad_norm_] = learner_.step(loss, context.learning_rate);
}

Quantities Score::do_validate(const DataView& data) {
  Quantities out;
  for (Quantity quantity : score_quantities(network_, task_, shape_, truth(), data)) {
    if (quantity.name == kScoreObjective.name) quantity.curve = objective_;
    out.add(std::move(quantity));
  }
  return out;
}

Quantities Score::do_evaluate(const DataView& data) { return do_validate(data); }

Abilities Score::do_abilities() {
  Target target{.data_noise = task_.learned_noise()};
  if (network_.shape().is_energy) {
    target.log_prob = [this](const Tensor& x) { return network_(x, any_labels(x.dim(0), labels())); };
  } else {
    target.score = [this](const Tensor& x) { return network_.score(x, any_labels(x.dim(0), labels())); };
  }
  if (!labels().empty()) return {.target = std::move(target)};
  return {.target = std::move(target),
          .inpaint = [this](const InpaintRequest& request) { return completed_images(request); }};
}

const ScoreTruth* Score::truth() {
  if (!truth_) truth_ = score_truth(shape_, task_);
  return truth_ ? &*truth_ : nullptr;
}

double Score::langevin_step(double chosen) const {
  if (chosen > 0) return chosen;
  if (!shape_.toy) return 0.1 * std::pow(task_.learned_noise(), 2);
  constexpr int64_t kPoints = 2000;
  Rng rng(0, "score/step");
  const Tensor x = shape_.toy->sample(kPoints, rng), noise = randn_like(x, rng);
  const Tensor s = network_.score(x + noise * task_.learned_noise());
  return 0.1 / mean(square(s)).item();
}

Tensor Score::initial(int64_t n, Rng& rng) const {
  const Tensor z = randn({n, shape_.size()}, rng);
  if (!shape_.toy) return z * task_.learned_noise();
  const Box box = shape_.toy->box();  // a Gaussian over its middle
  return box.centre() + z * box.sides() * 0.25;
}

Tensor Score::without_noise(const Tensor& x, const Tensor& labels, const ScoreOptions& options) const {
  const double noise = task_.learned_noise();
  return options.denoise && noise > 0 ? tweedie_denoised(x, network_.score(x, labels), noise) : x;
}

Tensor Score::walk(const Target& target, int64_t n, const ScoreOptions& options, Rng& rng,
                   const ShareDone& done) const {
  UnadjustedLangevin sampler({.step = langevin_step(options.sample_step)});
  return run_chains(target, initial(n, rng), sampler, {.steps = options.sample_steps, .done = done}, rng).x;
}

ScoreSamples Score::draw(int64_t n, const Tensor& labels, const ScoreOptions& options, Rng& rng,
                         const ShareDone& done) const {
  const Target walked{.score = [&](const Tensor& x) { return network_.score(x, labels); }};
  const Tensor raw = walk(walked, n, options, rng, done);
  return {raw, without_noise(raw, labels, options)};
}

Tensor Score::completed_images(const InpaintRequest& request) const {
  const Target free{.score = [&](const Tensor& x) { return network_.score(x); }};
  const Tensor values = request.images + randn_like(request.images, request.rng) * task_.learned_noise();
  const Tensor raw =
      walk(given(free, values, request.known), values.dim(0), options_, request.rng, request.done);
  return without_noise(completed(raw, values, request.known), {}, options_);
}

Tensor Score::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const Tensor x =
      draw(request.n, request.labels, options_in<ScoreOptions>(sampling), request.rng, request.done).denoised;
  return as_examples(x, shape_);
}

Picture Score::film_frame(Rng& rng) const {
  if (shape_.toy) {
    return score_toy_snapshot(network_, task_, *shape_.toy, draw(500, {}, options_, rng).denoised);
  }
  ScoreOptions quick = options_;  // every epoch draws one
  quick.sample_steps = std::max<int64_t>(1, options_.sample_steps / 4);
  return score_raw_and_denoised(draw(50, any_labels(50, labels()), quick, rng), shape_);
}

std::vector<Picture> Score::image_pictures(const DataView& data) const {
  Rng rng(data.seed, "pictures/score");
  const ScoreSamples samples = draw(50, any_labels(50, labels()), options_, rng);
  return {score_raw_and_denoised(samples, shape_), neighbours_picture(samples.denoised, shape_, data.train)};
}

}  // namespace gradzoo
