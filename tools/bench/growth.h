#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

/// How time and memory grow with one size of the work, the rest held.
namespace gradzoo {

struct StepCost {
  double ms = 0;  // median
  double mb =
      0;  // largest memory of all tensors (and the tape, where `nodes` grows) alive at once; 10^6 bytes
};

/// One kind of work, measured at growing sizes.
struct Growth {
  std::string name;   // "dimension"
  std::string curve;  // "dimension_forward"
  std::string work;   // what a step does
  std::string symbol;
  std::vector<double> sizes;
  std::function<StepCost(int64_t size, double seconds)> measure;
};

/// batch, width, depth, dimension (four ways) and nodes.
std::span<const Growth> growths();

struct GrowthOptions {
  size_t sizes = 100;     // at most so many, the smallest ones
  int rounds = 5;         // over all sizes: a slow spell of the machine falls on one round
  double seconds = 0.06;  // a point and round, about
};

/// Returns the cost at each size: the smallest of the rounds' medians, and the memory.
std::vector<StepCost> measure(const Growth& growth, const GrowthOptions& options = {});

/// Returns the exponent p with which y grows as x^p between two points: 1 for a line, 2 for a square.
double order_between(double x, double y, double next_x, double next_y);

}  // namespace gradzoo
