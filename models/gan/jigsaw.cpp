#include "models/gan/jigsaw.h"

#include <algorithm>
#include <array>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr int64_t kQuarters = 4, kOthers = 23;  // orders of four that move one at least

using Order = std::array<int64_t, kQuarters>;

// The k-th order after the identity, 1 <= k <= 23, as dictionaries sort them.
Order order_after(int64_t k) {
  Order order = {0, 1, 2, 3};
  for (; k > 0; --k) std::next_permutation(order.begin(), order.end());
  return order;
}

}  // namespace

Tensor jigsaw(const Tensor& x, const DataShape& shape, Rng& rng) {
  const int64_t n = x.dim(0), half_height = shape.height() / 2, half_width = shape.width() / 2;
  const Tensor which = rand({n}, rng, DType::f64);
  std::vector<double> from;
  from.reserve(static_cast<size_t>(n * kQuarters));
  for (int64_t i = 0; i < n; ++i) {
    const auto k = static_cast<int64_t>(which.data<double>()[i] * kOthers);
    for (int64_t quarter : order_after(1 + k)) from.push_back(static_cast<double>(kQuarters * i + quarter));
  }
  const Shape split{n, 2, half_height, 2, half_width, shape.channels()},
      quarters{n, 2, 2, half_height, half_width, shape.channels()};
  const Tensor pieces =
      reshape(permute(reshape(x, split), {0, 1, 3, 2, 4, 5}), {kQuarters * n, x.dim(1) / kQuarters});
  const Tensor moved = index_select(pieces, 0, tensor(from, {static_cast<int64_t>(from.size())}, DType::i64));
  return reshape(permute(reshape(moved, quarters), {0, 1, 3, 2, 4, 5}), x.shape());
}

void check_quarters(std::string_view option, const DataShape& shape) {
  if (!shape.is_grid())
    throw Error("gan: {} exchanges quarters of images, and the data are points. Hint: remove this option",
                option);
  if (shape.height() % 2 != 0 || shape.width() % 2 != 0) {
    throw Error(
        "gan: {} exchanges quarters of images, and the images are {}x{}. Hint: use images with even sides",
        option, shape.height(), shape.width());
  }
}

}  // namespace gradzoo
