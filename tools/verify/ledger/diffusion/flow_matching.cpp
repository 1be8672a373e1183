#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/nn/layers/layers.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/statistics.h"

namespace gradzoo {
namespace {

/// Points x_t between noise and data, and what carries them.
using PathsBetween = PathPoints (*)(const Tensor& noise, const Tensor& data, const Tensor& t);

/// For data N(m, s^2) the mean velocity through x at t is u(x,t) = m + (t s^2 - (1-t)) / ((1-t)^2 + t^2 s^2)
/// (x - t m): the largest |z| over several t of E[(x_1 - x_0 - u) x_t^k], k = 0, 1, 2, which are 0.
double gaussian_velocity_z(PathsBetween paths, int64_t count,

                           uint64_t seed) {
  constexpr double kMean = 1.5, kStd = 0.5;
  Rng rng(seed, "ledger/flow");
  double worst = 0;
  for (const double t : {0.2, 0.5, 0.9}) {
    const Tensor noise = randn({count, 1}, rng, DType::f64);
    const Tensor data = randn({count, 1}, rng, DType::f64) * kStd + kMean;
    const PathPoints at = paths(noise, data, full({count}, t, DType::f64));
    const double slope = (t * kStd * kStd - (1 - t)) / ((1 - t) * (1 - t) + t * t * kStd * kStd);
    const Tensor residual = at.velocity - ((at.x - t * kMean) * slope + kMean);
    for (const double power : {0.0, 1.0, 2.0}) {
      const Tensor weighted = power == 0 ? residual : residual * pow(at.x, power);
      worst = std::max(worst, std::abs(z_score(weighted, 0)));
    }
  }
  return worst;
}

PathPoints straight(const Tensor& noise, const Tensor& data, const Tensor& t) {
  return points_on(straight_path(), noise, data, t);
}

RowResult gaussian_velocity(PathsBetween paths, const RowContext& context) {
  return {
      gaussian_velocity_z(paths, 1'000'000, context.seed), AtMost{4.5},
      "data N(1.5, 0.25), t = 0.2, 0.5, 0.9, 1e6 paths each: largest |z| of 9 moments of the residual; false "
      "alarm 6e-5"};
}

/// log p of rows x (B, d) at the end of the flow of u.
using FlowLogDensity = Tensor (*)(VelocityFn u, const Tensor& x);
Tensor log_density_by_divergence(VelocityFn u, const Tensor& x) { return flow_log_density(u, x); }

/// |log Z| of the density of the flow of u in the plane by quadrature, where it should be 0.
double density_normalisation_error(FlowLogDensity log_density, VelocityFn u) {
  const Grid grid({{-8, -8}, {8, 8}}, 128);
  return std::abs(log_partition(grid, on_grid(grid, [&](const Tensor& x) { return log_density(u, x); })));
}

// Briefly of a velocity that is written down.
// A perceptron as it begins, its output twice as large: it bends space as a trained one does.
RowResult density_normalised(FlowLogDensity log_density, const RowContext& context) {
  Rng rng(context.seed, "ledger/flow-density");
  const Mlp net({3, 48, 48, 2}, rng, {.activation = "silu", .linear = {.dtype = DType::f64}});
  const auto u = [&](const Tensor& x, double t) {
    return net.forward(concat(x, full({x.dim(0), 1}, t, DType::f64), 1)) * 2.0;
  };
  const auto written_down = [](const Tensor& x, double t) { return x * (0.5 * t) + sin(x) * 0.5; };
  const double error = context.brief ? density_normalisation_error(log_density, written_down)
                                     : density_normalisation_error(log_density, u);
  return {error, AtMost{1e-4},
          "an untrained perceptron 3-48-48-2 SiLU, twice its output, f64, 128 x 128 cells over [-8,8]^2: "
          "|log Z|"};
}

}  // namespace

std::vector<Row> flow_matching_rows() {
  return {
      identity(
          {"flow_matching.gaussian_velocity",
           "between N(0,1) and a Gaussian the mean velocity along straight paths is linear in x, as computed",
           "Lipman et al. 2023, theorem 3", 1},
          gaussian_velocity, straight,
          {{"a velocity that is a hundredth short",
            [](const Tensor& noise, const Tensor& data, const Tensor& t) {
              const PathPoints paths = straight(noise, data, t);
              return PathPoints{paths.x, paths.velocity * 0.99};
            }},
           {"from data to noise", [](const Tensor& noise, const Tensor& data,
                                     const Tensor& t) { return straight(data, noise, t); }}}),
      identity({"flow_matching.density_normalised",
                "the density by the divergence along a flow integrates to 1, whatever the velocity",
                "Chen et al. 2018, eq. 8", 5},
               density_normalised, log_density_by_divergence,
               {{"a hundredth of log p left out",
                 [](VelocityFn v, const Tensor& x) { return flow_log_density(v, x) * 0.99; }}})};
}

}  // namespace gradzoo
