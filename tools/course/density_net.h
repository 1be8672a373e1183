#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"

/// The net of step 6 by gradzoo's own engine, and what usual slips would make of it.
namespace gradzoo::course {

/// log p up to a constant: layers x W + b, between them tanh (or relu, for a slip). Parameters: W (in, out),
/// b (1, out) of each layer in turn; x (B, d) -> (B, 1).
Tensor density_net(const Tensors& parameters, const Tensor& x, bool relu_between = false);

/// Implicit score matching: the mean over rows of trace_factor tr + square_factor |s|^2 / 2.
struct LossOptions {
  double trace_factor = 1, square_factor = 1;
  bool mean = true;  // false: the sum over rows
  bool first_axis_only = false;
  bool relu_between = false;
};
/// x is recorded as a leaf.
Tensor matching_loss(const Tensors& parameters, const Tensor& x, const LossOptions& options = {});

/// Adam's steps with these gradients, in f64, and slips of it.
struct AdamOptions {
  double rate = 1e-3;
  bool corrected = true;     // bias correction
  bool inside_root = false;  // epsilon under the root
  bool decayed = true;       // m = b1 m + (1 - b1) g, else m = b1 m + g
  bool upwards = false;
  bool shared_root = true;  // false: without the root
};
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
