#include "models/vae/eval.h"

#include <algorithm>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/base/over_examples.h"
#include "models/eval/importance.h"
#include "models/vae/objective.h"
#include "nn/distributions.h"

namespace gradzoo {
namespace {

constexpr int64_t kImagesAtOnce = 500;  // images at once
constexpr int64_t kRowsAtOnce = 8000;   // decoder rows at once: some 25 MB of logits

}  // namespace

VaeBound vae_bound(const VaeNetwork& network, const Examples& images, Pixels pixels, uint64_t seed) {
  const NoGrad quiet;
  Rng noise(seed, "eval/noise");
  Tensors reconstructions, kls, means, kl_sums;
  for_each_batch(images, pixels, seed, kImagesAtOnce, [&](const Batch& batch) {
    const Posterior q = network.encode(batch.x, batch.labels);
    const Tensor z = q.mean + exp(q.logvar * 0.5) * randn_like(q.mean, noise);
    const Tensor kl = kl_standard_normal(q.mean, q.logvar);  // (B, latent)
    reconstructions.push_back(neg(network.log_likelihood(batch.x, z, batch.labels)));
    kls.push_back(sum(kl, 1));
    means.push_back(q.mean);
    kl_sums.push_back(sum(kl, 0, true));
  });
  const double per_image = 1.0 / static_cast<double>(images.count());
  return {concat(reconstructions, 0), concat(kls, 0), concat(means, 0),
          sum(concat(kl_sums, 0), 0) * per_image};
}

int64_t active_units(const VaeBound& bound) {
  const std::vector<double> variances = var_axis(bound.means, 0).to_vector();
  return std::ranges::count_if(variances, [](double v) { return v > 0.01; });
}

Tensor vae_log_likelihood(const VaeNetwork& network, const Examples& images, Pixels pixels, int64_t samples,
                          uint64_t seed, const ShareDone& done) {
  const NoGrad quiet;
  Rng noise(seed, "eval/importance");
  const int64_t at_once = std::min<int64_t>(samples, 100);
  Tensors parts;
  int64_t measured = 0;
  for_each_batch(images, pixels, seed, std::max<int64_t>(1, kRowsAtOnce / at_once), [&](const Batch& batch) {
    parts.push_back(importance_log_likelihood(
        [&](int64_t k) { return vae_log_weights(network, batch, k, noise); }, samples, at_once));
    measured += batch.count();
    done(static_cast<double>(measured) / static_cast<double>(images.count()));
  });
  return concat(parts, 0);
}

}  // namespace gradzoo
