#include "gradzoo/samplers/ais.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostTold = 100;   // temperatures
constexpr int64_t kMostChains = 20;  // whose weights are kept

void check_betas(std::span<const double> betas) {
  if (betas.size() < 2)
    throw Error("annealed importance sampling: {} temperatures. Hint: two or more, such as 0 and 1",
                betas.size());
  const auto bad = std::ranges::find_if(betas, [](double beta) { return !(beta >= 0 && beta <= 1); });
  if (bad != betas.end())
    throw Error("annealed importance sampling: temperature {} is outside [0, 1]. Hint: betas from 0 to 1",
                *bad);
  if (!std::ranges::is_sorted(betas) && !std::ranges::is_sorted(betas, std::greater()))
    throw Error("annealed importance sampling: the temperatures go up and down. Hint: in order");
}

// -inf is a weight of 0; +inf and NaN are none.
void check_weights(const Tensor& w, double from, double to) {
  const double* values = w.data<double>();
  const double* end = values + w.size();
  const double* bad = std::find_if(values, end, [](double v) { return !(v < INFINITY); });
  if (bad == end) return;
  throw Error(
      "annealed importance sampling: chain {} has weight {} between temperatures {} and {}. Hint: begin at "
      "draws of the first density, which must be above 0 wherever the last one is",
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
        "annealed importance sampling: every weight is 0. Hint: more temperatures, or densities that "
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
    throw Error("annealed importance sampling: x is {}. Hint: floating-point rows (B, d), a chain a row",
                x.label());
  if (!all_finite(x))
    throw Error("annealed importance sampling: x is not finite. Hint: draws of the first density");
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

}  // namespace gradzoo
