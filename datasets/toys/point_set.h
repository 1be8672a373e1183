#pragma once

#include <memory>
#include <string>

#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// Returns the empirical distribution of points (n, d) f32: each sample is one of `points.rows`, with
/// replacement. It has no density and no score. Its box contains all of these points, with a margin of a
/// tenth of each side.
std::shared_ptr<const Toy> make_point_set(const Examples& points, std::string name);

}  // namespace gradzoo
