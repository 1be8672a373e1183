#pragma once

#include <functional>

#include "gradzoo/samplers/chains.h"

/// Densities on the line that can be drawn from exactly, and what a reversible kernel does to their draws.
namespace gradzoo {

/// One transition of many chains: x (B, d) -> (B, d).
using Kernel = FunctionRef<Tensor(const Tensor& x, Rng& rng)>;

/// A density on the line that can be drawn from exactly.
struct LineDensity {
  Target target;                                      // x (B, 1)
  std::function<Tensor(int64_t n, Rng& rng)> sample;  // (n, 1) f64
};
LineDensity standard_normal_density();
/// 0.3 N(-1.5, 0.5^2) + 0.7 N(1, 1): no symmetry, so that odd moments don't vanish by themselves.
LineDensity lopsided_density();

/// Where x ~ p and the kernel is reversible, (x, x') has the law of (x', x): the larger |z| of the means of
/// x^2 x' - x x'^2 and x^3 x' - x x'^3 over `pairs` pairs.
double exchange_z(const LineDensity& density, Kernel kernel, int64_t pairs, uint64_t seed);

/// One step of a sampler that begins at x.
template <class AnySampler>
Tensor one_step(AnySampler sampler, const Target& target, const Tensor& x, Rng& rng) {
  sampler.begin(target, x);
  sampler.step(target, rng);
  return sampler.x();
}

}  // namespace gradzoo
