#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/networks/noise_path.h"
#include "models/diffusion/pictures.h"
#include "models/networks/units.h"

namespace gradzoo {
namespace {

// Noise learned at all levels bends more than a velocity along straight lines.
constexpr int64_t kDensitySteps = 48;

Tensor log_density(const Diffusion& model, const Tensor& x, const TraceOptions& divergence) {
  const auto velocity = [&](const Tensor& y, double t) { return model.velocity(y, t); };
  const double scale = model.path()(1).data;  // x_t at the end, were there no noise
  const double volume = static_cast<double>(x.dim(1)) * std::log(scale);
  return flow_log_density(
             velocity, x * scale,
             {.steps = kDensitySteps, .noise = model.path()(0).noise, .divergence = divergence}) +
         volume;
}

}  // namespace

Quantities plane_density(const Diffusion& model, const Toy& toy) {
  constexpr int64_t kCells = 128;
  const DensityFit fit = density_fit(
      toy, [&](const Tensor& x) { return log_density(model, x, {}); }, DType::f32, kCells);
  return density_quantities(
      fit,
      "KL(truth || model) by quadrature; the model's density comes from integrating the flow's divergence");
}

Quantities image_bits(const Diffusion& model, const DataView& data, int64_t count, const ShareDone& done) {
  constexpr int64_t kAtOnce = 50;
  Rng probes(data.seed, "diffusion/probes");
  const Examples some = first_of(data.examples, count);
  Tensors bits;
  int64_t seen = 0;
  for_each_batch(some, Pixels::dequantised, data.seed, kAtOnce, [&](const Batch& batch) {
    const Tensor log_p =
        log_density(model, batch.x * 2.0 - 1.0, {.method = TraceMethod::hutchinson, .rng = &probes});
    // Of x in [-1,1], whose density is half as high in each dimension as that of x in [0,1].
    bits.push_back(bits_per_dim(log_p, batch.x.dim(1)) - 1.0);
    seen += batch.count();
    done(static_cast<double>(seen) / static_cast<double>(some.count()));
  });
  Quantity found = mean_over_examples(kBitsPerDim, concat(bits, 0),
                                      "-log2 p(x) / d + 8 of dequantised pixels, from the probability flow "
                                      "with its divergence estimated by random probes" +
                                          of_the_first(some.count(), data.examples));
  found.density_kind = "bits/dim by the flow";
  return {found};
}

LogProb path_log_prob(const Diffusion& model, const DataShape& shape) {
  constexpr int64_t kProbeDraws = 8;
  const Units units(shape.kind());
  const bool by_probes = shape.kind().pixels;
  const double volume = static_cast<double>(shape.size()) * std::log(units.length());
  const Mixing end = model.path()(1);
  const double noise = end.noise / (end.data * units.length());
  return {.of =
              [&model, units, by_probes, volume](const Tensor& x, Rng& rng) {
                const TraceOptions divergence =
                    by_probes ? TraceOptions{.method = TraceMethod::hutchinson, .rng = &rng} : TraceOptions{};
                return log_density(model, units.centred(x), divergence) + volume;
              },
          .meaning = fmt::format("log p(x) by the probability flow{}",
                                 noise > 0 ? fmt::format(", of data with noise of {:.2g}", noise) : ""),
          .up_to_constant = false,
          .draws = by_probes ? kProbeDraws : 0};
}

}  // namespace gradzoo
