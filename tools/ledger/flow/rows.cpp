#include "tools/ledger/flow/rows.h"

#include "autograd/ops.h"

namespace gradzoo {
namespace {

RowResult gaussian_velocity(const RowContext& context) {
  return {
      gaussian_velocity_z(straight_paths, 1'000'000, context.seed), AtMost{4.5},
      "data N(1.5, 0.25), t = 0.2, 0.5, 0.9, 1e6 paths each: largest |z| of 9 moments of the residual; false "
      "alarm 6e-5"};
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
      {"fid.gaussian_closed_form", RowKind::identity,
       "the Frechet distance of Gaussians whose covariances commute is |m - m'|^2 + sum (s - s')^2",
       "Dowson & Landau 1982", true, 1, closed_form},
      {"fid.same_set", RowKind::identity, "a set is at distance 0 from itself", "Dowson & Landau 1982", true,
       1, same_set},
      {"kid.unbiased", RowKind::identity, "between splits of one law the kernel distance is 0 in the mean",
       "Binkowski et al. 2018, section 4", true, 1, unbiased}};
}

}  // namespace gradzoo
