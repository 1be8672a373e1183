#pragma once

#include <optional>
#include <string>

#include "datasets/images/image_dataset.h"
#include "models/eval/digit_ruler.h"
#include "models/eval/frechet.h"
#include "tools/run/saved_run.h"

namespace gradzoo {

/// How far features of some images are from those of all real images of a split.
struct FeatureDistance {
  Estimate frechet;  // its error by bootstrap; it falls with the count: compare equal counts alone
  std::optional<Estimate> kernel;  // unbiased at any count; none below two blocks of 50
};

/// What a classifier says of a run's samples, and of as many real images of its data.
struct RulerReport {
  std::string samples_of, classifier;  // "runs/vae-1: vae at step 5500 on mnist"
  Split split;                         // the real images'
  RulerReading samples, real;
  FeatureDistance samples_distance, floor;  // of the samples; of as many training images
};

/// Draws n samples from `run`, those that `gradzoo sample` draws without a seed, and measures them and n
/// images of the run's `split`, evenly spread over it. Throws Error where either run does not fit: points, no
/// classifier, other sizes.
RulerReport hold_against(const SavedRun& run, const SavedRun& classifier, int64_t n, Split split);

/// Whether a run draws what the program's own classifier knows: MNIST's digits.
bool draws_digits(const SavedRun& run);
/// The same by that classifier.
RulerReport hold_against_digits(const SavedRun& run, int64_t n, Split split);

std::string ruler_table(const RulerReport& report);
std::string ruler_json(const RulerReport& report);

}  // namespace gradzoo
