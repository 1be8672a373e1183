#include <algorithm>

#include "gradzoo/models/dbn/dbn.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

void DbnOptions::describe(OptionTable& options) {
  options.add("hidden", hidden, "hidden units of each layer, from the data upwards; a single layer is an rbm",
              {1, 65536});
  learning.describe(options);
  options.add("upward", upward, kDbnUpward, "training data that a layer passes to the next one");
  options.add("pixels", pixels, subset(kPixels, Pixels::dynamic_binary, Pixels::fixed_binary),
              "conversion of bytes to 0 or 1: drawn at each visit, or once; grey values have no likelihood "
              "under binary units");
  describe_sampling(options);
  annealing.describe(options);
  options.add("bound_samples", bound_samples, "draws per example for the bound of log p(x) in eval",
              {1, 1e5});
}

void DbnOptions::describe_sampling(OptionTable& options) {
  options.add("sample_steps", sample_steps, "Gibbs steps of the top machine per sample", {1, 1e7});
}

void DbnOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape&) {
  table.prefer(training.lr, 0.05, "images");
  table.prefer(training.epochs, 40, "images");
  // With one Gibbs step per update the top machine loses some of the digits, others with each seed.
  table.prefer(learning.chain_steps, 5, "images");
}

void DbnOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape&) {
  table.prefer(training.lr, 0.1, "toys");
  table.prefer(hidden, std::vector<int64_t>{16, 16}, "toys");
  table.prefer(training.epochs, 8, "toys");
}

void DbnOptions::adapt(OptionTable&, TrainingOptions&, const DataShape& shape) {
  if (hidden.empty()) throw Error("dbn: hidden has no layers. Hint: set hidden=500,500");
  int64_t below = shape.size();
  for (const int64_t size : hidden) {
    const int64_t side = std::min(below, size);
    if (learning.chains == RbmChains::exact && side > kMostEnumerated) {
      throw Error(
          "chains=exact sums 2^{} states in every step. Hint: use layers of {} units or fewer, or "
          "chains=persistent",
          side, kMostEnumerated);
    }
    below = size;
  }
}

ModelEntry dbn_entry() {
  return entry_of<DbnOptions, Dbn>(
      {.name = "dbn",
       .summary =
           "deep belief network: restricted Boltzmann machines, trained greedily from the data upwards",
       .source = "Hinton, Osindero & Teh 2006; Salakhutdinov & Murray 2008",
       .data = kBitData});
}

}  // namespace gradzoo
