#include "models/score/score.h"

#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/tweedie.h"
#include "models/pictures/image_pictures.h"
#include "models/score/eval.h"
#include "models/score/pictures.h"
#include "samplers/chains.h"

namespace gradzoo {
namespace {

ScoreShape network_shape(const Settings& settings, const DataShape& shape, const ScoreTask& task) {
  ScoreShape out{.inputs = shape.size(),
                 .is_energy = settings.text("net") == "energy",
                 .hidden = std::vector<int64_t>(static_cast<size_t>(settings.integer("layers")),
                                                settings.integer("hidden")),
                 .activation = settings.text("activation"),
                 .input_scale = settings.real("input_scale"),
                 .confinement = settings.real("confinement")};
  if (task.objective == ScoreObjective::dsm && !out.is_energy) out.output_scale = 1 / task.sigma;
  return out;
}

ScoreTask task_of(const Settings& settings) {
  return {.objective = parse_score_objective(settings.text("objective")),
          .sigma = settings.real("sigma"),
          .data_noise = settings.real("data_noise"),
          .antithetic = settings.flag("antithetic"),
          .gaussian_probes = settings.text("probes") == "gaussian"};
}

const DataShape& checked(const DataShape& shape, const ScoreTask& task) {
  const bool needs_score = task.objective != ScoreObjective::dsm;
  if (task.objective == ScoreObjective::esm && !shape.toy)
    throw Error(
        "objective=esm needs the score of the data, which images do not tell. Hint: objective=dsm, or a toy");
  if (shape.toy && needs_score && task.data_noise == 0) {
    if (const std::string reason = shape.toy->why_no_score(); !reason.empty()) throw Error("{}", reason);
  }
  if (!shape.toy && needs_score && task.data_noise == 0) {
    throw Error(
        "objective={} is unbounded below on images without noise: a pixel that is always 0 has a score of "
        "any "
        "steepness. Hint: data_noise=0.3, or objective=dsm",
        task.objective == ScoreObjective::ism ? "ism" : "ssm");
  }
  return shape;
}

std::vector<MetricInfo> metrics_of(ScoreObjective objective) {
  const char* meaning = "";
  switch (objective) {
    case ScoreObjective::esm:
      meaning = "1/2 |s - s_data|^2, the Fisher divergence: 0 is perfect";
      break;
    case ScoreObjective::dsm:
      meaning =
          "1/2 |sigma s(x + sigma eps) + eps|^2: falls to a floor above 0, the part of the noise that no one "
          "can guess";
      break;
    default:
      meaning = "1/2 |s|^2 + tr grad s: the Fisher divergence less a constant, so it may well be negative";
  }
  return {{"objective", meaning, true},
          {"grad_norm", "Euclidean norm of the gradient, before clipping", true}};
}

}  // namespace

ScoreNetwork::ScoreNetwork(const ScoreShape& shape, Rng& rng) : shape_(shape) {
  if (shape.is_energy) {
    energy_.emplace(EnergyShape{.inputs = shape.inputs,
                                .hidden = shape.hidden,
                                .activation = shape.activation,
                                .input_scale = shape.input_scale,
                                .confinement = shape.confinement,
                                .dtype = shape.dtype},
                    rng);
    register_module("energy", *energy_);
  } else {
    field_.emplace(layer_sizes(shape.inputs, shape.hidden, shape.inputs), rng,
                   MlpOptions{.activation = shape.activation, .linear = {.dtype = shape.dtype}});
    register_module("field", *field_);
  }
}

Tensor ScoreNetwork::operator()(const Tensor& x) const {
  if (energy_) return energy_->log_density(x);
  if (x.rank() != 2 || x.dim(1) != shape_.inputs)
    throw Error("score network: inputs are (B,{}), got {}. Hint: model and data must have the same width",
                shape_.inputs, x.shape().str());
  Tensor y = field_->forward(x * shape_.input_scale) * shape_.output_scale;
  if (shape_.confinement == 0) return y;
  return y - x / (shape_.confinement * shape_.confinement);
}

Tensor ScoreNetwork::score(const Tensor& x) const {
  if (energy_) return energy_->score(x);
  const NoGrad quiet;
  return (*this)(x);
}

ScoreObjective parse_score_objective(std::string_view name) {
  if (name == "esm") return ScoreObjective::esm;
  if (name == "ism") return ScoreObjective::ism;
  if (name == "ssm") return ScoreObjective::ssm;
  if (name == "ssm-vr") return ScoreObjective::ssm_vr;
  if (name == "dsm") return ScoreObjective::dsm;
  throw Error("score objective '{}' is not known. Hint: esm, ism, ssm, ssm-vr, dsm", name);
}

double ScoreTask::learned_noise() const {
  return objective == ScoreObjective::dsm ? std::hypot(sigma, data_noise) : data_noise;
}

Tensor score_task_objective(const ScoreFunction& model, const Tensor& data, const Toy* toy,
                            const ScoreTask& task, Rng& rng) {
  const Tensor x = task.data_noise > 0 ? data + randn_like(data, rng) * task.data_noise : data;
  switch (task.objective) {
    case ScoreObjective::esm:
      return explicit_score_matching(model, x, toy->score(x));
    case ScoreObjective::ism:
      return implicit_score_matching(model, x);
    case ScoreObjective::dsm:
      return denoising_score_matching(
          model, x, randn_like(x, rng),
          {.sigma = task.sigma, .antithetic = task.antithetic, .sigma_weighted = true});
    default:
      break;
  }
  const Shape shape{1, x.dim(0), x.dim(1)};  // one probe a row
  const Tensor probes =
      task.gaussian_probes ? randn(shape, rng, x.dtype()) : rademacher(shape, rng, x.dtype());
  return sliced_score_matching(model, x, probes,
                               {.variance_reduced = task.objective == ScoreObjective::ssm_vr});
}

Score::Score(const Settings& settings, const DataShape& shape)
    : shape_(checked(shape, task_of(settings))),
      task_(task_of(settings)),
      init_rng_(settings.seed(), "score/init"),
      noise_rng_(settings.seed(), "score/noise"),
      network_(network_shape(settings, shape, task_), init_rng_),
      learner_(network_, {.clip = settings.real("clip"), .ema = settings.real("ema")}),
      sampling_{.steps = settings.integer("sample_steps"),
                .step = settings.real("sample_step"),
                .denoise = settings.flag("denoise")},
      metrics_(metrics_of(task_.objective)) {
  // Refuses an activation that the objective cannot take before a first step does.
  Tape tape;
  Rng rng(0, "score/check");
  score_task_objective(network_.function(), zeros({1, shape_.size()}), shape_.toy.get(), task_, rng);
}

void Score::register_state(State& state) {
  learner_.add_to(state);
  state.add("score.noise", noise_rng_);
}

void Score::train_step(const StepContext& context, std::span<double> metrics) {
  Tape tape;
  const Tensor loss =
      mean(score_task_objective(network_.function(), context.batch.x, shape_.toy.get(), task_, noise_rng_));
  metrics[0] = loss.item();
  metrics[1] = learner_.step(loss, context.learning_rate);
}

std::vector<Quantity> Score::validate(const DataView& data) {
  const auto averaged = learner_.averaged();
  return score_quantities(network_, task_, shape_, truth(), data);
}

std::vector<Quantity> Score::evaluate(const DataView& data) { return validate(data); }

Target Score::target() {
  const auto averaged = learner_.hold_average();
  if (network_.shape().is_energy) {
    return {.log_prob = [this, averaged](const Tensor& x) { return network_(x); }};
  }
  return {.score = [this, averaged](const Tensor& x) { return network_.score(x); }};
}

const ScoreTruth* Score::truth() {
  if (!truth_) truth_ = score_truth(shape_, task_);
  return truth_ ? &*truth_ : nullptr;
}

double Score::langevin_step() const {
  if (sampling_.step > 0) return sampling_.step;
  if (!shape_.toy) return 0.1 * std::pow(task_.learned_noise(), 2);
  constexpr int64_t kPoints = 2000;
  Rng rng(0, "score/step");
  const Tensor x = shape_.toy->sample(kPoints, rng), noise = randn_like(x, rng);
  const Tensor s = network_.score(x + noise * task_.learned_noise());
  return 0.1 / mean(square(s)).item();
}

ScoreSamples Score::draw(int64_t n, int64_t steps, Rng& rng) const {
  const double noise = task_.learned_noise();
  Tensor x0 = randn({n, shape_.size()}, rng);
  if (shape_.toy) {  // a Gaussian over the middle of its box
    const Box box = shape_.toy->box();
    const Shape row{1, shape_.size()};
    const Tensor low = tensor(box.low, row), high = tensor(box.high, row);
    x0 = (low + high) * 0.5 + x0 * (high - low) * 0.25;
  } else {
    x0 = x0 * noise;
  }
  const Target walked{.score = [this](const Tensor& x) { return network_.score(x); }};
  const Tensor raw = run_chains(walked, x0, {.step = langevin_step(), .steps = steps}, rng).x;
  const bool denoise = sampling_.denoise && noise > 0;
  return {raw, denoise ? tweedie_denoised(raw, network_.score(raw), noise) : raw};
}

Tensor Score::sample(int64_t n, Rng& rng) {
  const auto averaged = learner_.averaged();
  const Tensor x = draw(n, sampling_.steps, rng).denoised;
  return shape_.toy ? x : as_images(x, shape_);
}

Picture Score::snapshot(const DataView&, Rng& rng) {
  const auto averaged = learner_.averaged();
  if (shape_.toy) {
    return score_toy_snapshot(network_, task_, *shape_.toy, draw(500, sampling_.steps, rng).denoised);
  }
  const int64_t steps = std::max<int64_t>(1, sampling_.steps / 4);  // every epoch draws one
  return score_raw_and_denoised(draw(50, steps, rng), shape_);
}

std::vector<Picture> Score::pictures(const DataView& data) {
  const auto averaged = learner_.averaged();
  if (shape_.toy) return score_toy_pictures(network_, task_, *shape_.toy);
  Rng rng(data.seed, "pictures/score");
  const ScoreSamples samples = draw(50, sampling_.steps, rng);
  return {score_raw_and_denoised(samples, shape_), neighbours_picture(samples.denoised, shape_, data.train)};
}

std::string Score::reading(const DataView& data) {
  const auto averaged = learner_.averaged();
  return score_reading(network_, task_, shape_, truth(), data);
}

}  // namespace gradzoo
