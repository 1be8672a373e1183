#include "gradzoo/models/base/entry.h"

namespace gradzoo {

void TrainingOptions::describe(OptionTable& options) {
  options.add("split", split, subset(kSplits, Split::fit, Split::train),
              "training examples: fit (MNIST: 55k, the rest is for validation) or train (all 60k)");
  options.add("epochs", epochs,
              "passes over the training examples (50,000 points of a toy); more by default if there are few "
              "images; ignored if steps is set",
              {1, 100000});
  options.add("steps", steps, "training steps; 0: from epochs", {0, 1e12});
  options.add("batch", batch, "examples per step", {1, 65536});
  options.add("lr", lr, "learning rate at the start", {0, 1e3});
  options.add("schedule", schedule, kDecays, "decay of the learning rate");
  options.add("clip", clip, "largest norm of the gradient; 0: no clipping", {0});
  options.add("ema", ema, "decay of the moving average of the weights, which samples use; 0: no average",
              {0, 0.999999});
  options.add("shards", shards,
              "number of equal parts of a batch, whose gradients are added in a fixed order", {1, 1024});
  options.add("seed", seed, "seed of all random numbers", {0, static_cast<double>(kMostSeed)});
}

}  // namespace gradzoo
