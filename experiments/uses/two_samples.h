#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/eval/c2st.h"
#include "gradzoo/models/pictures/picture.h"

/// The comparison of two sets of samples for `gradzoo c2st`.
namespace gradzoo {

/// A set of samples and its description.
struct SampleSet {
  Tensor samples;           // (n, H, W) or (n, H, W, 3) in [0, 1], or points (n, d)
  std::string description;  // "runs/vae-1", "mnist (test)"
};
/// The two sets of a test.
struct TwoSets {
  SampleSet a, b;
  DataShape shape;
  bool binary;  // pixels were drawn as 0 or 1
};

/// The name of a set, and the run with this name; null if the name is not that of a run.
struct NamedSet {
  std::string name;
  OpenedRun* run = nullptr;
};

/// Returns n samples of each set. A run's name means its samples; `test` and `data` mean test and training
/// examples of the other run's data; a dataset's name means its test examples. If both sets are from the same
/// examples, no example is in both. If a run has binary pixels, the other set's pixels are drawn as 0 or 1.
/// Throws Error for other names, for different dimensions, and for fewer than n examples.
TwoSets two_sets(const NamedSet& a, const NamedSet& b, int64_t n, uint64_t seed);

/// Returns a picture of the held-out examples of both sets with the most certain decisions; for points in the
/// plane it also shows all held-out points.
Picture surest_picture(const TwoSets& sets, const C2stResult& result);

}  // namespace gradzoo
