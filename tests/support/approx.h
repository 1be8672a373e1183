#pragma once

#include <doctest/doctest.h>

namespace gradzoo {

/// Compares with a relative tolerance: epsilon(e) allows e times the larger number. doctest's Approx allows e
/// (1 + the larger), which is too much for numbers far below 1. Use scale(1) for doctest's tolerance if a
/// number may be 0.
inline doctest::Approx approx(double value) { return doctest::Approx(value).scale(1e-300); }

}  // namespace gradzoo
