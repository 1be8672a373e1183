#pragma once

#include <cstdint>

/// The leapfrog integrator's loops (Neal 2011, "MCMC using Hamiltonian dynamics", section 2.3), f32 and f64:
/// x, z, g (rows, cols), and r (cols) for every row. Momenta are M^1/2 z and r is the diagonal of M^-1/2, so
/// z is standard normal and needs no scaling first.
namespace gradzoo::kernels {

/// A kick and a drift in one pass: z += kick r g, then x += drift r z.
template <class T>
void kick_and_drift(double kick, double drift, const T* g, const T* r, T* z, T* x, int64_t rows,
                    int64_t cols);

/// y[i] = 1/2 sum_j (z[i,j] + kick r[j] g[i,j])^2: the kinetic energy after a last kick, which is not stored.
template <class T>
void kinetic_energy(double kick, const T* g, const T* r, const T* z, T* y, int64_t rows, int64_t cols);

}  // namespace gradzoo::kernels
