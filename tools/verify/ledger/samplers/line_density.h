#pragma once

#include <functional>

#include "gradzoo/samplers/chains.h"
#include "tools/verify/ledger/row.h"

/// Densities on the line that can be drawn from exactly, and what a reversible move does to their draws.
namespace gradzoo {

/// One transition of many chains on a target: x (B, d) -> (B, d).
using Move = std::function<Tensor(const Target& target, const Tensor& x, Rng& rng)>;

/// A density on the line that can be drawn from exactly.
struct LineDensity {
  Target target;                                      // x (B, 1)
  std::function<Tensor(int64_t n, Rng& rng)> sample;  // (n, 1) f64
};
LineDensity standard_normal_density();
/// 0.3 N(-1.5, 0.5^2) + 0.7 N(1, 1): no symmetry, so that odd moments don't vanish by themselves.
LineDensity lopsided_density();

/// A move on a density, and the name that the row's setting has for it.
struct ExchangeCase {
  std::string name;
  LineDensity density;
  Move move;
};
/// Where x ~ p and the move is reversible, (x, x') has the law of (x', x): the largest |z| of the means of
/// x^2 x' - x x'^2 and x^3 x' - x x'^3 over pairs (x, x'), at most `most`. `how` and `chances` are parts of
/// the setting.
RowResult exchange_row(const std::vector<ExchangeCase>& cases, double most, std::string_view how,
                       std::string_view chances, const RowContext& context);

/// One step of a sampler that begins at x.
template <class AnySampler>
Tensor one_step(AnySampler sampler, const Target& target, const Tensor& x, Rng& rng) {
  sampler.begin(target, x);
  sampler.step(target, rng);
  return sampler.x();
}

/// The move of a sampler with these options.
template <class AnySampler, class Options>
Move move_by(const Options& options) {
  return [options](const Target& target, const Tensor& x, Rng& rng) {
    return one_step(AnySampler(options), target, x, rng);
  };
}

/// Where chains are after so many moves from x.
Tensor moved_on(const Move& move, const Target& target, Tensor x, int64_t steps, Rng& rng);

}  // namespace gradzoo
