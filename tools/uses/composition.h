#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/eval/estimate.h"
#include "models/pictures/picture.h"
#include "tools/run/saved_run.h"

/// Runs whose densities are multiplied, and what their product comes to: what `gradzoo compose` does.
namespace gradzoo {

struct RunProduct {
  std::vector<SavedRun> runs;
  std::vector<Target> factors;  // one a run, of the models in `runs`
  Target product;               // of toys with a place to start

  const DataShape& shape() const { return runs[0].shape; }
  bool in_plane() const { return !shape().is_image() && shape().size() == 2; }
};

/// Opens the runs. Throws Error unless they are two or more that chains can walk on, of one shape, whose
/// pixels mean the same.
RunProduct compose(const std::vector<std::string>& paths);

/// Samples and quadrature of one coordinate.
struct AxisCheck {
  Estimate mean;      // of the samples, which are independent
  double spread = 0;  // their standard deviation
  double exact_mean = 0, exact_spread = 0;
};
/// What quadrature says of a product of densities in the plane.
struct PlaneCheck {
  std::vector<AxisCheck> axes;
  std::optional<double>
      kl;  // nats, from the product of the truths to that of the models, where all are known
};
/// Samples (n, 2); nothing where a factor has no log-density.
std::optional<PlaneCheck> plane_check(const RunProduct& composition, const Tensor& samples);

/// What a run that goes into a product of images has to do with its samples.
struct FactorCheck {
  std::string learned;             // "mnist only=7"
  double grey = 0;                 // mean of its training images
  std::optional<Estimate> called;  // share of the samples that a classifier calls one of its labels
};
/// Samples (n, H, W); shares are by the program's own classifier, where the data have one and the run was
/// given some labels alone.
std::vector<FactorCheck> factor_checks(const RunProduct& composition, const Tensor& samples);

/// Each factor's density, and the product's with the samples over it; images as a grid.
Picture composition_picture(const RunProduct& composition, const Tensor& samples);

}  // namespace gradzoo
