#pragma once

#include "base/options.h"

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

}  // namespace gradzoo
