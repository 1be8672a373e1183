#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradzoo {

/// In which order numbers are drawn: number order[p] of an example comes p-th.
using Order = std::vector<int64_t>;

/// "natural": 0, 1, ..., size-1; "random": a permutation that follows from the seed; or a permutation itself,
/// "2,0,1". Throws Error for anything else.
Order order_of(const std::string& text, int64_t size, uint64_t seed);

/// Where each number comes: the inverse permutation. Throws Error where the order is none of 0 ... size-1.
std::vector<int64_t> places_in(const Order& order);

}  // namespace gradzoo
