#include "models/networks/time_network.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "support/stir.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

TEST_CASE(
    "images whose sides are no multiples of 4 are seen with zeros beside them, and come back as they were") {
  CHECK(padded_side(28) == 28);
  CHECK(padded_side(29) == 32);
  CHECK(padded_side(1) == 4);
  const DataShape odd{.example = {6, 7}}, even{.example = {8, 8}};
  const auto said_by = [](const DataShape& shape, const Tensor& x, const Tensor& t) {
    Rng rng(1, "time_network_test");
    TimeNetwork net({.channels = 8}, shape, 0, rng);
    test::stir(net, 2);
    return net.predict(x, t, {});
  };
  const NoGrad quiet;
  Rng rng(3, "time_network_test");
  const Tensor x = randn({2, 42}, rng), t = tensor({0.2, 0.7}, {2});
  const Tensor wide = pad(pad(reshape(x, {2, 6, 7}), 1, 0, 2), 2, 0, 1);
  const Tensor said = said_by(even, reshape(wide, {2, 64}), t);
  const Tensor wanted = slice(slice(reshape(said, {2, 8, 8}), 1, 0, 6), 2, 0, 7);
  const Tensor found = said_by(odd, x, t);
  CHECK(found.shape() == x.shape());
  CHECK(max(abs(found)).item() > 0.1);
  CHECK(test::max_error(found, wanted.to_vector()) < 1e-5);
}

}  // namespace
}  // namespace gradzoo
