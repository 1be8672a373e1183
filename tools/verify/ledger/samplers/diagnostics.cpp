#include "gradzoo/samplers/diagnostics/diagnostics.h"

#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

struct Reference {
  double rhat, bulk_ess, tail_ess;
};

// Reference values for chains_of(): the paper's formulas and ArviZ's truncation of the sum over lags, in
// Python with loops and statistics.NormalDist, independent of our code.
constexpr Reference kReferences[] = {
    {1.0119669425662605, 49.713338362063155, 75.85326006237936},
    {1.9043640372195942, 5.2064264322649185, 46.65173436648709},
    {1.3141022501131214, 74.11070844997509, 34.078470161556226},
    {1.0101676768984627, 51.483595897139786, 96.86372613561552},
};

enum class Spread { alike, apart, wider, rounded };

// Returns three chains of 41 draws: autoregressions of ANSI C's linear congruential generator, so that every
// language gets bit-identical chains.
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

/// A diagnostic of draws (chains, n).
using Diagnostic = double (*)(const Tensor& draws);
struct Diagnostics {
  Diagnostic rhat = rank_normalised_rhat, bulk = bulk_ess, tail = tail_ess;
};

double relative(double got, double wanted) {
  const double error = std::abs(got - wanted) / wanted;
  return std::isnan(error) ? INFINITY : error;
}

RowResult rhat_reference(const Diagnostics& of, const RowContext&) {
  double worst = 0;
  for (const Spread spread : {Spread::alike, Spread::apart, Spread::wider, Spread::rounded}) {
    const Tensor draws = chains_of(spread);
    const Reference& wanted = kReferences[static_cast<size_t>(spread)];
    worst = std::max({worst, relative(of.rhat(draws), wanted.rhat), relative(of.bulk(draws), wanted.bulk_ess),
                      relative(of.tail(draws), wanted.tail_ess)});
  }
  return {
      worst, AtMost{1e-12},
      "three chains of 41 draws (equal distributions, shifted, of different width, and with ties) against an "
      "implementation of the paper's formulas in another language, with ArviZ's truncation of the sum over "
      "lags; value: largest relative error of R-hat and of the bulk and tail effective sample sizes"};
}

double rhat_of_scores(const Tensor& draws) {
  return split_rhat(tensor(normal_scores(draws.to_vector()), draws.shape(), DType::f64));
}

}  // namespace

Rows diagnostic_rows() {
  return {identity(
      {"samplers.rhat_reference",
       "rank-normalised split R-hat, bulk and tail effective sample sizes are defined as in Stan and ArviZ",
       "Vehtari et al. 2021", 1},
      rhat_reference, {},
      {{"R-hat without ranks", {.rhat = split_rhat}},
       {"R-hat that ignores the widths of the chains", {.rhat = rhat_of_scores}},
       {"the bulk size without ranks", {.bulk = effective_sample_size}},
       {"only the lower tail",
        {.tail = [](auto& draws) { return effective_sample_size(cast(lt(draws, -0.5), DType::f64)); }}},
       {"bulk and tail swapped", {.bulk = tail_ess, .tail = bulk_ess}}})};
}

}  // namespace gradzoo
