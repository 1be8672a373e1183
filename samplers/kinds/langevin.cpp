#include "gradzoo/samplers/kinds/langevin.h"

#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/domain.h"
#include "gradzoo/samplers/metropolis.h"
#include "samplers/kinds/check_step.h"

namespace gradzoo {
namespace {

Tensor squared_norm(const Tensor& x) { return sum(square(x), 1); }  // (B, d) -> (B)

}  // namespace

void AdjustedLangevinOptions::describe(OptionTable& options) {
  describe_langevin_step(options, step, convention);
}

void UnadjustedLangevinOptions::describe(OptionTable& options) {
  describe_langevin_step(options, step, convention);
  options.add("noise", noise, "factor of the noise: 1 samples exp f; 0 is gradient ascent to a mode");
}

UnadjustedLangevin::UnadjustedLangevin(const UnadjustedLangevinOptions& options) : options_(options) {
  check_step("ula", options.step);
  if (!(options.noise >= 0) || !std::isfinite(options.noise))
    throw Error("ula: noise is {}. Hint: use 0 or more; 1 samples the target", options.noise);
}

std::string UnadjustedLangevin::remarks() const {
  if (options_.noise == 0)
    return "without noise the chains climb to the modes and stay there: they are not samples";
  if (options_.noise != 1) return fmt::format("noise {:g}: not samples of exp f", options_.noise);
  return "";
}

// x' = x + e grad f + noise sqrt(2e) z.
Transition UnadjustedLangevin::transition(const Target& target, Rng& rng, bool) {
  const double e = full_step(options_.step, options_.convention);
  Tensor next = x() + value().score * e + randn_like(x(), rng) * (options_.noise * std::sqrt(2 * e));
  reflect(target.domain, next);
  return {next, evaluate(target, next), 1};
}

AdjustedLangevin::AdjustedLangevin(const AdjustedLangevinOptions& options) : options_(options) {
  check_step("mala", options.step);
}

// log q(x' | x) = -|x' - x - e grad f(x)|^2 / (4e), where the square is 2e |z|^2. Behind a mirror the way
// that was gone, x' - x, is turned round with the momentum.
Transition AdjustedLangevin::transition(const Target& target, Rng& rng, bool) {
  const double e = full_step(options_.step, options_.convention);
  const Tensor z = randn_like(x(), rng);
  Tensor proposal = x() + value().score * e + z * std::sqrt(2 * e);
  Tensor way = proposal - x();
  reflect(target.domain, proposal, &way);
  const PointValue proposed = evaluate(target, proposal);
  const Tensor forward = squared_norm(z) * -0.5;
  const Tensor backward = squared_norm(way + proposed.score * e) * (-0.25 / e);
  const Tensor log_ratio = proposed.log_prob - value().log_prob + backward - forward;
  return metropolis(x(), value(), proposal, proposed, log_ratio, rng);
}

SamplerEntry unadjusted_langevin_entry() {
  return sampler_entry_of<UnadjustedLangevinOptions, UnadjustedLangevin>(
      {.moves = "x_next = x + eta grad f + sqrt(2 eta) z", .source = "Parisi 1981; Roberts & Tweedie 1996"});
}

SamplerEntry adjusted_langevin_entry() {
  return sampler_entry_of<AdjustedLangevinOptions, AdjustedLangevin>(
      {.moves = "ula's x_next as a proposal, accepted or rejected", .source = "Roberts & Tweedie 1996"});
}

}  // namespace gradzoo
