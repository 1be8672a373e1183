#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

/// What most tests write often.
namespace gradzoo::test {

using doctest::Approx;
using doctest::Contains;
using Doubles = std::vector<double>;
using Strings = std::vector<std::string>;

}  // namespace gradzoo::test
