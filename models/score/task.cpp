#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/models/score/network.h"

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
  const Shape shape{task.probe_count, x.dim(0), x.dim(1)};
  const Tensor probes =
      task.probes == ProbeKind::gaussian ? randn(shape, rng, x.dtype()) : rademacher(shape, rng, x.dtype());
  if (task.objective == ScoreObjective::fd_ssm)
    return finite_difference_score_matching(model, x, probes, task.fd_eps);
  if (task.objective == ScoreObjective::ism_hutchinson) return hutchinson_score_matching(model, x, probes);
  return sliced_score_matching(model, x, probes,
                               {.variance_reduced = task.objective == ScoreObjective::ssm_vr});
}

}  // namespace gradzoo
