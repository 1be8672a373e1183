#pragma once

#include <doctest/doctest.h>

#include "gradzoo/state/state.h"

namespace gradzoo::test {

/// Copies the values of a State to the entries of another State, which has the same entries or fewer.
inline void take_over(const State& from, const State& into) {
  for (const State::Entry& entry : into.entries()) {
    const State::Entry* const source = from.find(entry.name);
    REQUIRE_MESSAGE(source != nullptr, entry.name);
    entry.restore(source->bytes());
  }
}

}  // namespace gradzoo::test
