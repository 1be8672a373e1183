#include <numeric>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/models/made/made.h"

namespace gradzoo {
namespace {

Order listed(const std::string& text) {
  if (std::optional<Order> order = parse_numbers<int64_t>(text)) return std::move(*order);
  throw Error("order='{}' is not an order. Hint: natural, random, or a permutation such as 2,0,1", text);
}

}  // namespace

Order order_of(const std::string& text, int64_t size, uint64_t seed) {
  Order order(static_cast<size_t>(size));
  if (text == "natural") {
    std::iota(order.begin(), order.end(), int64_t{0});
  } else if (text == "random") {
    Rng rng(seed, "made/order");
    const Tensor drawn = randperm(size, rng);
    order.assign(drawn.data<int64_t>(), drawn.data<int64_t>() + size);
  } else {
    order = listed(text);
    if (std::ssize(order) != size)
      throw Error("order lists {} numbers, and an example has {}. Hint: each of 0 to {} once", order.size(),
                  size, size - 1);
    places_in(order);
  }
  return order;
}

std::vector<int64_t> places_in(const Order& order) {
  const int64_t size = std::ssize(order);
  std::vector<int64_t> places(order.size(), -1);
  for (int64_t p = 0; p < size; ++p) {
    const int64_t number = order[static_cast<size_t>(p)];
    if (number < 0 || number >= size || places[static_cast<size_t>(number)] >= 0)
      throw Error("the order is not a permutation: {} comes {}. Hint: each of 0 to {} once", number,
                  number < 0 || number >= size ? "from elsewhere" : "twice", size - 1);
    places[static_cast<size_t>(number)] = p;
  }
  return places;
}

}  // namespace gradzoo
