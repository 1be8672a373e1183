#include "gradzoo/samplers/kinds/jumps.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/domain.h"
#include "gradzoo/samplers/metropolis.h"

namespace gradzoo {
namespace {

// Rows of x (B, d) with low <= x <= high, (1, d) each: (B) u8.
Tensor rows_inside(const Tensor& x, const Tensor& low, const Tensor& high) {
  return all(logical_and(ge(x, low), le(x, high)), 1);
}

// The logarithm of the ratio where `possible` (B), else -infinity.
Tensor ratio_where(const Tensor& possible, const Tensor& to, const Tensor& from) {
  return where(possible, to - from, full(to.shape(), -INFINITY, to.dtype()));
}

// x_p - x_q with two different random rows p and q of `others`, each ordered pair as likely: (n, d).
Tensor random_differences(const Tensor& others, int64_t n, Rng& rng) {
  const int64_t m = others.dim(0);
  const Tensor u = rand({n, 2}, rng, DType::f64);
  const auto below = [](double uniform, int64_t count) {
    return std::min(static_cast<int64_t>(uniform * static_cast<double>(count)), count - 1);
  };
  Tensor p = zeros({n}, DType::i64), q = zeros({n}, DType::i64);
  const double* draws = u.data<double>();
  for (int64_t i = 0; i < n; ++i) {
    const int64_t one = below(draws[2 * i], m);
    p.mutable_data<int64_t>()[i] = one;
    q.mutable_data<int64_t>()[i] = (one + 1 + below(draws[2 * i + 1], m - 1)) % m;
  }
  return index_select(others, 0, p) - index_select(others, 0, q);
}

// One proposal of chains at x by differences of `others`, which stand still.
Transition moved_by_differences(const Target& target, const Tensor& x, const Tensor& log_prob,
                                const Tensor& others, double noise, Rng& rng) {
  const Tensor way = random_differences(others, x.dim(0), rng);  // drawn before the noise
  Tensor proposal = x + way + randn_like(x, rng) * noise;
  Tensor possible = ones({x.dim(0)}, DType::u8);
  if (is_bounded(target.domain)) {
    possible = rows_inside(proposal, full({1, 1}, target.domain.lower, x.dtype()),
                           full({1, 1}, target.domain.upper, x.dtype()));
    proposal = where(possible.view({x.dim(0), 1}), proposal, x);  // no density is asked for outside
  }
  const PointValue proposed{log_prob_of(target, proposal), {}};
  return metropolis(x, {log_prob, {}}, proposal, proposed, ratio_where(possible, proposed.log_prob, log_prob),
                    rng);
}

}  // namespace

void JumpsOptions::describe(OptionTable& options) {
  options.add(
      "proposals", proposals,
      "proposals per chain and transition, alternately uniform in the extent and a difference of two chains",
      {1, 1'000'000});
  options.add("noise", noise, "standard deviation of the noise that is added to a difference", {0, 1e6});
}

Jumps::Jumps(const JumpsOptions& options) : options_(options) {
  if (options.proposals < 1) throw Error("jumps: proposals is {}. Hint: use 1 or more", options.proposals);
  if (!(options.noise >= 0) || !std::isfinite(options.noise))
    throw Error("jumps: noise is {}. Hint: use 0 or more, a fraction of a mode's width", options.noise);
}

void Jumps::on_begin(const Tensor& x) {
  if (x.rank() == 2 && x.dim(0) < kFewestChains)
    throw Error(
        "jumps: there are {} chains. Hint: use {} or more, because each half moves by two chains of the "
        "other",
        x.dim(0), kFewestChains);
}

Transition Jumps::into_extent(const Target& target, const Transition& at, Rng& rng) {
  const Extent extent = extent_of(target, at.x.dim(1));
  const Shape axes{1, at.x.dim(1)};
  const Tensor low = tensor(extent.low, axes, at.x.dtype()), high = tensor(extent.high, axes, at.x.dtype());
  const Tensor u = rand(at.x.shape(), rng, at.x.dtype());
  const Tensor proposal = minimum(low + u * (high - low), high);  // not beyond by rounding
  const PointValue proposed = evaluate(target, proposal);
  const Tensor possible = rows_inside(at.x, low, high);  // else nothing leads back
  return metropolis(at.x, at.value, proposal, proposed,
                    ratio_where(possible, proposed.log_prob, at.value.log_prob), rng);
}

Transition Jumps::by_differences(const Target& target, const Transition& at, Rng& rng) {
  const int64_t n = at.x.dim(0), half = n / 2;
  const Tensor& f = at.value.log_prob;
  const Tensor still = at.x.rows(half, n);
  const Transition first =
      moved_by_differences(target, at.x.rows(0, half), f.rows(0, half), still, options_.noise, rng);
  const Transition second =
      moved_by_differences(target, still, f.rows(half, n), first.x, options_.noise, rng);
  count_evaluations(1);
  const double moved = first.moved * static_cast<double>(half) + second.moved * static_cast<double>(n - half);
  return {concat(first.x, second.x, 0),
          {concat(first.value.log_prob, second.value.log_prob, 0), {}},
          moved / static_cast<double>(n)};
}

Transition Jumps::transition(const Target& target, Rng& rng, bool) {
  Transition at{x(), value(), 0};
  double moved = 0;
  for (int64_t i = 0; i < options_.proposals; ++i) {
    at = i % 2 == 0 ? into_extent(target, at, rng) : by_differences(target, at, rng);
    moved += at.moved / static_cast<double>(options_.proposals);
  }
  return {at.x, at.value, moved};
}

SamplerEntry jumps_entry() {
  return sampler_entry_of<JumpsOptions, Jumps>(
      {.moves = "proposal uniform in the extent, or x + (x_1 - x_2) + noise z with two other chains, "
                "accepted or rejected",
       .source = "ter Braak 2006; Goodman & Weare 2010"});
}

}  // namespace gradzoo
