#include <cmath>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/unet.h"
#include "tools/ledger/diffusion/paths.h"

namespace gradzoo {
namespace {

RowResult conversions(const RowContext&) {
  return {conversion_error({}), AtMost{1e-10},
          "data N(.7, .25); straight, cosine and geometric path, t = .1, .4, .7, .95; from noise, denoised, "
          "score "
          "and velocity to score and velocity: largest relative error"};
}

RowResult score_equivalence(const RowContext&) {
  return {score_equivalence_error([](const Mixing& at) { return at.noise * at.noise; }), AtMost{1e-10},
          "perceptron 3-24-24-3 SiLU, f64, 40 points: value and theta-gradient of b^2 DSM beside the noise's "
          "error"};
}

RowResult ddim_deterministic(const RowContext&) {
  return {stream_difference(ddim_step), AtMost{0},
          "64 starts, 25 steps, two random streams; by ancestral steps they differ"};
}

RowResult flow_likelihood(const RowContext&) {
  const auto log_density = [](VelocityFn v, const Tensor& x) {
    return flow_log_density(v, x, {.steps = 96, .noise = cosine_path()(0).noise});
  };
  return {gaussian_flow_bits_error(log_density), AtMost{1e-3},
          "N(.7, .25) in two dimensions, 20,000 draws, 96 steps along the cosine path: mean error, bits/dim"};
}

RowResult step_conventions(const RowContext&) {
  return {step_convention_error(langevin_step), AtMost{1e-12},
          "64 chains, 6 steps at a level, both written out: largest relative difference"};
}

RowResult gaussian_levels(const RowContext& context) {
  return {gaussian_levels_z(langevin_step, context.seed), AtMost{4.5},
          "data N(.7, .25), 8 levels from 3 to .05, 4 steps each, 2e5 chains: largest |z| of 16 means and "
          "variances; false alarm 1.1e-4"};
}

// Every weight moved away from 0, with which some layers begin.
RowResult unet_second_order(const RowContext& context) {
  Rng rng(context.seed, "ledger/unet");
  const Unet net(1, 0, rng, {.channels = 8, .embedding = 8, .dtype = DType::f64});
  for (NamedTensor& parameter : net.named_parameters()) {
    Tensor values = parameter.tensor;
    const NoGrad quiet;
    values += randn(values.shape(), rng, DType::f64) * 0.1;
  }
  const Tensor x = randn({1, 4, 4, 1}, rng, DType::f64), t = full({1}, 0.4, DType::f64);
  const auto energy = [&](const Tensor& y) { return sum(square(y - net(y, t)), {1, 2, 3}) * -0.5; };
  const GradcheckResult found = gradgradcheck(energy, x, {.directions = 6, .name = "unet"});
  return {
      found.ok ? found.worst_error : NAN, AtMost{1e-6},
      "f = -|x - u(x)|^2 / 2 by a U-Net of 8 channels on 4 x 4 pixels, f64: grad of grad in x against finite "
      "differences along 6 directions, worst relative error"};
}

}  // namespace

std::vector<Row> path_rows() {
  const auto identity = [](const char* name, const char* claim, const char* source, double seconds,
                           RowResult (*measure)(const RowContext&)) {
    return Row{name, RowKind::identity, claim, source, true, seconds, measure};
  };
  return {
      identity("diffusion.conversions",
               "noise, denoised, score and velocity are one reading: each gives the others, and those of a "
               "Gaussian",
               "Song et al. 2021; Lipman et al. 2023", 1, conversions),
      identity("ddpm.score_equivalence", "predicting the noise is denoising score matching weighted by b^2",
               "Vincent 2011; Ho et al. 2020, section 3.2", 1, score_equivalence),
      identity("ddpm.ddim_deterministic", "ddim's samples are a function of where they start",
               "Song, Meng & Ermon 2021", 1, ddim_deterministic),
      identity("ddpm.flow_likelihood_gaussian",
               "the density by the probability flow of the cosine path is the Gaussian's",
               "Song et al. 2021, section 4.3", 1, flow_likelihood),
      identity("ncsn.step_conventions", "e and sqrt(2e), and alpha/2 and sqrt(alpha), are one Langevin step",
               "Song & Ermon 2019, algorithm 1", 1, step_conventions),
      identity("ncsn.gaussian_levels",
               "under the exact score annealed Langevin has the law that its linear steps give a Gaussian",
               "Song & Ermon 2020, proposition 3", 2, gaussian_levels),
      identity("unet.second_order", "the U-Net is differentiated twice, in x, as finite differences say",
               "chain rule", 5, unet_second_order)};
}

}  // namespace gradzoo
