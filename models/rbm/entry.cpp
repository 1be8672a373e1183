#include <algorithm>

#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/rbm/rbm.h"

namespace gradzoo {

void RbmOptions::describe(OptionTable& options) {
  options.add("hidden", hidden, "hidden units (m)", {1, 65536});
  learning.describe(options);
  options.add("pixels", pixels, subset(kPixels, Pixels::dynamic_binary, Pixels::fixed_binary),
              "conversion of bytes to 0 or 1: drawn at each visit, or once; grey values have no likelihood "
              "under binary units");
  describe_sampling(options);
  annealing.describe(options);
}

void RbmOptions::describe_sampling(OptionTable& options) {
  options.add("sample_steps", sample_steps, "Gibbs steps from noise per sample", {1, 1e7});
}

void RbmOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape&) {
  table.prefer(training.lr, 0.05, "images");
  table.prefer(training.epochs, 20, "images");
  // With one Gibbs step per update some seeds lose digits.
  table.prefer(learning.chain_steps, 5, "images");
}

void RbmOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape&) {
  table.prefer(training.lr, 0.1, "toys");
  table.prefer(hidden, 16, "toys");
  table.prefer(training.epochs, 4, "toys");
}

void RbmOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  table.prefer(training.schedule, Decay::linear, shape.kind().defaults);
  const int64_t side = std::min(hidden, shape.size());
  if (learning.chains == RbmChains::exact && side > kMostEnumerated) {
    throw Error(
        "chains=exact sums 2^{} states in every step. Hint: set hidden={} or fewer, or chains=persistent",
        side, kMostEnumerated);
  }
}

ModelEntry rbm_entry() {
  return entry_of<RbmOptions, Rbm>(
      {.name = "rbm",
       .summary =
           "restricted Boltzmann machine: binary units, trained by contrastive divergence with Gibbs chains",
       .source = "Smolensky 1986; Hinton 2002; Salakhutdinov & Murray 2008",
       .data = kBitData});
}

}  // namespace gradzoo
