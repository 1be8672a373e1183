#pragma once

#include <memory>
#include <string>

#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// The empirical distribution of some points (n, d) f32: each draw is one of `points.rows`, with replacement.
/// It has no density and no score. Its box holds all of these points and a tenth of each side more.
std::shared_ptr<const Toy> make_point_set(const Examples& points, std::string name);

}  // namespace gradzoo
