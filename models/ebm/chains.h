#pragma once

#include <functional>
#include <memory>

#include "models/ebm/options.h"
#include "samplers/sampler.h"

namespace gradzoo {

/// The chains of an energy-based model: Langevin steps x' = x + step grad f + noise z. They sample exp(f /
/// T), T = noise^2 / (2 step), in the limit of small steps, where nothing limits their moves.
class EbmChains {
 public:
  /// mala is exact only at T = 1.
  EbmChains(EbmSampler sampler, const ChainMove& move) : move_(move), sampler_(sampler(move)) {}
  explicit EbmChains(const EbmOptions& options) : EbmChains(options.sampler, options.move()) {}

  const ChainMove& move() const { return move_; }
  double temperature() const { return move_.temperature(); }
  /// Whether they sample exp f: T = 1, and no move is limited.
  bool sample_f() const;

  /// k transitions of every chain x (B, d), nothing recorded: returns their ends. Adds the share of moves
  /// accepted, a transition, to `accepted` where not null; calls `done` with the share that is done. Throws
  /// NonFinite where f or its gradient is not finite at the end.
  Tensor walk(const Target& target, const Tensor& x, int64_t steps, Rng& rng, double* accepted = nullptr,
              const std::function<void(double)>& done = {});
  /// Adds the sampler's adapted values to a State.
  void add_to(State& state, const std::string& prefix) { sampler_->add_to(state, prefix); }

 private:
  ChainMove move_;
  std::unique_ptr<Sampler> sampler_;
};

}  // namespace gradzoo
