#include "models/networks/coupling_flow.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "models/eval/quadrature.h"
#include "nn/layers/init.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;
using test::max_error;

const CouplingFlowOptions kSmall{.couplings = 4, .hidden = {8}, .channels = 3};

// Parameters far from their beginning, where every coupling is the identity.
void stir(CouplingFlow& flow, Rng& rng) {
  for (const NamedTensor& named : flow.named_parameters()) {
    Tensor leaf = named.tensor;
    init::normal(leaf, rng, 0, 0.2);
  }
}

TEST_CASE(
    "a flow of points or of images, odd numbers of them too, comes back, and its log-determinants are "
    "inverse") {
  const DataShape shapes[] = {
      {.example = {2}}, {.example = {5}}, {.example = {4, 8}}, {.example = {4, 4, 3}}};
  for (const DataShape& shape : shapes) {
    CAPTURE(shape.example.str());
    Rng rng(1, "coupling_flow_test");
    CouplingFlow flow(shape, kSmall, rng, DType::f64);
    stir(flow, rng);
    const Tensor x = rand({6, shape.size()}, rng, DType::f64);
    const Mapped there = flow.map(x), back = flow.inverse(there.to);
    CHECK(max_error(back.to, x.to_vector()) < 1e-12);
    CHECK(max_error(back.log_det, neg(there.log_det).to_vector()) < 1e-10);
    CHECK(max_error(there.to, x.to_vector()) > 0.1);
  }
}

TEST_CASE("every number of a point and every pixel is moved by some coupling") {
  for (const DataShape& shape : {DataShape{.example = {3}}, DataShape{.example = {4, 4}}}) {
    Rng rng(2, "coupling_flow_test");
    CouplingFlow flow(shape, kSmall, rng, DType::f64);
    const Tensor x = rand({1, shape.size()}, rng, DType::f64), before = flow.map(x).to;
    stir(flow, rng);
    const Tensor moved = abs(flow.map(x).to - before);
    CHECK(min(moved).item() > 1e-6);
  }
}

TEST_CASE("samples have the density that they are told with, which integrates to one") {
  Rng rng(3, "coupling_flow_test");
  CouplingFlow flow({.example = {2}}, kSmall, rng, DType::f64);
  stir(flow, rng);
  const CouplingFlow::Drawn drawn = flow.draw(500, rng);
  CHECK(max_error(flow.log_prob(drawn.x), drawn.log_prob.to_vector()) < 1e-9);
  const Grid grid({{-15, -15}, {15, 15}}, 400);
  CHECK(std::abs(log_partition(grid, on_grid(grid, [&](const Tensor& x) { return flow.log_prob(x); }))) <
        1e-6);
}

TEST_CASE("a flow begins at its data: mean 0 and variance 1 of every number") {
  const auto toy = make_toy("two-moons");
  Rng rng(4, "coupling_flow_test");
  CouplingFlow flow({.example = {2}}, kSmall, rng, DType::f64);
  const Tensor x = toy->sample(500, rng, DType::f64);
  flow.begin_at(x);
  const Tensor z = flow.map(x).to;
  CHECK(max(abs(mean(z, 0))).item() < 0.01);
  CHECK(max(abs(stddev_axis(z, 0) - 1.0)).item() < 0.01);
}

TEST_CASE("what no coupling bends is refused with the reason") {
  const auto refusal = [](const DataShape& shape) {
    return error_message([&] { check_flowable("realnvp", shape); });
  };
  CHECK(contains(refusal(test::toy_shape("gamma")), "a point has one"));
  CHECK(contains(refusal(test::toy_shape("bars-and-stripes")), "probabilities and no density"));
  CHECK(contains(refusal({.example = {27, 28}}), "27x28"));
  CHECK(refusal({.example = {3}}) == "");
  Rng rng(5, "coupling_flow_test");
  const CouplingFlow flow({.example = {2}}, kSmall, rng);
  CHECK(contains(error_message([&] { flow.map(zeros({3, 4})); }), "(3,4)"));
}

}  // namespace
}  // namespace gradzoo
