#pragma once

#include <memory>

#include "autograd/base/options.h"
#include "datasets/toys/toy.h"

namespace gradzoo {

/// What data are told from.
enum class NoiseKind {
  gaussian,  // round, at the data's mean, as wide as their widest axis
  fitted,    // their mean and covariance
  mixture,   // a kernel estimate from 100 of them, Scott's width
};
inline constexpr Choice<NoiseKind> kNoiseKinds[] = {
    {"gaussian", NoiseKind::gaussian}, {"fitted", NoiseKind::fitted}, {"mixture", NoiseKind::mixture}};

/// The noise for points (n, d), all its widths times `width`.
std::shared_ptr<const Toy> contrasting_noise(NoiseKind kind, const Tensor& points, double width);

}  // namespace gradzoo
