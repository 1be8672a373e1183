#pragma once

#include "base/function_ref.h"
#include "models/eval/frechet.h"
#include "models/networks/flow_density.h"
#include "models/networks/noise_path.h"
#include "tools/ledger/row.h"

/// Theorems of flow matching, and of the distances that its pictures are measured by.
namespace gradzoo {

/// For data N(m, s^2) the mean velocity through x at t is u(x,t) = m + (t s^2 - (1-t)) / ((1-t)^2 + t^2 s^2)
/// (x - t m): the largest |z| over several t of E[(x_1 - x_0 - u) x_t^k], k = 0, 1, 2, which are 0.
double gaussian_velocity_z(
    FunctionRef<PathPoints(const Tensor& noise, const Tensor& data, const Tensor& t)> paths, int64_t count,
    uint64_t seed);

/// |log Z| of the density of the flow of u in the plane by quadrature, where it should be 0.
double density_normalisation_error(FunctionRef<Tensor(VelocityFn u, const Tensor& x)> log_density,
                                   VelocityFn u);

/// The largest difference, relative to 1 or more, of `distance` between Gaussians and its closed form where
/// their covariances have one set of eigenvectors: |m - m'|^2 + sum_i (s_i - s'_i)^2.
double frechet_closed_form_error(FunctionRef<double(const Moments&, const Moments&)> distance);

/// |z| of the mean over splits of one Gaussian's sample of the distance between the halves.
double kernel_distance_z(FunctionRef<Estimate(const Tensor&, const Tensor&, int64_t)> distance,
                         uint64_t seed);

std::vector<Row> flow_rows();

}  // namespace gradzoo
