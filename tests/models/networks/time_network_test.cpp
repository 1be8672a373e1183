#include "gradzoo/models/networks/time_network.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/noise_path.h"
#include "support/stir.h"
#include "support/tensor_values.h"

namespace gradzoo {

TEST_CASE("images whose sides are no multiples of 4 are seen with zeros beside them, and come back") {
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

TEST_CASE("a perceptron that is bounded carries no point off exponentially, however steep it is outside") {
  const DataShape plane{.example = {2}};
  const Tensor x = tensor({0, 1.6, -1.6, 1.6, 2.6, -1, -1.6, -1.1}, {4, 2});
  // log p at x under the flow of a network whose weights have grown as in a long training.
  const auto least = [&](bool bounded) {
    double found = 0;
    for (const double sign : {-1.0, 1.0}) {
      Rng rng(4, "time_network_test");
      const TimeNetwork net({.hidden = {32, 32}, .bounded = bounded}, plane, 0, rng);
      const NoGrad quiet;
      for (NamedTensor& parameter : net.named_parameters()) {
        Tensor values = parameter.tensor;
        values *= values.rank() == 2 && values.dim(1) == 2 ? sign * 9 : 9.0;
      }
      const auto velocity = [&](const Tensor& y, double t) {
        return net.predict(y, full({y.dim(0)}, t), {});
      };
      found = std::min(found, min(flow_log_density(velocity, x)).item());
    }
    return found;
  };
  CHECK(least(false) < -1e12);
  CHECK(least(true) > -1e6);
  Rng rng(5, "time_network_test");
  const TimeNetwork net({.hidden = {32, 32}, .bounded = true}, plane, 0, rng);
  CHECK(net.named_buffers().size() == 1);
  CHECK(net.named_buffers()[0].tensor.item() == 8);
}

}  // namespace gradzoo
