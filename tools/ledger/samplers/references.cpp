#include "tools/ledger/samplers/references.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "samplers/diagnostics/diagnostics.h"
#include "samplers/kinds/annealed.h"

namespace gradzoo {
namespace {

struct Reference {
  double rhat, bulk_ess, tail_ess;
};
// Of reference_draws(), by the formulas of the paper and ArviZ's end of the sum over lags written out in
// Python (all sums by loops, statistics.NormalDist for the quantiles), without a line in common with ours.
constexpr Reference kReferences[] = {
    {1.0119669425662605, 49.713338362063155, 75.85326006237936},
    {1.9043640372195942, 5.2064264322649185, 46.65173436648709},
    {1.3141022501131214, 74.11070844997509, 34.078470161556226},
    {1.0101676768984627, 51.483595897139786, 96.86372613561552},
};

enum class Spread { alike, apart, wider, rounded };

// Three chains of 41 draws: autoregressions over a linear congruential generator (of ANSI C), so that any
// language has them to the bit.
Tensor chains_of(Spread spread) {
  constexpr int64_t kChains = 3, kDraws = 41;
  Tensor out = empty({kChains, kDraws}, DType::f64);
  double* to = out.mutable_data<double>();
  uint64_t state = 12345;
  for (int64_t chain = 0; chain < kChains; ++chain) {
    double at = 0;
    for (int64_t t = 0; t < kDraws; ++t) {
      state = (state * 1103515245 + 12345) % 2147483648;
      at = 0.6 * at + (static_cast<double>(state) / 2147483648 - 0.5);
      double& value = *to++ = at;
      if (spread == Spread::apart) value += 0.7 * static_cast<double>(chain);
      if (spread == Spread::wider) value *= 1 + 2 * static_cast<double>(chain);
      if (spread == Spread::rounded) value = std::floor(8 * value);
    }
  }
  return out;
}

double relative(double got, double wanted) {
  const double error = std::abs(got - wanted) / wanted;
  return std::isnan(error) ? INFINITY : error;
}

RowResult rhat_reference(const RowContext&) {
  return {reference_error(rank_normalised_rhat, bulk_ess, tail_ess), AtMost{1e-12},
          "three chains of 41 draws, alike, apart, of different width, and with equals among them, against "
          "the paper's formulas, with ArviZ's end of the sum over lags, written out in another language: "
          "largest relative error of R-hat, bulk and tail effective sample size"};
}

RowResult annealed_conventions(const RowContext& context) {
  // A Gaussian blurred, in closed form: the score of N(1, 0.25 + sigma^2).
  const Target target{
      .score = [](const Tensor& x) { return (1.0 - x) * 4.0; },
      .noisy_score = [](const Tensor& x, double sigma) { return (1.0 - x) / (0.25 + sigma * sigma); }};
  const auto walk = [&](const Tensor& x, double step, StepConvention convention) {
    AnnealedLangevin sampler(
        {.step = step, .convention = convention, .sigmas = "1,0.5,0.2", .level_steps = 20, .denoise = true});
    Rng rng(context.seed, "ledger/annealed");
    sampler.begin(target, x);
    for (int64_t i = 0; i < sampler.length().steps; ++i) sampler.step(target, rng);
    return sampler.x();
  };
  const double bytes = convention_difference(walk, DType::f32) + convention_difference(walk, DType::f64);
  return {
      bytes, AtMost{0},
      "1000 chains, three noise levels of 20 steps and the denoising step, f32 and f64: bytes that differ "
      "between steps of 0.02 with x + e grad f + sqrt(2e) z and of 0.04 with x + e/2 grad f + sqrt(e) z"};
}

}  // namespace

std::vector<Tensor> reference_draws() {
  std::vector<Tensor> out;
  for (const Spread spread : {Spread::alike, Spread::apart, Spread::wider, Spread::rounded})
    out.push_back(chains_of(spread));
  return out;
}

double reference_error(Diagnostic rhat, Diagnostic bulk, Diagnostic tail) {
  const std::vector<Tensor> draws = reference_draws();
  double worst = 0;
  for (size_t i = 0; i < draws.size(); ++i) {
    worst = std::max({worst, relative(rhat(draws[i]), kReferences[i].rhat),
                      relative(bulk(draws[i]), kReferences[i].bulk_ess),
                      relative(tail(draws[i]), kReferences[i].tail_ess)});
  }
  return worst;
}

double convention_difference(AnnealedWalk walk, DType dtype) {
  constexpr double kStep = 0.02;
  Rng rng(1, "ledger/annealed-start");
  const Tensor x = randn({1000, 3}, rng, dtype);
  const Tensor full = walk(x, kStep, StepConvention::full), half = walk(x, 2 * kStep, StepConvention::half);
  return visit_floating(dtype, [&]<class T>() {
    const auto* a = reinterpret_cast<const unsigned char*>(full.data<T>());
    const auto* b = reinterpret_cast<const unsigned char*>(half.data<T>());
    double differing = 0;
    for (size_t i = 0; i < sizeof(T) * static_cast<size_t>(x.size()); ++i) differing += a[i] != b[i];
    return differing;
  });
}

Row rhat_reference_row() {
  return {"samplers.rhat_reference",
          RowKind::identity,
          "rank-normalised split R-hat, bulk and tail effective sample size are those of Stan and ArviZ",
          "Vehtari et al. 2021",
          true,
          1,
          rhat_reference};
}

Row annealed_conventions_row() {
  return {"samplers.annealed_conventions",
          RowKind::identity,
          "a step of 2e in one convention of annealed Langevin is a step of e in the other, to the byte",
          "Song & Ermon 2019; Roberts & Tweedie 1996",
          true,
          1,
          annealed_conventions};
}

}  // namespace gradzoo
