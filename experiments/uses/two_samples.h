#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/eval/c2st.h"
#include "gradzoo/models/pictures/picture.h"

/// Two sets of samples held against each other: what `gradzoo c2st` does.
namespace gradzoo {

/// A set, and what it is.
struct SampleSet {
  Tensor samples;           // (n, H, W) or (n, H, W, 3) in [0, 1], or points (n, d)
  std::string description;  // "runs/vae-1", "mnist (test)"
};
struct TwoSets {
  SampleSet a, b;
  DataShape shape;
  bool binary;  // pixels were drawn, 0 or 1
};

/// What a set is called, and the run of that name; null where it is none.
struct NamedSet {
  std::string name;
  OpenedRun* run = nullptr;
};

/// n of each: of a run its samples; `test` and `data` are test and training examples of what the run on the
/// other side learned; a dataset's name is its test examples. The same examples on both sides are parted, so
/// that none comes twice. Where a run on either side learned binary pixels, grey ones are drawn. Throws Error
/// for what is none of these, for examples of two widths, and where there are fewer than n, saying how many.
TwoSets two_sets(const NamedSet& a, const NamedSet& b, int64_t n, uint64_t seed);

/// The held-out examples that the classifier was surest about, of either side; of points in the plane beside
/// all that were held out.
Picture surest_picture(const TwoSets& sets, const C2stResult& result);

}  // namespace gradzoo
