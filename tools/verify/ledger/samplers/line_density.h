#pragma once

#include <functional>

#include "gradzoo/samplers/chains.h"
#include "tools/verify/ledger/row.h"

/// Densities on the line with exact samples, and tests of transitions that must be reversible.
namespace gradzoo {

/// One transition of B chains on a target: x (B, d) -> (B, d).
using Move = std::function<Tensor(const Target& target, const Tensor& x, Rng& rng)>;

/// A density on the line with an exact sampler.
struct LineDensity {
  Target target;                                      // x (B, 1)
  std::function<Tensor(int64_t n, Rng& rng)> sample;  // (n, 1) f64
};
LineDensity standard_normal_density();
/// Returns 0.3 N(-1.5, 0.5^2) + 0.7 N(1, 1), which is not symmetric, so that its odd moments are not 0.
LineDensity lopsided_density();

/// A move on a density, and its name in the row's setting.
struct ExchangeCase {
  std::string name;
  LineDensity density;
  Move move;
};
/// Returns the largest |z| of the means of x^2 y - x y^2 and x^3 y - x y^3 over pairs (x, y = x_next), with
/// the gate `most`. If x ~ p and the move is reversible, (x, y) and (y, x) have one distribution. `how` and
/// `chances` are parts of the setting.
RowResult exchange_row(const std::vector<ExchangeCase>& cases, double most, std::string_view how,
                       std::string_view chances, const RowContext& context);

/// Returns the chains after one step of a sampler from x.
template <class AnySampler>
Tensor one_step(AnySampler sampler, const Target& target, const Tensor& x, Rng& rng) {
  sampler.begin(target, x);
  sampler.step(target, rng);
  return sampler.x();
}

/// Returns the move of a sampler with these options.
template <class AnySampler, class Options>
Move move_by(const Options& options) {
  return [options](const Target& target, const Tensor& x, Rng& rng) {
    return one_step(AnySampler(options), target, x, rng);
  };
}

/// Returns the chains after `steps` moves from x.
Tensor moved_on(const Move& move, const Target& target, Tensor x, int64_t steps, Rng& rng);

}  // namespace gradzoo
