#include "tools/ledger/conv/rows.h"

#include <doctest/doctest.h>

#include "nn/layers/image_layers.h"
#include "tools/ledger/ledger.h"

using namespace gradzoo;

namespace {

Tensor right(const Tensor& x, const Tensor& w, const ConvOptions& o) { return conv2d(x, w, {}, o); }
Tensor back(const Tensor& y, const Tensor& w, const ConvOptions& o, int64_t p) {
  return conv_transpose2d(y, w, {}, o, p);
}

}  // namespace

TEST_CASE("the rows of convolutions hold") {
  for (const Row& row : conv_rows()) {
    const RowOutcome outcome = run_row(row, {});
    CHECK_MESSAGE(outcome.pass, row.name, " ", outcome.result.value);
  }
}

TEST_CASE("a triad with one product a hundredth off, or a flipped kernel, is seen") {
  const auto off = [](const Tensor& y, const Tensor& w, const ConvOptions& o, int64_t p) {
    return back(y, w, o, p) * 0.99;
  };
  CHECK(adjoint_triad_error(right, off, conv2d_weight) > 1e-4);
  const auto flipped = [](const Tensor& x, const Tensor& y, int64_t h, int64_t w, const ConvOptions& o) {
    return flip(conv2d_weight(x, y, h, w, o), 0);
  };
  CHECK(adjoint_triad_error(right, back, flipped) > 1e-3);
}

TEST_CASE("a convolution that turns its kernel, and one that forgets its dilation, is seen") {
  CHECK(naive_conv_error([](const Tensor& x, const Tensor& w, const ConvOptions& o) {
          return right(x, flip(w, 1), o);
        }) > 0.1);
  CHECK(naive_conv_error([](const Tensor& x, const Tensor& w, const ConvOptions& o) {
          return right(x, w, o) * 0.99;
        }) > 1e-3);
}

TEST_CASE("a norm whose gradient takes the variance for constant is seen at second order") {
  const auto frozen = [](const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                         const NormOptions& o) {
    return group_norm(x, groups, scale.detach() * 1.0 + (scale - scale.detach()) * 0.99, shift, o);
  };
  CHECK(norm_second_order_error(frozen) > 1e-4);
  const auto other_eps = [](const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                            NormOptions o) {
    o.eps *= 1.01;
    return group_norm(x, groups, scale, shift, o);
  };
  CHECK(norm_second_order_error(other_eps) > 1e-5);
}

TEST_CASE("dropout that does not scale what it keeps, or hides another share, is seen") {
  CHECK(dropout_z([](const Tensor& x, double p, Rng& rng) { return dropout(x, p, rng) * (1 - p); }, 0.1, 1) >
        100);
  CHECK(dropout_z([](const Tensor& x, double p, Rng& rng) { return dropout(x, p * 1.02, rng); }, 0.7, 1) >
        4.5);
}
