#pragma once

#include <string>
#include <vector>

#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The options of AnnealedLangevin.
struct AnnealedOptions {
  double step = 2e-5;                                ///< e at the last level
  StepConvention convention = StepConvention::half;  ///< what e means
  std::string sigmas = {};    ///< "1,.5,.1": the noise levels; "": geometric, as the next three say
  double sigma_begin = 1;     ///< the first
  double sigma_end = 0.01;    ///< the last
  int64_t levels = 10;        ///< how many
  int64_t level_steps = 100;  ///< transitions at each
  bool denoise = false;       ///< ends at the mean of what was noisy, x + sigma^2 score, at the last sigma

  void describe(OptionTable& options);
};

/// Annealed Langevin (Song & Ermon 2019, algorithm 1): unadjusted Langevin on less and less noisy versions of
/// a density, p * N(0, sigma_i^2), with step e sigma_i^2/sigma_L^2 at level i. It uses Target::noisy_score,
/// or, if the target has none, its score at every level. A level below the target's smallest is replaced by
/// that one. remarks() reports both. After the last level it stays at that level.
class AnnealedLangevin : public Sampler {
 public:
  /// Throws Error unless step and every sigma are above 0 and the sigmas do not grow.
  explicit AnnealedLangevin(const AnnealedOptions& options = {});

  std::string_view name() const override { return "annealed"; }
  unsigned needs() const override { return kNeedsScore; }
  double step_size() const override { return options_.step; }
  bool is_exact() const override { return false; }
  WalkLength length() const override;
  std::string remarks() const override;
  void add_to(State& state, const std::string& prefix) override;
  const std::vector<double>& sigmas() const { return sigmas_; }  ///< noise levels, the largest first

 protected:
  void on_begin(const Tensor& x) override;
  /// Only the score, at the next level.
  PointValue evaluate(const Target& target, const Tensor& x) override;
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  double sigma() const;  ///< of the transition that comes next

  AnnealedOptions options_;
  std::vector<double> sigmas_;
  int64_t taken_ = 0;     ///< transitions since begin()
  bool is_noisy_ = true;  ///< whether the target's score knew of the noise
  double least_ = 0;      ///< the smallest noise that it knew
};

SamplerEntry annealed_entry();

}  // namespace gradzoo
