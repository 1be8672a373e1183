#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"

/// The network of step 6 in gradzoo's own engine, and the results of common mistakes.
namespace gradzoo::course {

/// Returns log p up to a constant: linear layers x W + b with tanh between them (relu for a mistake).
/// Parameters: W (in, out), b (1, out) of each layer in order; x (B, d) -> (B, 1).
Tensor density_net(const Tensors& parameters, const Tensor& x, bool relu_between = false);

/// Implicit score matching: the mean over rows of trace_factor * trace + square_factor * |s|^2 / 2.
struct LossOptions {
  double trace_factor = 1, square_factor = 1;
  bool mean = true;  // false: the sum over rows
  bool first_axis_only = false;
  bool relu_between = false;
};
/// Returns the loss; x is recorded as a leaf.
Tensor matching_loss(const Tensors& parameters, const Tensor& x, const LossOptions& options = {});

/// Settings of Adam: the right ones, and common mistakes.
struct AdamOptions {
  double rate = 1e-3;
  bool corrected = true;     // true: with bias correction
  bool inside_root = false;  // true: epsilon is under the square root
  bool decayed = true;       // true: m = b1 m + (1 - b1) g; false: m = b1 m + g
  bool upwards = false;      // true: steps along the gradient
  bool shared_root = true;   // false: without the square root
};
/// Takes Adam's steps in f64.
class AdamSteps {
 public:
  explicit AdamSteps(const AdamOptions& options) : options_(options) {}
  void step(std::vector<double>& values, const std::vector<double>& gradient);

 private:
  AdamOptions options_;
  int steps_ = 0;
  std::vector<double> m_, v_;
};

}  // namespace gradzoo::course
