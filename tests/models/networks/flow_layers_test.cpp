#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/networks/coupling_flow.h"
#include "gradzoo/nn/layers/layers.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

// log |det J| of one row's map by its whole Jacobian.
double numeric_log_det(const FlowLayer& layer, const Tensor& row) {
  const int64_t n = row.size();
  const auto flat_map = [&](const Tensor& flat) {
    return flatten_rows(layer.map(reshape(flat, row.shape())).to);
  };
  return slogdet(reshape(jacobian(flat_map, reshape(row, {1, n})), {n, n})).logabsdet.item();
}

// Every layer undoes itself, with the log-determinant that its Jacobian has, on rows of a shape.
void check_layer(const FlowLayer& layer, const Tensor& x) {
  const Mapped there = layer.map(x), back = layer.inverse(there.to);
  CHECK(max_error(back.to, x.to_vector()) < 1e-13);
  const Tensor log_det = broadcast_to(there.log_det, {x.dim(0)});
  CHECK(max_error(broadcast_to(back.log_det, {x.dim(0)}), neg(log_det).to_vector()) < 1e-12);
  for (int64_t i = 0; i < x.dim(0); ++i) {
    const double numeric = numeric_log_det(layer, x.rows(i, i + 1).clone());
    CHECK(log_det.to_vector()[static_cast<size_t>(i)] == approx(numeric).epsilon(1e-10));
  }
}

AffineCoupling coupling_of_three(Rng& rng) {
  return AffineCoupling(
      tensor({1, 0, 1}, {3}, DType::f64),
      std::make_unique<Mlp>(std::initializer_list<int64_t>{3, 8, 6}, rng,
                            MlpOptions{.activation = "tanh", .linear = {.dtype = DType::f64}}));
}

TEST_CASE("a coupling moves what its mask lets go by what holds still, and undoes it") {
  Rng rng(1, "flow_layers_test");
  const AffineCoupling coupling = coupling_of_three(rng);
  const Tensor x = wave({4, 3});
  check_layer(coupling, x);
  const Tensor y = coupling.map(x).to;
  CHECK(max_error(slice(y, 1, 0, 3, 2), slice(x, 1, 0, 3, 2).to_vector()) == 0);
  CHECK(max_error(slice(y, 1, 1, 2), slice(x, 1, 1, 2).to_vector()) > 1e-3);
  // Its stretch is bounded by the factor, 1 at first.
  const Tensor far = coupling.map(x * 1e6).log_det;
  CHECK(max(abs(far)).item() <= 1);
}

TEST_CASE("actnorm begins with channels of mean 0 and variance 1") {
  Rng rng(2, "flow_layers_test");
  ActNorm norm(3, DType::f64);
  const Tensor x = randn({50, 2, 2, 3}, rng, DType::f64) * tensor({0.1, 2, 30}, {3}, DType::f64) + 5.0;
  CHECK(max_error(norm.map(x).to, x.to_vector()) == 0);
  norm.begin_at(x);
  const Tensor y = reshape(norm.map(x).to, {-1, 3});
  CHECK(max(abs(mean(y, 0))).item() < 1e-12);
  CHECK(max_error(stddev_axis(y, 0), {1, 1, 1}) < 0.02);  // a constant keeps still channels finite
  check_layer(norm, x.rows(0, 2).clone());
}

TEST_CASE("a channel that never changes begins at 0, and stays finite") {
  ActNorm norm(2, DType::f64);
  Tensor x = wave({6, 2});
  for (int64_t row = 0; row < 6; ++row) x.mutable_data<double>()[2 * row + 1] = 3;
  norm.begin_at(x);
  const Mapped there = norm.map(x);
  CHECK(max(abs(slice(there.to, 1, 1, 2))).item() == 0);
  CHECK(std::isfinite(there.log_det.item()));
}

TEST_CASE("a squeeze puts each window's pixels into channels, the upper row first") {
  const Tensor x = reshape(arange(16, DType::f64), {1, 4, 4, 1});
  const Tensor y = Squeeze().map(x).to;
  CHECK(y.shape() == Shape{1, 2, 2, 4});
  CHECK(max_error(slice(reshape(y, {16}), 0, 0, 4), {0, 1, 4, 5}) == 0);
  check_layer(Squeeze(), x);
}

TEST_CASE("half of the channels is factored out as it is, the other half goes squeezed through the layers") {
  Rng rng(3, "flow_layers_test");
  FactorOut half;
  auto norm = std::make_unique<ActNorm>(8, DType::f64);
  half.append(std::move(norm));
  half.append(std::make_unique<AffineCoupling>(
      tensor({1, 0, 1, 0, 0, 1, 1, 0}, {8}, DType::f64),
      std::make_unique<Mlp>(std::initializer_list<int64_t>{8, 8, 16}, rng,
                            MlpOptions{.activation = "tanh", .linear = {.dtype = DType::f64}})));
  const Tensor x = wave({20, 2, 4, 4});
  half.begin_at(x);
  check_layer(half, x.rows(0, 2).clone());
  const Tensor y = half.map(x).to;
  CHECK(max_error(slice(y, 3, 0, 2), slice(x, 3, 0, 2).to_vector()) == 0);
  CHECK(min(abs(slice(y, 3, 2, 4) - slice(x, 3, 2, 4))).item() > 0);
  // What holds still of the coupling is what actnorm made of it: mean 0 of the squeezed channels.
  const Tensor low = reshape(space_to_depth(slice(y, 3, 2, 4), 2), {-1, 8});
  const std::vector<double> means = mean(low, 0).to_vector();
  for (const size_t channel : {0U, 2U, 5U, 6U}) CHECK(std::abs(means[channel]) < 1e-12);
}

TEST_CASE("layers in a sequence add their log-determinants and come back in the opposite order") {
  Rng rng(4, "flow_layers_test");
  FlowSequence both;
  both.append(std::make_unique<Logit>());
  both.append(std::make_unique<ActNorm>(3, DType::f64));
  const Tensor x = rand({30, 3}, rng, DType::f64);
  both.begin_at(x);
  CHECK(max(abs(mean(both.map(x).to, 0))).item() < 1e-12);
  check_layer(both, x.rows(0, 3).clone());
  CHECK(both.named_parameters()[0].name == "1.centre");
}

TEST_CASE("the logit takes all of [0, 1] to finite numbers") {
  const Tensor x = tensor({0, 0.25, 0.5, 1, 0.9, 0.01}, {2, 3}, DType::f64);
  check_layer(Logit(), x);
  const std::vector<double> y = Logit().map(x).to.to_vector();
  CHECK(y[0] == approx(std::log(1e-5 / (1 - 1e-5))).epsilon(1e-12));
  CHECK(std::abs(y[2]) < 1e-15);
}

TEST_CASE("in single precision the logit of the whitest pixels is as exact as that of the blackest") {
  for (const double from_end : {0.0, 1e-6, 1.0 / 4096, 1.0 / 512}) {
    const Tensor black = tensor({from_end}, {1, 1}), white = tensor({1 - from_end}, {1, 1});
    const double rest = 1 - white.item();  // which is rounded already
    const double wanted = Logit().map(tensor({rest}, {1, 1}, DType::f64)).to.item();
    CHECK(Logit().map(white).to.item() == approx(-wanted).epsilon(1e-6));
    const double log_det = Logit().map(tensor({from_end}, {1, 1}, DType::f64)).log_det.item();
    CHECK(Logit().map(black).log_det.item() == approx(log_det).epsilon(1e-6));
  }
}

}  // namespace
}  // namespace gradzoo
