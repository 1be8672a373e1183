#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

// Two rows of four pixels, two channels: pixel p has p and 10 p.
const Tensor kImage =
    tensor({0, 0, 1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70}, {1, 2, 4, 2}, DType::f64);

TEST_CASE("windows by hand: mean, largest, each pixel of its own, and pixels as channels") {
  CHECK(avg_pool2d(kImage, 2).to_vector() == Doubles{2.5, 25, 4.5, 45});
  CHECK(max_pool2d(kImage, 2).to_vector() == Doubles{5, 50, 7, 70});
  CHECK(avg_pool2d(kImage, 2).shape() == Shape{1, 1, 2, 2});
  const Tensor small = tensor({1, 2}, {1, 1, 2, 1}, DType::f64);
  CHECK(upsample_nearest2d(small, 2).to_vector() == Doubles{1, 1, 2, 2, 1, 1, 2, 2});
  const Tensor deep = space_to_depth(kImage, 2);
  CHECK(deep.shape() == Shape{1, 1, 2, 8});
  CHECK(deep.to_vector() == Doubles{0, 0, 1, 10, 4, 40, 5, 50, 2, 20, 3, 30, 6, 60, 7, 70});
  CHECK(same_bytes(depth_to_space(deep, 2), kImage));
}

TEST_CASE("ties of a window share its gradient, as in max, on recorded and on plain sweeps") {
  const Tensor x = tensor({3, 3, 1, 3}, {1, 2, 2, 1}, DType::f64).requires_grad_();
  const Tape tape;
  const Tensor y = sum(max_pool2d(x, 2));
  const Doubles thirds = {1.0 / 3, 1.0 / 3, 0, 1.0 / 3};
  CHECK(max_error(grad(y, x, {.retain_graph = true}), thirds) < 1e-15);
  CHECK(max_error(grad(y, x, {.create_graph = true}), thirds) < 1e-15);
}

TEST_CASE("a window with a NaN is NaN and so are its slopes, one of -inf is -inf") {
  const double nan = NAN, inf = INFINITY;
  const Tensor x = tensor({1, nan, 2, 3, -inf, -inf, -inf, -inf}, {2, 2, 2, 1}, DType::f64).requires_grad_();
  const Tape tape;
  const Tensor pooled = max_pool2d(x, 2);
  const Doubles y = pooled.to_vector();
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == -inf);
  for (const bool recorded : {false, true}) {
    const Doubles slopes = grad(sum(pooled), x, {.create_graph = recorded, .retain_graph = true}).to_vector();
    for (size_t i = 0; i < 4; ++i) CHECK(std::isnan(slopes[i]));
    for (size_t i = 4; i < 8; ++i) CHECK(slopes[i] == 0.25);
  }
}

TEST_CASE("windows that do not fit are refused with the sizes") {
  const Tensor x = wave({1, 3, 4, 2});
  CHECK(contains(error_message([&] { avg_pool2d(x, 2); }),
                 "windows of 2x2 pixels do not fill an image of 3x4"));
  CHECK(contains(error_message([&] { max_pool2d(x, 0); }), "windows of 0 pixels per side"));
  CHECK(contains(error_message([&] { upsample_nearest2d(wave({4}), 2); }), "x is (B,H,W,C), got (4)"));
  CHECK(contains(error_message([&] { avg_pool2d(Tensor(scalar(1.0)), 2); }), "x is (B,H,W,C)"));
  CHECK(contains(error_message([&] { depth_to_space(x, 2); }), "2 channels are not windows of 2x2"));
}

}  // namespace
}  // namespace gradzoo
