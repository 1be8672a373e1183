#pragma once

#include <doctest/doctest.h>

namespace gradzoo {

/// Equal up to a share: epsilon(e) allows e times the larger number. doctest's own Approx allows e (1 + the
/// larger): of numbers far below 1 it would hold nothing. scale(1) is its way, for what may be 0.
inline doctest::Approx approx(double value) { return doctest::Approx(value).scale(1e-300); }

}  // namespace gradzoo
