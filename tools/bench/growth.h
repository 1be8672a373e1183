#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

/// Measures how time and memory grow with one size of the work, while all other sizes are fixed.
namespace gradzoo {

struct StepCost {
  double ms = 0;  // median time
  double mb = 0;  // peak memory of all tensors (and of the tape, if `nodes` grows) in MB of 10^6 bytes
};

/// One kind of work, measured at growing sizes.
struct Growth {
  std::string name;   // "dimension"
  std::string curve;  // "dimension_forward"
  std::string work;   // description of one step
  std::string symbol;
  std::vector<double> sizes;
  std::function<StepCost(int64_t size, double seconds)> measure;
};

/// Returns the growths by batch, width, depth, dimension (four variants) and nodes.
std::span<const Growth> growths();

struct GrowthOptions {
  size_t sizes = 100;     // largest number of sizes; the smallest sizes are measured
  int rounds = 5;         // number of passes over all sizes: a slow period of the machine affects one pass
  double seconds = 0.06;  // approximate time per size and round
};

/// Returns the cost at each size: the smallest median time of the rounds, and the memory.
std::vector<StepCost> measure(const Growth& growth, const GrowthOptions& options = {});

/// Returns the exponent p of the power law y = c x^p through two points: 1 for a line, 2 for a parabola.
double order_between(double x, double y, double next_x, double next_y);

}  // namespace gradzoo
