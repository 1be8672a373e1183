#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tools/bench/growth_law.h"

/// How time and memory grow with one size of the work, the rest held.
namespace gradzoo {

struct StepCost {
  double ms = 0;  // median
  double mb =
      0;  // largest memory of all tensors (and the tape, where `nodes` grows) alive at once; 10^6 bytes
};

/// One way of doing the work, and the law that theory gives for it.
struct GrowthCurve {
  std::string name;  // "dimension_forward"
  std::string label;
  GrowthTheory time, memory;
  StepCost (*measure)(int64_t size, double seconds);
};

/// A size that grows, with the curves that are drawn over it.
struct Growth {
  std::string name;    // "batch"
  std::string work;    // what a step does
  std::string symbol;  // "B"
  std::string unit;    // what is counted: "images a step"
  std::vector<int64_t> sizes;
  std::vector<GrowthCurve> curves;
};

/// batch, width, depth, dimension and nodes.
std::span<const Growth> growths();

struct GrowthOptions {
  size_t sizes = 100;     // at most so many, the smallest ones
  int rounds = 5;         // over all sizes: a slow spell of the machine falls on one round
  double seconds = 0.06;  // a point and round, about
};

struct MeasuredCurve {
  std::vector<double> sizes, ms, mb;  // ms: least of the rounds' medians
  GrowthLaw time, memory;
};
MeasuredCurve measure_curve(const Growth& growth, const GrowthCurve& curve,
                            const GrowthOptions& options = {});

}  // namespace gradzoo
