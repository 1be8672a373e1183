#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/models/made/made.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;

TEST_CASE("natural, random by the seed, or the permutation that is written") {
  CHECK(order_of("natural", 4, 1) == Order{0, 1, 2, 3});
  CHECK(order_of("2,0,1", 3, 1) == Order{2, 0, 1});
  const Order drawn = order_of("random", 50, 1);
  CHECK(drawn == order_of("random", 50, 1));
  CHECK(drawn != order_of("random", 50, 2));
  Order sorted = drawn;
  std::ranges::sort(sorted);
  CHECK(sorted == order_of("natural", 50, 1));
  CHECK(places_in({2, 0, 1}) == std::vector<int64_t>{1, 2, 0});
}

TEST_CASE("what is no permutation is refused, and why is said") {
  const auto refusal = [](const char* text) { return error_message([&] { order_of(text, 3, 1); }); };
  CHECK(contains(refusal("2,0,2"), "2 comes twice"));
  CHECK(contains(refusal("0,1,3"), "3 is out of range"));
  CHECK(contains(refusal("0,1"), "lists 2 numbers, and an example has 3"));
  for (const char* text : {"", "backwards", "0,,1", "0;1;2", "0,1,2,"})
    CHECK_MESSAGE(contains(refusal(text), "Hint: use natural, random"), text);
}

}  // namespace gradzoo
