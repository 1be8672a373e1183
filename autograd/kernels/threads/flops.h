#pragma once

namespace gradzoo::kernels {

/// Floating-point operations that the calling thread has asked of products and convolutions, a multiplication
/// and an addition each counted.
inline double& counted_flops() {
  thread_local double flops = 0;
  return flops;
}

}  // namespace gradzoo::kernels
