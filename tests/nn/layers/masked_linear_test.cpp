#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/learn/learner.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const std::vector<double> kMask = {1, 0, 1, 0, 0, 1};

int64_t numbers_in(const Module& layer) {
  int64_t sum = 0;
  for (const NamedTensor& parameter : layer.named_parameters()) sum += parameter.tensor.size();
  return sum;
}

Tensor mask() { return tensor(kMask, {2, 3}, DType::f64); }

TEST_CASE("masked weights are 0, and y = x (M o W)' + b") {
  Rng rng(1, "masked_linear_test");
  const MaskedLinear layer(mask(), rng);
  const std::vector<double> w = layer.weight().to_vector(), b = layer.bias().to_vector();
  for (size_t i = 0; i < kMask.size(); ++i) CHECK((w[i] == 0) == (kMask[i] == 0));
  const Tensor x = test::wave({4, 3});
  const std::vector<double> xs = x.to_vector(), y = layer(x).to_vector();
  for (size_t row = 0; row < 4; ++row) {
    CHECK(y[2 * row] == approx(xs[3 * row] * w[0] + xs[3 * row + 2] * w[2] + b[0]));
    CHECK(y[2 * row + 1] == approx(xs[3 * row + 2] * w[5] + b[1]));
  }
  CHECK(layer.named_parameters().size() == 2);
  CHECK(MaskedLinear(mask(), rng, false).named_parameters().size() == 1);
  CHECK_FALSE(MaskedLinear(mask(), rng, false).bias().defined());
}

TEST_CASE("it is differentiable twice in input, weight and bias") {
  Rng rng(2, "masked_linear_test");
  const MaskedLinear layer(mask(), rng);
  const Tensor x = test::wave({4, 3});
  CHECK(gradcheck([&](const Tensor& t) { return square(layer(t)); }, x).ok);
  const Tensors inputs{x, test::wave({2, 3}), test::wave({2})};
  CHECK(
      gradcheck([](std::span<const Tensor> in) { return square(masked_linear(in[0], in[1], mask(), in[2])); },
                inputs)
          .ok);
}

// 12 rows, row k reading the first 2 k / 3: three of twelve reach less than a quarter of the inputs.
Tensor staircase() {
  std::vector<double> values;
  for (int64_t k = 0; k < 12; ++k)
    for (int64_t j = 0; j < 8; ++j) values.push_back(j < 2 * k / 3 ? 1.0 : 0.0);
  return tensor(values, {12, 8}, DType::f64);
}

TEST_CASE("a staircase is cut into blocks, which is the same function of fewer numbers") {
  Rng rng(5, "masked_linear_test"), same(5, "masked_linear_test");
  const MaskedLinear layer(staircase(), rng);
  // Widths 1, 3, 5, 7 of 3 rows each, and the bias.
  CHECK(numbers_in(layer) == 3 * (1 + 3 + 5 + 7) + 12);
  Tensor dense = empty({12, 8}, DType::f64);
  init::torch_linear(dense, same);
  CHECK(layer.weight().to_vector() == (dense * staircase()).to_vector());
  Tensor bias = empty({12}, DType::f64);
  init::torch_bias(bias, same, 8);  // of all inputs, however few a block reads
  CHECK(layer.bias().to_vector() == bias.to_vector());
  const Tensor x = test::wave({5, 8});
  const Tensor expected = masked_linear(x, dense, staircase(), layer.bias());
  CHECK(test::largest_difference(layer(x), expected) < 1e-14);
  CHECK(layer(test::wave({2, 5, 8})).shape() == Shape{2, 5, 12});
  CHECK(gradcheck([&](const Tensor& t) { return square(layer(t)); }, x).ok);
}

TEST_CASE("a mask without a staircase stays whole, and one that reads nothing has a block all the same") {
  Rng rng(6, "masked_linear_test");
  CHECK(numbers_in(MaskedLinear(ones({12, 8}), rng, false)) == 96);
  CHECK(numbers_in(MaskedLinear(zeros({1, 8}), rng, false)) == 8);
  const MaskedLinear blind(zeros({12, 8}), rng, false);
  CHECK(numbers_in(blind) == 12);
  CHECK(max(abs(blind(ones({3, 8})))).item() == 0);
}

TEST_CASE("training leaves masked weights as they are") {
  Rng rng(3, "masked_linear_test");
  const MaskedLinear layer(mask(), rng);
  Learner learner(layer);
  const std::vector<double> before = layer.named_parameters()[0].tensor.to_vector();
  for (int step = 0; step < 3; ++step) {
    const Tape tape;
    learner.step(mean(square(layer(test::wave({4, 3})))), 0.1);
  }
  const std::vector<double> after = layer.named_parameters()[0].tensor.to_vector();
  for (size_t i = 0; i < kMask.size(); ++i) CHECK((after[i] == before[i]) == (kMask[i] == 0));
}

TEST_CASE("a mask that is no matrix of 0 and 1 is refused") {
  Rng rng(4, "masked_linear_test");
  test::check_refused("not a matrix of 0 and 1", [&] { MaskedLinear(zeros({3}), rng); });
  test::check_refused("Hint: use (out, in)", [&] { MaskedLinear(full({2, 2}, 0.5), rng); });
}

}  // namespace
}  // namespace gradzoo
