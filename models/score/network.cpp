#include "gradzoo/models/score/network.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "models/networks/labels.h"

namespace gradzoo {

ScoreTask ScoreTask::of(const ScoreOptions& options) {
  return {.objective = options.objective,
          .sigma = options.sigma,
          .data_noise = options.data_noise,
          .antithetic = options.antithetic,
          .probes = options.probes,
          .probe_count = options.probe_count,
          .fd_eps = options.fd_eps};
}

double ScoreTask::learned_noise() const {
  return objective == ScoreObjective::dsm ? std::hypot(sigma, data_noise) : data_noise;
}

namespace {

Tensor learned_data(const Tensor& data, const ScoreTask& task, Rng& rng) {
  return task.data_noise > 0 ? data + randn_like(data, rng) * task.data_noise : data;
}

}  // namespace

bool has_terms(ScoreObjective objective) {
  return objective != ScoreObjective::esm && objective != ScoreObjective::dsm;
}

ImplicitTerms score_task_terms(const ScoreFunction& model, const Tensor& data, const ScoreTask& task,
                               Rng& rng) {
  const Tensor x = learned_data(data, task, rng);
  if (task.objective == ScoreObjective::ism) return implicit_terms(model, x);
  const Shape shape{task.probe_count, x.dim(0), x.dim(1)};
  const Tensor probes =
      task.probes == ProbeKind::gaussian ? randn(shape, rng, x.dtype()) : rademacher(shape, rng, x.dtype());
  if (task.objective == ScoreObjective::fd_ssm) return finite_difference_terms(model, x, probes, task.fd_eps);
  return sliced_terms(model, x, probes, {.variance_reduced = task.objective != ScoreObjective::ssm});
}

Tensor score_task_objective(const ScoreFunction& model, const Tensor& data, const Toy* toy,
                            const ScoreTask& task, Rng& rng) {
  if (has_terms(task.objective)) return score_task_terms(model, data, task, rng).sum();
  const Tensor x = learned_data(data, task, rng);
  if (task.objective == ScoreObjective::esm) return explicit_score_matching(model, x, toy->score(x));
  return denoising_score_matching(
      model, x, randn_like(x, rng),
      {.sigma = task.sigma, .antithetic = task.antithetic, .sigma_weighted = true});
}

ScoreNetwork::ScoreNetwork(const ScoreShape& shape, Rng& rng) : shape_(shape) {
  if (shape.is_energy) {
    energy_.emplace(shape.inputs,
                    EnergyOptions{.hidden = shape.hidden,
                                  .activation = shape.activation,
                                  .input_scale = shape.input_scale,
                                  .confinement = shape.confinement},
                    rng, shape.dtype, shape.classes);
    register_module("energy", *energy_);
  } else {
    field_.emplace(layer_sizes(shape.inputs + shape.classes, shape.hidden, shape.inputs), rng,
                   MlpOptions{.activation = shape.activation, .linear = {.dtype = shape.dtype}});
    register_module("field", *field_);
  }
}

Tensor ScoreNetwork::operator()(const Tensor& x, const Tensor& labels) const {
  if (energy_) return energy_->log_density(x, labels);
  if (x.rank() != 2 || x.dim(1) != shape_.inputs)
    throw Error("score network: inputs are {} instead of (B,{}). Hint: use data of the model's width",
                x.shape().str(), shape_.inputs);
  Tensor y =
      field_->forward(beside_label(x * shape_.input_scale, labels, shape_.classes)) * shape_.output_scale;
  if (shape_.confinement == 0) return y;
  return y - x / (shape_.confinement * shape_.confinement);
}

Tensor ScoreNetwork::score(const Tensor& x, const Tensor& labels) const {
  if (energy_) return energy_->score(x, false, labels);
  const NoGrad quiet;
  return (*this)(x, labels);
}

}  // namespace gradzoo
