#pragma once

#include <string>
#include <vector>

#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The options of AnnealedLangevin.
struct AnnealedOptions {
  double step = 2e-5;                                ///< step size eta at the last level
  StepConvention convention = StepConvention::half;  ///< meaning of eta
  std::string sigmas = {};                           ///< noise levels: "1,0.5,0.1"; "": geometric
  double sigma_begin = 1;                            ///< first geometric level
  double sigma_end = 0.01;                           ///< last geometric level
  int64_t levels = 10;                               ///< number of geometric levels
  int64_t level_steps = 100;                         ///< transitions per level
  bool denoise = false;                              ///< true: end with x + sigma^2 score at the last sigma

  void describe(OptionTable& options);
};

/// Annealed Langevin (Song & Ermon 2019, algorithm 1): unadjusted Langevin on less and less noisy versions of
/// a density, p * N(0, sigma_i^2), with step eta sigma_i^2/sigma_L^2 at level i. It uses Target::noisy_score,
/// or, if the target has none, its score at every level. A level below the smallest of the target is replaced
/// with the target's smallest level. remarks() reports both cases. After the last level it stays at that
/// level.
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
  /// Evaluates only the score, at the next level.
  PointValue evaluate(const Target& target, const Tensor& x) override;
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  double sigma() const;  ///< noise level of the next transition

  AnnealedOptions options_;
  std::vector<double> sigmas_;
  int64_t taken_ = 0;     ///< transitions since begin()
  bool is_noisy_ = true;  ///< true if the target has scores at noise levels
  double least_ = 0;      ///< smallest noise level of the target
};

SamplerEntry annealed_entry();

}  // namespace gradzoo
