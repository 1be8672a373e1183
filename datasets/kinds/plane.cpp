#include "datasets/toys/toy_makers.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

/// Points in the plane, which are drawn over the contours of their density.
DataKind plane_kind() {
  return {
      .name = "points",
      .data = "ring8",
      .holds = [](const Shape& example, const Toy*) { return example == Shape{2}; },
      .small = [] { return shape_of({.data = "ring8"}); },
      .toys =
          {
              {{"gaussian", "2-D Gaussian, mean 0, correlation 0.6; noise: the standard deviation, 1"},
               1,
               0,
               make_correlated_gaussian},
              {{"mixture", "three round 2-D Gaussians of weights 0.5, 0.3, 0.2; noise: their sigma, 0.4"},
               0.4,
               0,
               make_three_gaussians},
              {{"ring8", "eight round Gaussians on the unit circle; noise: their sigma, 0.2", 0.01},
               0.2,
               0,
               make_ring8},
              {{"grid25", "5 x 5 round Gaussians, means -4 to 4; noise: their sigma, 0.05"},
               0.05,
               0,
               make_grid25},
              // Its density puts 400 nodes on an arc of length pi, and must not resolve them.
              {{"two-moons", "two half circles; noise: sigma around them, 0.1"}, 0.1, 0.0099, make_two_moons},
              {{"checkerboard", "uniform on the eight dark squares of [-2,2]^2; density, no score"},
               0,
               0,
               make_checkerboard},
          }};
}

}  // namespace gradzoo
