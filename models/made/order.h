#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradzoo {

/// The order of the variables: variable order[p] of an example comes p-th.
using Order = std::vector<int64_t>;

/// "natural": 0, 1, ..., size-1; "random": a permutation that follows from the seed; or a permutation itself,
/// "2,0,1". Throws Error for anything else.
Order order_of(const std::string& text, int64_t size, uint64_t seed);

/// The place of each variable: the inverse permutation. Throws Error unless the order is a permutation of 0
/// ... size-1.
std::vector<int64_t> places_in(const Order& order);

}  // namespace gradzoo
