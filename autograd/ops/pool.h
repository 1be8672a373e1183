#pragma once

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Windows of k x k pixels, side by side: x (..., H, W, C), H and W multiples of k.
namespace gradzoo::ops {

struct AvgPool2d {
  static constexpr const char* name = "avg_pool2d";
  static constexpr const char* formula = "y = mean of each window;  dx = g / k^2 at each of its pixels";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int64_t k = 2;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<AvgPool2d>> cases();
};

struct UpsampleNearest2d {
  static constexpr const char* name = "upsample_nearest2d";
  static constexpr const char* formula = "y = x at each pixel of its window;  dx = sum over the window of g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int64_t k = 2;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<UpsampleNearest2d>> cases();
};

/// Maxima per window; equal maxima share the gradient equally.
struct MaxPool2d {
  static constexpr const char* name = "max_pool2d";
  static constexpr const char* formula =
      "y = max of each window;  dx = g where x = y, shared by ties, else 0";
  static constexpr Kind kind = Kind::other;
  static constexpr int smoothness = 0;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0) | kReadsOut};
  int64_t k = 2;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  void vjp_fast(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<MaxPool2d>> cases();
};

struct SpaceToDepth {
  static constexpr const char* name = "space_to_depth";
  static constexpr const char* formula = "y = each window's pixels as channels;  dx = depth_to_space(g)";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int64_t k = 2;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, depth_to_space(g, k)); }
  static std::vector<OpCase<SpaceToDepth>> cases();
};

struct DepthToSpace {
  static constexpr const char* name = "depth_to_space";
  static constexpr const char* formula = "y = channels as each window's pixels;  dx = space_to_depth(g)";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int64_t k = 2;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, space_to_depth(g, k)); }
  static std::vector<OpCase<DepthToSpace>> cases();
};

}  // namespace gradzoo::ops
