#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How time and memory grow with one size of the work, the rest held.
namespace gradzoo {

/// y = sum_k c_k x^k, and where it `leaves_cache` c max(0, x - knee) more: from the knee on the data come
/// from memory. No coefficient is negative, since no part of the work gives time or memory back.
struct GrowthLaw {
  int order = 1;
  bool leaves_cache = false;
  std::vector<double> coefficients = {};  // of x^0 to x^order, then of what is beyond the knee
  double knee = 0;

  double operator()(double x) const;
  /// Its form, e.g. "a + b B + c B^2" for x = "B".
  std::string form(std::string_view x) const;
  /// The same with its coefficients, without the terms that are zero: "0.41 + 0.012 B".
  std::string text(std::string_view x) const;

  /// The law of this form that is nearest to the points: the sum of squares of law(x_i) / y_i - 1 is least,
  /// so that small sizes weigh as much as large ones. All y > 0; x ascends; the knee is one of the x.
  GrowthLaw fitted(std::span<const double> x, std::span<const double> y) const;
};

struct StepCost {
  double ms = 0;  // median
  double mb =
      0;  // largest memory of all tensors (and the tape, where `nodes` grows) alive at once; 10^6 bytes
};

/// One way of doing the work over sizes that grow, and the laws that theory gives.
struct Growth {
  std::string name;   // "dimension"
  std::string curve;  // "dimension_forward"
  std::string work;   // what a step does
  std::string symbol;
  std::vector<double> sizes;
  GrowthLaw time, memory;
  std::function<StepCost(int64_t size, double seconds)> measure;
};

/// batch, width, depth, dimension (four ways) and nodes.
std::span<const Growth> growths();

struct GrowthOptions {
  size_t sizes = 100;     // at most so many, the smallest ones
  int rounds = 5;         // over all sizes: a slow spell of the machine falls on one round
  double seconds = 0.06;  // a point and round, about
};

/// `growth` with the sizes measured, ms (least of the rounds' medians) and MB of each, and the laws fitted.
struct MeasuredGrowth {
  std::vector<double> sizes, ms, mb;
  GrowthLaw time, memory;
};
MeasuredGrowth measure(const Growth& growth, const GrowthOptions& options = {});

}  // namespace gradzoo
