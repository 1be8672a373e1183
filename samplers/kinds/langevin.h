#pragma once

#include "gradzoo/base/options.h"
#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// Meaning of eta in a Langevin step. Both conventions sample exp f; eta of `full` is half the eta of `half`.
enum class StepConvention {
  full,  ///< x_next = x + eta grad f + sqrt(2 eta) z  (Roberts & Tweedie 1996)
  half,  ///< x_next = x + eta/2 grad f + sqrt(eta) z  (Song & Ermon 2019; the lectures)
};
/// Names of the conventions in options.
inline constexpr Choice<StepConvention> kStepConventions[] = {{"full", StepConvention::full},
                                                              {"half", StepConvention::half}};

/// Converts a step to eta of the full convention.
inline double full_step(double step, StepConvention convention) {
  return convention == StepConvention::full ? step : step / 2;
}

/// Describes the options `step` and `convention`.
inline void describe_langevin_step(OptionTable& options, double& step, StepConvention& convention) {
  options.add("step", step, "step size eta of the Langevin step");
  options.add("convention", convention, kStepConventions,
              "full: x + eta grad f + sqrt(2 eta) z; half: x + eta/2 grad f + sqrt(eta) z");
}

/// The options of MALA, which accepts or rejects.
struct AdjustedLangevinOptions {
  double step = 0.01;                                ///< step size eta
  StepConvention convention = StepConvention::full;  ///< meaning of eta

  void describe(OptionTable& options);
};

/// The options of ULA, which accepts all moves.
struct UnadjustedLangevinOptions {
  double step = 0.01;                                ///< step size eta
  StepConvention convention = StepConvention::full;  ///< meaning of eta
  double noise = 1;  ///< factor of the noise; 1 samples exp f, 0 climbs to a mode

  void describe(OptionTable& options);
};

/// Unadjusted Langevin (Parisi 1981; Roberts & Tweedie 1996): x_next = x + eta grad f + noise sqrt(2 eta) z.
/// Every move is accepted: the stationary distribution is the target only in the limit of small steps. In a
/// bounded domain x_next is reflected.
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

/// MALA (Roberts & Tweedie 1996): unadjusted Langevin's x_next is a proposal that is accepted or rejected. In
/// a bounded domain it is a leapfrog step with reflection of the momentum (Neal 2011, section 5.1).
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
