#pragma once

#include <vector>

#include "autograd/tensor.h"
#include "models/pictures/picture.h"
#include "tools/lab/lab.h"

/// What labs measure and draw of points.
namespace gradzoo {

/// Where samples (n, d) lie among centres (k, d): each belongs to its nearest.
struct Nearest {
  std::vector<double> shares;     // (k), of all samples
  std::vector<double> distances;  // (n), to the nearest centre
};
Nearest nearest_centres(const Tensor& samples, const Tensor& centres);

/// 1/2 sum |p_i - q_i|: the largest difference of the probabilities of a set.
double total_variation(const std::vector<double>& p, const std::vector<double>& q);

/// The share of values that are at most `bound`.
double share_within(const std::vector<double>& values, double bound);

/// Views side by side.
LabPicture planes_picture(std::string name, std::string caption, std::vector<Plane> planes);

}  // namespace gradzoo
