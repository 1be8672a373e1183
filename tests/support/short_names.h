#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/approx.h"

/// Short names that most tests use.
namespace gradzoo::test {

using doctest::Contains;
using Doubles = std::vector<double>;
using Strings = std::vector<std::string>;

}  // namespace gradzoo::test
