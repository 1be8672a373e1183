#pragma once

#include "gradzoo/base/options.h"
#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// What e means in a Langevin step. Both target exp f; e of `full` is half the e of `half`.
enum class StepConvention {
  full,  ///< x' = x + e grad f + sqrt(2e) z  (Roberts & Tweedie 1996)
  half,  ///< x' = x + e/2 grad f + sqrt(e) z  (Song & Ermon 2019; the lectures)
};
/// Their names in options.
inline constexpr Choice<StepConvention> kStepConventions[] = {{"full", StepConvention::full},
                                                              {"half", StepConvention::half}};

/// The step converted to e of the full convention.
inline double full_step(double step, StepConvention convention) {
  return convention == StepConvention::full ? step : step / 2;
}

/// Describes both: the keys `step` and `convention`.
inline void describe_langevin_step(OptionTable& options, double& step, StepConvention& convention) {
  options.add("step", step, "e of the Langevin step");
  options.add("convention", convention, kStepConventions,
              "full: x + e grad f + sqrt(2e) z; half: x + e/2 grad f + sqrt(e) z");
}

/// The options of MALA, which accepts or rejects.
struct AdjustedLangevinOptions {
  double step = 0.01;                                ///< e
  StepConvention convention = StepConvention::full;  ///< what e means

  void describe(OptionTable& options);
};

/// The options of ULA, which accepts all.
struct UnadjustedLangevinOptions {
  double step = 0.01;                                ///< e
  StepConvention convention = StepConvention::full;  ///< what e means
  double noise = 1;  ///< factor on the noise; 1 samples exp f, 0 climbs to a mode

  void describe(OptionTable& options);
};

/// Unadjusted Langevin (Parisi 1981; Roberts & Tweedie 1996): x' = x + e grad f + noise sqrt(2e) z. Every
/// move is accepted: the stationary distribution is the target only in the limit of small steps. In a bounded
/// domain x' is reflected.
class UnadjustedLangevin : public Sampler {
 public:
  /// Throws Error unless step is above 0 and noise is not below 0.
  explicit UnadjustedLangevin(const UnadjustedLangevinOptions& options = {});

  std::string_view name() const override { return "ula"; }
  unsigned needs() const override { return kNeedsScore; }
  double step_size() const override { return options_.step; }
  bool is_exact() const override { return false; }
  bool is_sampling() const override { return options_.noise > 0; }
  std::string remarks() const override;

 protected:
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  UnadjustedLangevinOptions options_;
};

/// The same x' as a proposal, accepted or rejected (MALA; Roberts & Tweedie 1996). In a bounded domain it is
/// one leapfrog step with reflection, which reverses the momentum (Neal 2011, section 5.1).
class AdjustedLangevin : public Sampler {
 public:
  /// Throws Error unless step is above 0.
  explicit AdjustedLangevin(const AdjustedLangevinOptions& options = {});

  std::string_view name() const override { return "mala"; }
  unsigned needs() const override { return kNeedsLogProb | kNeedsScore; }
  double step_size() const override { return options_.step; }
  bool is_exact() const override { return true; }

 protected:
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  AdjustedLangevinOptions options_;
};

SamplerEntry unadjusted_langevin_entry();
SamplerEntry adjusted_langevin_entry();

}  // namespace gradzoo
