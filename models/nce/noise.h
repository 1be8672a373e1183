#pragma once

#include <functional>
#include <memory>

#include "base/options.h"
#include "datasets/toys/toy.h"
#include "models/networks/coupling_flow.h"

namespace gradzoo {

/// The noise that data are classified against.
enum class NoiseKind {
  gaussian,  // round, at the data's mean, as wide as their widest axis
  fitted,    // their mean and covariance
  mixture,   // a kernel estimate from 100 of them, Scott's width
  flow,      // a RealNVP that is fitted to them first
};
inline constexpr Choice<NoiseKind> kNoiseKinds[] = {{"gaussian", NoiseKind::gaussian},
                                                    {"fitted", NoiseKind::fitted},
                                                    {"mixture", NoiseKind::mixture},
                                                    {"flow", NoiseKind::flow}};

/// A density with samples.
struct Noise {
  std::function<Tensor(int64_t n, Rng&)> sample;    // (n, d)
  std::function<Tensor(const Tensor& x)> log_prob;  // normalised: (B, d) -> (B)
};
Noise noise_of(std::shared_ptr<const Toy> toy);
/// The flow must outlive it.
Noise noise_of(const CouplingFlow& flow);

/// The noise for points (n, d), all its widths times `width`; not for `flow`, which is learned.
std::shared_ptr<const Toy> contrasting_noise(NoiseKind kind, const Tensor& points, double width);

}  // namespace gradzoo
