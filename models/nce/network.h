#pragma once

#include "models/networks/energy.h"

namespace gradzoo {

/// f(x) = log p~(x) and, if it is learned, the constant c that normalises it: log p(x) = f(x) - c.
class NceNetwork : public Module {
 public:
  NceNetwork(int64_t inputs, const EnergyOptions& energy, bool learns_constant, Rng& rng);
  Tensor log_density(const Tensor& x) const { return energy_.log_density(x); }  // f: (B, d) -> (B)
  Tensor log_model(const Tensor& x) const;                                      // f - c: (B)
  Tensor score(const Tensor& x) const { return energy_.score(x); }              // grad f: (B, d)
  const Tensor& constant() const { return constant_; }                          // c (1); undefined: none

 private:
  EnergyNetwork energy_;
  Tensor constant_;
};

}  // namespace gradzoo
