#include "gradzoo/samplers/kinds/hmc.h"

#include <fmt/format.h>

#include "autograd/updates.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/samplers/domain.h"
#include "gradzoo/samplers/metropolis.h"
#include "samplers/kinds/check_step.h"

namespace gradzoo {
// Two half kicks meet between steps, and the last one is known to the energy alone.
LeapfrogEnd leapfrog(const Target& target, const Tensor& x, const PointValue& value, Tensor z,
                     const Tensor& scale, double e, int64_t steps) {
  const NoGrad quiet;
  Tensor at = x.clone(), score = value.score;
  const Tensor before = kinetic_energy(0, score, scale, z);
  for (int64_t i = 0; i + 1 < steps; ++i) {
    kick_and_drift(i == 0 ? e / 2 : e, e, score, scale, z, at);
    reflect(target.domain, at, &z);
    score = score_of(target, at);
  }
  kick_and_drift(steps == 1 ? e / 2 : e, e, score, scale, z, at);
  reflect(target.domain, at, &z);
  const PointValue end = value_and_score(target, at);
  const Tensor after = kinetic_energy(e / 2, end.score, scale, z);
  return {at, end, (end.log_prob - value.log_prob) + (before - after)};
}

namespace {

constexpr double kDivergence =
    1000;  // error of the energy beyond which a trajectory has nothing to say (Stan's)

}  // namespace

void HmcOptions::describe(OptionTable& options) {
  options.add("step", step, "step size e of the leapfrog integrator, adapted during warm-up");
  options.add("leapfrog_steps", leapfrog_steps, "leapfrog steps per transition", {1, 100'000});
  options.add("jitter", jitter,
              "jitter of the step e (1 + jitter u) of each transition, u uniform on [-1,1]");
  options.add("adapt", adapt, "adapt step and mass during warm-up");
  options.add("acceptance", acceptance, "target acceptance rate of the adapted step");
}

Hmc::Hmc(const HmcOptions& options)
    : options_(options), step_(options.step), tuning_(options.step, options.acceptance) {
  check_step("hmc", options.step);
  if (options.leapfrog_steps < 1)
    throw Error("hmc: leapfrog_steps is {}. Hint: use 1 or more", options.leapfrog_steps);
  if (!(options.jitter >= 0 && options.jitter < 1))
    throw Error("hmc: jitter is {}. Hint: use 0 to below 1", options.jitter);
  if (!(options.acceptance > 0 && options.acceptance < 1))
    throw Error("hmc: acceptance is {}. Hint: use a number between 0 and 1, such as 0.8", options.acceptance);
}

std::string Hmc::remarks() const {
  if (divergences_ == 0) return "";
  return fmt::format(
      "{} divergent transitions (energy error above {:g}): chains may not reach regions where the density is "
      "steep; use a smaller step or a higher acceptance",
      divergences_, kDivergence);
}

void Hmc::plan_warmup(int64_t transitions) {
  windows_.plan(options_.adapt ? transitions : 0);
  warmed_up_ = 0;
  tuning_.restart(step_);
}

void Hmc::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".step", step_);
  tuning_.add_to(state, prefix + ".tuning");
  state.add(prefix + ".warmed_up", warmed_up_);
  if (!inverse_mass_.defined()) return;
  state.add(prefix + ".inverse_mass", inverse_mass_);
  variance_.add_to(state, prefix + ".variance");
}

void Hmc::on_begin(const Tensor& x) {
  divergences_ = 0;
  const int64_t d = x.rank() == 2 ? x.dim(1) : 0;
  if (inverse_mass_.defined() && inverse_mass_.dim(0) == d && inverse_mass_.dtype() == x.dtype()) return;
  inverse_mass_ = ones({d}, x.dtype());
  variance_.reset(d);
}

double Hmc::jittered_step(Rng& rng) const {
  return step_ * (1 + options_.jitter * (2 * rand({1}, rng, DType::f64).item() - 1));
}

Transition Hmc::transition(const Target& target, Rng& rng, bool warming_up) {
  if (warmed_up_ > 0 && !warming_up) {
    step_ = tuning_.kept();
    warmed_up_ = 0;
  }
  const double e = jittered_step(rng);
  const LeapfrogEnd end =
      leapfrog(target, x(), value(), randn_like(x(), rng), sqrt(inverse_mass_), e, options_.leapfrog_steps);
  count_evaluations(options_.leapfrog_steps);
  Transition out = metropolis(x(), value(), end.x, end.value, end.energy_lost, rng);
  if (warming_up && options_.adapt) {
    adapt(end.energy_lost, out.x);
  } else if (!warming_up) {
    count_divergences(end.energy_lost);
  }
  return out;
}

void Hmc::adapt(const Tensor& energy_lost, const Tensor& x) {
  tuning_.update(mean(cast(metropolis_acceptance(energy_lost), DType::f64)).item());
  step_ = tuning_.step();
  if (windows_.inside(warmed_up_)) variance_.add(x);
  if (windows_.closes(warmed_up_)) {
    visit_floating(x.dtype(), [&]<class T>() {
      T* out = inverse_mass_.mutable_data<T>();
      for (int64_t i = 0; i < x.dim(1); ++i) out[i] = static_cast<T>(variance_.regularised(i));
    });
    variance_.reset(x.dim(1));
    tuning_.restart(step_);
  }
  ++warmed_up_;
}

void Hmc::count_divergences(const Tensor& energy_lost) {
  const Tensor sound = ge(energy_lost, -kDivergence);  // false of NaN
  divergences_ += energy_lost.size() - count_nonzero(sound);
}

SamplerEntry hmc_entry() {
  return sampler_entry_of<HmcOptions, Hmc>({.moves = "leapfrog steps with a momentum, accepted or rejected",
                                            .source = "Duane et al. 1987; Neal 2011"});
}

}  // namespace gradzoo
