#include "gradzoo/samplers/chains.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/samplers/domain.h"
#include "gradzoo/samplers/registry.h"
#include "samplers/diagnostics/chain_trace.h"

namespace gradzoo {
namespace {

// Chains that are this many times farther from 0 than where they began, and by as much farther than 1,
// diverge.
constexpr double kTooFar = 1e8;

bool is_not_finite(double value) { return !std::isfinite(value); }

int64_t first_not_finite(const Tensor& values) { return first_row_with(values, is_not_finite); }

// Stops chains that have run away.
class Fence {
 public:
  explicit Fence(const Tensor& x0) : limit_(kTooFar * (1 + max(abs(x0)).item())) {}

  void check(const Sampler& sampler, int64_t step) const {
    const Tensor& x = sampler.x();
    const PointValue& value = sampler.value();
    const int64_t lost =
        std::max({first_not_finite(x), first_not_finite(value.log_prob), first_not_finite(value.score)});
    const double farthest = max(abs(x)).item();
    if (lost < 0 && farthest <= limit_) return;
    const std::string what = lost < 0 ? fmt::format("a chain is {:.3g} from 0", farthest)
                                      : fmt::format("chain {} is at values that are not finite", lost);
    throw Error(
        "{}: {} after {} steps of {}: the chains diverge. Hint: try step={:.3g}, or a target whose tails "
        "fall to 0",
        sampler.name(), what, step, sampler.step_size(), sampler.step_size() / 10);
  }

 private:
  double limit_;
};

}  // namespace

void check_chain_options(const ChainOptions& options, std::string_view sampler) {
  if (options.steps <= 0) throw Error("{}: steps is {}. Hint: use 1 or more", sampler, options.steps);
  if (options.warmup < 0 || options.warmup >= options.steps)
    throw Error("{}: warmup is {} of {} steps. Hint: use 0 or more, and fewer than steps", sampler,
                options.warmup, options.steps);
}

ChainResult run_chains(const Target& target, const Tensor& x0, Sampler& sampler, const ChainOptions& options,
                       Rng& rng) {
  check_chain_options(options, sampler.name());
  if (x0.size() == 0)
    throw Error("{}: x0 is {}. Hint: use at least one chain", sampler.name(), x0.shape().str());
  if (const std::string unfit = why_unfit(sampler.name(), sampler.needs(), target); !unfit.empty())
    throw Error(unfit);
  const NoGrad quiet;
  sampler.begin(target, x0);
  sampler.plan_warmup(options.warmup);
  check_start(sampler.name(), sampler.x(), sampler.value(), "finite", is_not_finite);

  const Fence fence(sampler.x());
  ChainTrace trace(sampler.x(), sampler.value().log_prob.defined(), options.steps - options.warmup);
  double accepted = 0;
  for (int64_t step = 0; step < options.steps; ++step) {
    const bool warming_up = step < options.warmup;
    sampler.step(target, rng, warming_up);
    fence.check(sampler, step + 1);
    if (options.done) options.done(static_cast<double>(step + 1) / static_cast<double>(options.steps));
    if (warming_up) continue;
    accepted += sampler.moved();
    trace.record(sampler.x(), sampler.value());
  }
  const double counted = static_cast<double>(options.steps - options.warmup);
  return {sampler.x(),      accepted / counted, trace.names(),        trace.bulk_ess(),
          trace.tail_ess(), trace.rhat(),       sampler.evaluations()};
}

}  // namespace gradzoo
