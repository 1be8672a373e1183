#include "samplers/chains.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "samplers/diagnostics/chain_trace.h"

namespace gradzoo {
namespace {

// Chains that are this many times farther from 0 than where they began, and by as much farther than 1,
// explode.
constexpr double kTooFar = 1e8;

// The first row (chain) of (B) or (B, d) that holds something not finite, -1 where none does.
int64_t first_not_finite(const Tensor& values) {
  if (!values.defined() || all_finite(values)) return -1;
  const std::vector<double> all = values.to_vector();
  const size_t width = all.size() / static_cast<size_t>(values.dim(0));
  size_t i = 0;
  while (std::isfinite(all[i])) ++i;
  return static_cast<int64_t>(i / width);
}

void check_start(const Tensor& x, const PointValue& value, std::string_view sampler) {
  const auto check = [&](const Tensor& values, std::string_view what) {
    const int64_t chain = first_not_finite(values);
    if (chain < 0) return;
    throw Error("{}: {} is not finite where chain {} starts. Hint: start where the density is above 0",
                sampler, what, chain);
  };
  check(x, "x");
  check(value.log_prob, "log_prob");
  check(value.score, "score");
}

// Stops chains that have run away.
class Fence {
 public:
  Fence(const Tensor& x0, const ChainOptions& options)
      : options_(options), limit_(kTooFar * (1 + max(abs(x0)).item())) {}

  void check(const Tensor& x, const PointValue& value, int64_t step) const {
    const int64_t lost =
        std::max({first_not_finite(x), first_not_finite(value.log_prob), first_not_finite(value.score)});
    const double farthest = max(abs(x)).item();
    if (lost < 0 && farthest <= limit_) return;
    const std::string what = lost < 0 ? fmt::format("a chain is {:.3g} from 0", farthest)
                                      : fmt::format("chain {} is at values that are not finite", lost);
    throw Error(
        "{}: {} after {} steps of {}: the chains explode. Hint: try step={:.3g}, or a target that falls off",
        sampler_name(options_.kind), what, step, options_.step, options_.step / 10);
  }

 private:
  const ChainOptions& options_;
  double limit_;
};

}  // namespace

void check_options(const ChainOptions& options) {
  const std::string_view name = sampler_name(options.kind);
  if (!(options.step > 0) || !std::isfinite(options.step)) {
    throw Error("{}: step is {}. Hint: a number above 0", name, options.step);
  }
  if (options.steps <= 0) throw Error("{}: steps is {}. Hint: 1 or more", name, options.steps);
  if (options.warmup < 0 || options.warmup >= options.steps) {
    throw Error("{}: warmup is {} of {} steps. Hint: 0 or more, and below steps", name, options.warmup,
                options.steps);
  }
  if (!(options.noise_scale >= 0) || !std::isfinite(options.noise_scale)) {
    throw Error("{}: noise is {}. Hint: 0 or more; 1 samples the target", name, options.noise_scale);
  }
  if (options.noise_scale != 1 && options.kind != SamplerKind::ula) {
    throw Error("{}: noise is {}, but its acceptance is derived for 1. Hint: ula takes any noise", name,
                options.noise_scale);
  }
}

ChainResult run_chains(const Target& target, const Tensor& x0, const ChainOptions& options, Rng& rng) {
  check_options(options);
  const NoGrad quiet;
  Tensor x = x0.detach();
  PointValue value = evaluate(target, x, options.kind);
  if (x.size() == 0)
    throw Error("{}: x0 is {}. Hint: at least one chain", sampler_name(options.kind), x.shape().str());
  check_start(x, value, sampler_name(options.kind));

  const Fence fence(x, options);
  ChainTrace trace(x, value.log_prob.defined(), options.steps - options.warmup);
  double accepted = 0;
  for (int64_t step = 0; step < options.steps; ++step) {
    const bool counts = step >= options.warmup;
    x = transition(target, x, value, options, rng, counts ? &accepted : nullptr);
    fence.check(x, value, step + 1);
    if (counts) trace.record(x, value);
  }
  const double counted = static_cast<double>(options.steps - options.warmup);
  const int64_t gradients = options.kind == SamplerKind::mh ? 0 : options.steps + 1;
  return {x, accepted / counted, trace.names(), trace.ess(), trace.rhat(), gradients};
}

}  // namespace gradzoo
