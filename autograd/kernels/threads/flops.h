#pragma once

namespace gradzoo::kernels {

/// Returns the number of floating-point operations in the calling thread's products and convolutions; a
/// multiplication and an addition count as two.
inline double& counted_flops() {
  thread_local double flops = 0;
  return flops;
}

}  // namespace gradzoo::kernels
