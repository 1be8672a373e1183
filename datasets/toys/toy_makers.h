#pragma once

#include "gradzoo/datasets/toys/toy.h"

/// Functions that make the toys at scale 1, for an allowed noise. The kinds in datasets/kinds/ list them.
namespace gradzoo {

/// Distance from a Gaussian's mean to its box, in standard deviations: 8e-11 per axis is outside.
inline constexpr double kReach = 6.5;

/// Base class that stores a toy's name and box.
class BoxedToy : public Toy {
 public:
  BoxedToy(std::string name, Box box) : box_(std::move(box)), name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  int64_t dimensions() const override { return box_.dimensions(); }
  Box box() const override { return box_; }

 protected:
  Box box_;

 private:
  std::string name_;
};

/// Throws Error unless x is (B, d) with the toy's d, f32 or f64.
void check_points(const Toy& toy, const Tensor& x);

std::shared_ptr<const Toy> make_correlated_gaussian(double noise);
std::shared_ptr<const Toy> make_three_gaussians(double noise);
std::shared_ptr<const Toy> make_ring8(double noise);
std::shared_ptr<const Toy> make_grid25(double noise);
std::shared_ptr<const Toy> make_two_moons(double noise);
std::shared_ptr<const Toy> make_checkerboard(double noise);
std::shared_ptr<const Toy> make_gamma(double noise);
std::shared_ptr<const Toy> make_exponential(double noise);
std::shared_ptr<const Toy> make_bars_and_stripes(double noise);

}  // namespace gradzoo
