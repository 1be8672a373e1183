#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/check/finite_difference.h"
#include "gradzoo/autograd/check/gradcheck.h"

namespace gradzoo {

/// One order of a check: compares the Jacobian of F_{order-1} of NestedGradient with finite differences.
class OrderCheck {
 public:
  OrderCheck(OutputsFn f, std::span<const Tensor> inputs, int order, const GradcheckOptions& options);
  /// Runs the check. Throws Error if f or a vjp does.
  GradcheckResult run();

 private:
  void check_values();
  void check_recorded_values() const;
  void check_sweeps();
  void check_jacobian();
  void check_direction();
  // Compares derivatives along one displacement of argument `i`; `what(row)` and `where` name the derivative.
  void compare(std::span<const double> analytic, CurveFn path, double h,
               FunctionRef<std::string(size_t row)> what, const std::string& where);
  std::vector<Tensor> random_weights();
  std::vector<Tensor> displaced(size_t i, std::span<const double> direction, double t) const;
  std::string output_element(size_t row) const;
  [[noreturn]] void fail(const std::string& what) const;

  const GradcheckOptions& options_;
  Rng rng_;
  NestedGradient f_;
  std::vector<size_t> variables_;  // the arguments that are differentiated
  std::vector<double> values_;     // the values of F, flat
  std::vector<Tensor> leaves_, ys_;
  GradcheckResult result_;
};

}  // namespace gradzoo
