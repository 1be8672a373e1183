#include "tools/ledger/diffusion/rows.h"

#include "autograd/ops.h"
#include "nn/layers/layers.h"

namespace gradzoo {
namespace {

RowResult gaussian_velocity(const RowContext& context) {
  const auto straight = [](const Tensor& noise, const Tensor& data, const Tensor& t) {
    return points_on(straight_path(), noise, data, t);
  };
  return {
      gaussian_velocity_z(straight, 1'000'000, context.seed), AtMost{4.5},
      "data N(1.5, 0.25), t = 0.2, 0.5, 0.9, 1e6 paths each: largest |z| of 9 moments of the residual; false "
      "alarm 6e-5"};
}

// A perceptron as it begins, its output twice as large: it bends space as a trained one does.
RowResult density_normalised(const RowContext& context) {
  Rng rng(context.seed, "ledger/flow-density");
  const Mlp net({3, 48, 48, 2}, rng, {.activation = "silu", .linear = {.dtype = DType::f64}});
  const auto u = [&](const Tensor& x, double t) {
    return net.forward(concat(x, full({x.dim(0), 1}, t, DType::f64), 1)) * 2.0;
  };
  const auto log_density = [](VelocityFn v, const Tensor& x) { return flow_log_density(v, x); };
  return {density_normalisation_error(log_density, u), AtMost{1e-4},
          "an untrained perceptron 3-48-48-2 SiLU, twice its output, f64, 128 x 128 cells over [-8,8]^2: "
          "|log Z|"};
}

RowResult closed_form(const RowContext&) {
  return {frechet_closed_form_error(frechet_distance), AtMost{1e-10},
          "five pairs of Gaussians in 12 dimensions whose covariances commute: largest relative difference"};
}

RowResult same_set(const RowContext&) {
  Rng rng(1, "ledger/frechet");
  const Moments moments = moments_of(randn({300, 40}, rng, DType::f64));
  return {frechet_distance(moments, moments), AtMost{1e-9}, "300 points in 40 dimensions against themselves"};
}

RowResult unbiased(const RowContext& context) {
  return {kernel_distance_z(kernel_distance, context.seed), AtMost{4.2},
          "100 splits of one law in 8 dimensions, 200 points each: |z| of the mean; false alarm below 1e-4"};
}

}  // namespace

std::vector<Row> flow_rows() {
  return {
      {"flow_matching.gaussian_velocity", RowKind::identity,
       "between N(0,1) and a Gaussian the mean velocity along straight paths is linear in x, as computed",
       "Lipman et al. 2023, theorem 3", true, 1, gaussian_velocity},
      {"flow_matching.density_normalised", RowKind::identity,
       "the density by the divergence along a flow integrates to 1, whatever the velocity",
       "Chen et al. 2018, eq. 8", true, 5, density_normalised},
      {"fid.gaussian_closed_form", RowKind::identity,
       "the Frechet distance of Gaussians whose covariances commute is |m - m'|^2 + sum (s - s')^2",
       "Dowson & Landau 1982", true, 1, closed_form},
      {"fid.same_set", RowKind::identity, "a set is at distance 0 from itself", "Dowson & Landau 1982", true,
       1, same_set},
      {"kid.unbiased", RowKind::identity, "between splits of one law the kernel distance is 0 in the mean",
       "Binkowski et al. 2018, section 4", true, 1, unbiased}};
}

}  // namespace gradzoo
