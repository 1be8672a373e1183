#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

double inner(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

TEST_CASE("a convolution by hand: one channel, a kernel that tells its corners") {
  const Tensor x = tensor({1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 3, 3, 1}, DType::f64);
  const Tensor w = tensor({1, 10, 100, 1000}, {2, 2, 1, 1}, DType::f64);
  CHECK(conv2d(x, w).to_vector() == std::vector<double>{5421, 6532, 8754, 9865});
  const Tensor bias = tensor({0.5}, {1}, DType::f64);
  CHECK(conv2d(x, w, bias, {.stride = 2}).to_vector() == std::vector<double>{5421.5});
  CHECK(conv2d(x, w, {}, {.stride = 2, .padding = 1}).to_vector() ==
        std::vector<double>{1000, 100 * 2 + 1000 * 3, 10 * 4 + 1000 * 7, 9865 - 9865 + 5 + 60 + 800 + 9000});
  const Tensor one = tensor({1}, {1, 1, 1, 1}, DType::f64);
  CHECK(conv_transpose2d(one, w).to_vector() == std::vector<double>{1, 10, 100, 1000});
  CHECK(conv_transpose2d(one, w, bias, {}, 0).to_vector() == std::vector<double>{1.5, 10.5, 100.5, 1000.5});
}

TEST_CASE("the three products are one trilinear form, leading axes are images, channels stand last") {
  const ConvOptions options{.stride = 2, .padding = 1};
  const Tensor x = wave({2, 3, 7, 6, 4}), w = wave({3, 2, 4, 5}, DType::f64, 1);
  const Tensor y = conv2d(x, w, {}, options);
  CHECK(y.shape() == Shape{2, 3, 4, 4, 5});
  const Tensor g = wave(y.shape(), DType::f64, 2);
  const double form = inner(y, g);
  const Tensor back = conv_transpose2d(g, w, {}, options, 0);
  CHECK(back.shape() == Shape{2, 3, 7, 6, 4});
  CHECK(inner(back, x) == approx(form));
  CHECK(inner(conv2d_weight(x, g, 3, 2, options), w) == approx(form));
  const Tensor flat = conv2d(reshape(x, {6, 7, 6, 4}), w, {}, options);
  CHECK(max_error(flat, y.to_vector()) == 0);
  const Tensor by_point = conv2d(x, wave({1, 1, 4, 5}));
  CHECK(max_error(by_point, matmul(x, reshape(wave({1, 1, 4, 5}), {4, 5})).to_vector()) < 1e-13);
}

TEST_CASE("output padding chooses among the sizes that a stride makes alike") {
  const Tensor y = wave({1, 4, 4, 2}), w = wave({3, 3, 1, 2});
  const ConvOptions options{.stride = 2, .padding = 1};
  CHECK(conv_transpose2d(y, w, {}, options).shape() == Shape{1, 7, 7, 1});
  CHECK(conv_transpose2d(y, w, {}, options, 1).shape() == Shape{1, 8, 8, 1});
  CHECK(contains(error_message([&] { conv_transpose2d(y, w, {}, options, 2); }),
                 "use an output_padding below"));
  CHECK(contains(error_message([&] { conv_transpose2d(y, w, {}, options, -1); }),
                 "use an output_padding below"));
}

TEST_CASE("a Laplacian through convolutions, carried forward and by sweeps, is one") {
  const Tensor w = wave({3, 3, 1, 4}) * 0.3, v = wave({2, 2, 4, 1}, DType::f64, 1) * 0.3;
  const auto f = [&](const Tensor& x) {
    const Tensor hidden = tanh(conv2d(reshape(x, {x.dim(0), 4, 4, 1}), w, {}, {.padding = 1}));
    return sum(flatten_rows(square(conv2d(hidden, v, {}, {.stride = 2}))), 1);
  };
  const Tensor x = wave({3, 16});
  const Tensor forward = laplacian(f, x, {.method = TraceMethod::forward});
  const Tensor reverse = laplacian(f, x, {.method = TraceMethod::reverse});
  CHECK(max_error(forward, reverse.to_vector()) < 1e-12);
}

TEST_CASE("an empty batch goes through, and gives weights a gradient of zeros") {
  const Tensor x = zeros({0, 5, 5, 2}, DType::f64).requires_grad_();
  const Tensor w = wave({3, 3, 2, 4}).requires_grad_();
  const Tape tape;
  const Tensor y = conv2d(x, w, {}, {.padding = 1});
  CHECK(y.shape() == Shape{0, 5, 5, 4});
  CHECK(max(abs(grad(sum(y), w))).item() == 0);
}

TEST_CASE("what does not fit is one sentence with a hint") {
  const Tensor x = wave({1, 4, 4, 2}), w = wave({3, 3, 2, 5});
  const auto refusal = [&](const Tensor& a, const Tensor& b, const ConvOptions& o, const Tensor& bias = {}) {
    return error_message([&] { conv2d(a, b, bias, o); });
  };
  CHECK(refusal(x, w, {.stride = 0}) == "conv2d: stride is 0. Hint: use at least 1");
  CHECK(refusal(x, w, {.dilation = 0}) == "conv2d: dilation is 0. Hint: use at least 1");
  CHECK(refusal(x, w, {.padding = -1}) == "conv2d: padding is -1. Hint: use at least 0");
  CHECK(refusal(x, wave({5, 5, 2, 1}), {}) ==
        "conv2d: a kernel that reaches over 5 pixels is larger than an image of 4 with padding 0. Hint: use "
        "a smaller kernel, or padding");
  CHECK(contains(refusal(x, w, {.dilation = 2}), "reaches over 5 pixels"));
  CHECK(refusal(x, wave({3, 3, 3, 5}), {}) ==
        "conv2d: x (1,4,4,2) has 2 channels, but weight (3,3,3,5) takes 3. Hint: x is (B,H,W,C), weight "
        "(kh,kw,in,out), and its in must be C");
  CHECK(contains(refusal(x, w, {}, wave({4})), "bias (4) does not fit 5 output channels"));
  CHECK(contains(refusal(wave({4, 4}), w, {}), "x is (B,H,W,C), got (4,4)"));
  CHECK(contains(refusal(x, wave({3, 2, 5}), {}), "permute(2, 3, 1, 0)"));
  CHECK(contains(error_message([&] { conv_transpose2d(x, w); }), "weight (3,3,2,5) takes 5"));
  CHECK_THROWS_WITH_AS(conv_transpose2d(wave({2, 1, 1, 5}), wave({1, 2, 3, 5}), {}, {.padding = 1}),
                       "conv_transpose2d: from y (2,1,1,5) a kernel of 1x2 makes -1x0 pixels after padding 1 "
                       "is removed from each side. Hint: use less padding, or a larger kernel",
                       Error);
  CHECK_THROWS_WITH_AS(conv2d_weight(x, wave({1, 3, 3, 5}), 3, 3),
                       doctest::Contains("(1,3,3,5) is not the result of a kernel of 3x3 on (1,4,4,2)"),
                       Error);
}

}  // namespace
}  // namespace gradzoo
