#include "gradzoo/samplers/ais.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/registry.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostTold = 100;   // temperatures
constexpr int64_t kMostChains = 20;  // whose weights are kept

void check_betas(std::span<const double> betas) {
  if (betas.size() < 2)
    throw Error("annealed importance sampling: {} temperatures. Hint: use two or more, such as 0 and 1",
                betas.size());
  const auto bad = std::ranges::find_if(betas, [](double beta) { return !(beta >= 0 && beta <= 1); });
  if (bad != betas.end())
    throw Error("annealed importance sampling: temperature {} is outside [0, 1]. Hint: use betas from 0 to 1",
                *bad);
  if (!std::ranges::is_sorted(betas) && !std::ranges::is_sorted(betas, std::greater()))
    throw Error("annealed importance sampling: the temperatures go up and down. Hint: sort them");
}

// -inf is a weight of 0; +inf and NaN are none.
void check_weights(const Tensor& w, double from, double to) {
  const double* values = w.data<double>();
  const double* end = values + w.size();
  const double* bad = std::find_if(values, end, [](double v) { return !(v < INFINITY); });
  if (bad == end) return;
  throw Error(
      "annealed importance sampling: chain {} has weight {} between temperatures {} and {}. Hint: start at "
      "samples of the first density, which must be above 0 wherever the last density is",
      bad - values, *bad, from, to);
}

/// Remembers the log-weights of some chains at some temperatures.
class WeightHistory {
 public:
  WeightHistory(int64_t chains, int64_t temperatures)
      : every_((temperatures + kMostTold - 1) / kMostTold), last_(temperatures - 1) {
    weights.resize(static_cast<size_t>(std::min(chains, kMostChains)));
  }
  void note(int64_t temperature, double beta, const Tensor& w) {
    if (temperature % every_ != 0 && temperature != last_) return;
    betas.push_back(beta);
    for (size_t chain = 0; chain < weights.size(); ++chain) weights[chain].push_back(w.data<double>()[chain]);
  }
  std::vector<std::vector<double>> weights;
  std::vector<double> betas;

 private:
  int64_t every_, last_;
};

}  // namespace

// log mean e^w, its standard error by the delta method, and the effective share of the chains.
AisEstimate ais_estimate(const Tensor& w) {
  const double count = static_cast<double>(w.size()), largest = max(w).item();
  if (largest == -INFINITY)
    throw Error(
        "annealed importance sampling: every weight is 0. Hint: use more temperatures, or densities that "
        "overlap");
  const Tensor relative = exp(w - largest);
  const double average = mean(relative).item(), second = mean(square(relative)).item();
  const double variance = count > 1 ? var(relative).item() : NAN;
  return {largest + std::log(average),
          std::sqrt(variance / count) / average,
          average * average / second,
          w,
          {},
          {},
          {}};
}

AisEstimate annealed_importance_sampling(AnnealingPath& path, const Tensor& x, std::span<const double> betas,
                                         Rng& rng) {
  check_betas(betas);
  if (x.rank() != 2 || x.size() == 0 || !is_floating(x.dtype()))
    throw Error(
        "annealed importance sampling: x is {}. Hint: use floating-point rows (B, d), one chain per row",
        x.label());
  if (!all_finite(x))
    throw Error("annealed importance sampling: x is not finite. Hint: start at samples of the first density");
  const NoGrad quiet;
  const int64_t chains = x.dim(0), temperatures = static_cast<int64_t>(betas.size());
  Tensor at = x.clone(), w = zeros({chains}, DType::f64);
  WeightHistory history(chains, temperatures);
  history.note(0, betas[0], w);
  for (size_t k = 1; k < betas.size(); ++k) {
    w = w + path.advance(at, betas[k - 1], betas[k], rng);
    check_weights(w, betas[k - 1], betas[k]);
    history.note(static_cast<int64_t>(k), betas[k], w);
  }
  AisEstimate out = ais_estimate(w);
  out.recorded_betas = std::move(history.betas);
  out.history = std::move(history.weights);
  out.x = at;
  return out;
}

void AnnealingOptions::describe(OptionTable& options) {
  options.add("ais_chains", chains, "chains of annealed importance sampling, with which eval estimates log Z",
              {1, 1e6});
  options.add("ais_temperatures", temperatures, "temperatures on the path", {2, 1e8});
}

std::vector<double> temperatures_up(int64_t count) {
  if (count < 2) throw Error("ais: {} temperatures. Hint: use two or more, such as 10000", count);
  std::vector<double> betas(static_cast<size_t>(count));
  for (size_t i = 0; i < betas.size(); ++i)
    betas[i] = static_cast<double>(i) / static_cast<double>(count - 1);
  return betas;
}

namespace {

/// A path that reports how much of it is done.
class ToldPath : public AnnealingPath {
 public:
  ToldPath(AnnealingPath& path, int64_t moves, const std::function<void(double)>& done)
      : path_(path), moves_(static_cast<double>(moves)), done_(done) {}
  Tensor advance(Tensor& x, double from, double to, Rng& rng) override {
    Tensor weights = path_.advance(x, from, to, rng);
    if (done_) done_(++moved_ / moves_);
    return weights;
  }

 private:
  AnnealingPath& path_;
  double moves_, moved_ = 0;
  const std::function<void(double)>& done_;
};

AisEstimate annealed(const Partition& partition, const AnnealingOptions& options, bool up, Rng& rng,
                     const std::function<void(double)>& done) {
  if (options.chains < 1) throw Error("ais: {} chains. Hint: use one or more, such as 100", options.chains);
  std::vector<double> betas = temperatures_up(options.temperatures);
  if (!up) std::ranges::reverse(betas);
  ToldPath path(*partition.path, options.temperatures - 1, done);
  const auto& start = up ? partition.begin : partition.end;
  return annealed_importance_sampling(path, start(options.chains, rng), betas, rng);
}

}  // namespace

LogPartition anneal_up(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                       const std::function<void(double)>& done) {
  AisEstimate found = annealed(partition, options, true, rng, done);
  return {partition.begin_log_z + found.log_ratio, std::move(found)};
}

LogPartition anneal_down(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                         const std::function<void(double)>& done) {
  AisEstimate found = annealed(partition, options, false, rng, done);
  return {partition.begin_log_z - found.log_ratio, std::move(found)};
}

namespace {

// (1 - beta) a + beta b, of which a term with factor 0 is not asked for: it may be infinite.
template <class A, class B>
Tensor mixed(double beta, A a, B b) {
  if (beta == 0) return a();
  if (beta == 1) return b();
  return a() * (1 - beta) + b() * beta;
}

void check_ends(const Target& from, const Target& to) {
  if (!from.log_prob || !to.log_prob)
    throw Error("annealed importance sampling: a density is missing. Hint: set log_prob of both targets");
  if (from.binary != to.binary)
    throw Error(
        "annealed importance sampling: one target is binary and one is not. Hint: use two of one kind");
  if (from.domain.lower != to.domain.lower || from.domain.upper != to.domain.upper)
    throw Error("annealed importance sampling: the targets have different domains. Hint: use one for both");
}

}  // namespace

TargetPath::TargetPath(const Target& from, const Target& to, Sampler& sampler, int64_t transitions)
    : from_(from), to_(to), sampler_(sampler), transitions_(transitions) {
  check_ends(from, to);
  if (transitions < 1)
    throw Error("annealed importance sampling: {} transitions per temperature. Hint: use 1 or more",
                transitions);
  if (!sampler.is_exact())
    throw Error(
        "annealed importance sampling: {} does not leave a density invariant. Hint: use mh, mala or hmc",
        sampler.name());
  if (const std::string unfit = why_unfit(sampler.name(), sampler.needs(), at(0.5)); !unfit.empty())
    throw Error(unfit);
}

Target TargetPath::at(double beta) const {
  Target out;
  out.binary = from_.binary;
  out.domain = from_.domain;
  out.log_prob = [this, beta](const Tensor& x) {
    return mixed(
        beta, [&] { return from_.log_prob(x); }, [&] { return to_.log_prob(x); });
  };
  // One by autodiff needs the other's log-density to be differentiable, unless each gives its own score.
  if (from_.score || to_.score) {
    out.score = [this, beta](const Tensor& x) {
      return mixed(
          beta, [&] { return score_of(from_, x); }, [&] { return score_of(to_, x); });
    };
  }
  return out;
}

Tensor TargetPath::advance(Tensor& x, double from, double to, Rng& rng) {
  const NoGrad quiet;
  const Tensor slope = cast(log_prob_of(to_, x), DType::f64) - cast(log_prob_of(from_, x), DType::f64);
  const Target here = at(to);
  sampler_.begin(here, x);
  for (int64_t i = 0; i < transitions_; ++i) sampler_.step(here, rng);
  x = sampler_.x();
  return slope * (to - from);
}

}  // namespace gradzoo
