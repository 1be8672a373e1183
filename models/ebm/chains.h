#pragma once

#include <functional>
#include <memory>

#include "models/ebm/options.h"
#include "samplers/kinds/jumps.h"
#include "samplers/sampler.h"

namespace gradzoo {

/// Whether chains of such moves sample exp f: T = 1, and no move is limited.
bool chains_sample_f(const ChainMove& move);

/// The chains of an energy-based model: Langevin steps x' = x + step grad f + noise z. They sample exp(f /
/// T), T = noise^2 / (2 step), in the limit of small steps, where nothing limits their moves.
class EbmChains {
 public:
  /// mala is exact only at T = 1.
  EbmChains(EbmSampler sampler, const ChainMove& move) : move_(move), sampler_(sampler(move)) {}
  /// With its jumps.
  explicit EbmChains(const EbmOptions& options);

  const ChainMove& move() const { return move_; }
  double temperature() const { return move_.temperature(); }
  /// Whether they sample exp f.
  bool sample_f() const { return chains_sample_f(move_); }
  bool jump() const { return jumps_ != nullptr; }
  /// The fewest chains that can walk together.
  int64_t fewest() const { return jump() ? Jumps::kFewestChains : 1; }

  /// k transitions of every chain x (B, d), nothing recorded: returns their ends. Adds the share of moves
  /// accepted, a transition, to `accepted` where not null; calls `done` with the share that is done. Throws
  /// NonFinite where f or its gradient is not finite at the end.
  Tensor walk(const Target& target, const Tensor& x, int64_t steps, Rng& rng, double* accepted = nullptr,
              const std::function<void(double)>& done = {});
  /// The jumps of every chain x (B, d), nothing recorded: returns where they land. Adds the share that was
  /// taken to `taken` where not null. The target needs an extent, and B must not be below fewest().
  Tensor jump(const Target& target, const Tensor& x, Rng& rng, double* taken = nullptr);
  /// walk(), with jumps after every `run` transitions and at the end, where they have some.
  Tensor walk_and_jump(const Target& target, const Tensor& x, int64_t steps, int64_t run, Rng& rng,
                       const std::function<void(double)>& done = {});
  /// Adds the sampler's adapted values to a State.
  void add_to(State& state, const std::string& prefix) { sampler_->add_to(state, prefix); }

 private:
  ChainMove move_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Jumps> jumps_;  // null: none
};

}  // namespace gradzoo
