#pragma once

#include "samplers/target.h"

namespace gradzoo {

/// The end of a trajectory of H(x, p) = -log p(x) + p'M^-1 p/2.
struct Trajectory {
  Tensor x;            ///< (B, d)
  PointValue value;    ///< there
  Tensor energy_lost;  ///< (B): H at the beginning minus H at the end
};

/// L steps of size e of the leapfrog integrator (Neal 2011, section 2.3) from x (B, d), of known value, with
/// momenta p = M^1/2 z: z (B, d), which it overwrites; scale (d) is the diagonal of M^-1/2. In a bounded
/// domain x is reflected and p reversed. Evaluates the target L times and allocates only tensors.
Trajectory leapfrog(const Target& target, const Tensor& x, const PointValue& value, Tensor z,
                    const Tensor& scale, double e, int64_t steps);

}  // namespace gradzoo
