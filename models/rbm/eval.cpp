#include "models/rbm/eval.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/rbm/rbm.h"

namespace gradzoo {
namespace {

constexpr int64_t kExamplesAtOnce = 1000;

Tensor free_energy_of_first(const RbmLayer& layer, const Examples& examples, int64_t n, Pixels pixels,
                            uint64_t seed) {
  return layer.free_energy(read_examples(examples, 0, n, pixels, Rng(seed, "eval/pixels")).x);
}

}  // namespace

RbmNumbers rbm_numbers(const RbmLayer& layer, const Examples& examples, Pixels pixels, uint64_t seed) {
  Rng rng(seed, "eval/hidden");
  const RbmGibbs gibbs(layer);
  Tensors free_energies, wrong;
  for_each_batch(examples, pixels, seed, kExamplesAtOnce, [&](const Batch& batch) {
    const Tensor h = gibbs.draw_hidden(batch.x, rng);
    free_energies.push_back(layer.free_energy(batch.x));
    wrong.push_back(sum(abs(batch.x - layer.visible_probabilities(h)), 1));
  });
  return {concat(free_energies, 0), concat(wrong, 0)};
}

Quantity rbm_log_likelihood(const RbmNumbers& numbers, const Quantity& log_z) {
  return less_log_z(mean_over_examples(kRbmLogLikelihood, neg(numbers.free_energy) - log_z.value,
                                       "mean log p(x) = -F(x) - log Z, " + log_z.meaning),
                    log_z, "log p(x)");
}

double rbm_free_energy_gap(const RbmLayer& layer, const DataView& data, Pixels pixels) {
  const int64_t n = std::min<int64_t>({10'000, data.examples.count(), data.train.count()});
  return mean(free_energy_of_first(layer, data.examples, n, pixels, data.seed)).item() -
         mean(free_energy_of_first(layer, data.train, n, pixels, data.seed)).item();
}

}  // namespace gradzoo
