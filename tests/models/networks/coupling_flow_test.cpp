#include "models/networks/coupling_flow.h"

#include <cmath>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
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

const CouplingFlowOptions kSmallFlow{.couplings = 4, .hidden = {8}, .channels = 3};

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
    CouplingFlow flow(shape, kSmallFlow, rng, DType::f64);
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
    CouplingFlow flow(shape, kSmallFlow, rng, DType::f64);
    const Tensor x = rand({1, shape.size()}, rng, DType::f64), before = flow.map(x).to;
    stir(flow, rng);
    const Tensor moved = abs(flow.map(x).to - before);
    CHECK(min(moved).item() > 1e-6);
  }
}

TEST_CASE("samples have the density that they are told with, which integrates to one") {
  Rng rng(3, "coupling_flow_test");
  CouplingFlow flow({.example = {2}}, kSmallFlow, rng, DType::f64);
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
  CouplingFlow flow({.example = {2}}, kSmallFlow, rng, DType::f64);
  const Tensor x = toy->sample(500, rng, DType::f64);
  flow.begin_at(x);
  const Tensor z = flow.map(x).to;
  CHECK(max(abs(mean(z, 0))).item() < 0.01);
  CHECK(max(abs(stddev_axis(z, 0) - 1.0)).item() < 0.01);
}

TEST_CASE(
    "a coupling of points sees six times what holds still, and moves the rest by what its factor lets") {
  Rng rng(6, "coupling_flow_test");
  CouplingFlow flow({.example = {2}}, {.couplings = 1, .hidden = {3}}, rng, DType::f64);
  stir(flow, rng);
  std::map<std::string, Tensor> p;
  for (const NamedTensor& named : flow.named_parameters()) p[named.name] = named.tensor;
  const Tensor x = test::wave({4, 2}), y = (x - p["0.centre"]) * exp(-p["0.log_width"]);
  const Tensor held = slice(y, 1, 0, 1), moved = slice(y, 1, 1, 2);
  const auto linear_of = [&](const Tensor& h, const std::string& layer) {
    return matmul(h, p[layer + ".weight"], false, true) + p[layer + ".bias"];
  };
  const Tensor seen = concat(held * 6.0, held * 0.0, 1);
  const Tensor h = linear_of(seen, "1.net.0"), said = linear_of(h * sigmoid(h), "1.net.2");
  const Tensor stretch = tanh(slice(said, 1, 1, 2)) * slice(p["1.factor"], 0, 1, 2);
  const Tensor wanted = concat(held, moved * exp(stretch) + slice(said, 1, 3, 4), 1);
  CHECK(max_error(flow.map(x).to, wanted.to_vector()) < 1e-12);
}

TEST_CASE("colder samples are inverses of narrower noise") {
  Rng rng(7, "coupling_flow_test"), a(8, "coupling_flow_test"), b(8, "coupling_flow_test");
  CouplingFlow flow({.example = {2}}, kSmallFlow, rng, DType::f64);
  stir(flow, rng);
  const Tensor wanted = flow.inverse(randn({20, 2}, b, DType::f64) * 0.5).to;
  CHECK(max_error(flow.sample(20, a, 0.5), wanted.to_vector()) < 1e-14);
}

TEST_CASE("the likelihood has a gradient in every parameter of a flow that has left its beginning") {
  for (const DataShape& shape : {DataShape{.example = {2}}, DataShape{.example = {4, 4}}}) {
    Rng rng(9, "coupling_flow_test");
    CouplingFlow flow(shape, kSmallFlow, rng, DType::f64);
    stir(flow, rng);
    const Tensor x = rand({5, shape.size()}, rng, DType::f64);
    std::vector<Tensor> parameters;
    for (const NamedTensor& named : flow.named_parameters()) parameters.push_back(named.tensor);
    const Tape tape;
    for (const Tensor& slope : grad(sum(flow.log_prob(x)), parameters)) CHECK(max(abs(slope)).item() > 0);
  }
}

TEST_CASE("couplings of images move the checkerboard, its other half, lower and upper rows by turns") {
  const DataShape shape{.example = {4, 4}};
  // At full size layer 1 squeezes, 2, 4, ... are actnorms and 3, 5, 7, 9 couplings; the others stay
  // identities.
  for (const int turn : {0, 1, 2, 3}) {
    CAPTURE(turn);
    Rng rng(10, "coupling_flow_test");
    CouplingFlow flow(shape, kSmallFlow, rng, DType::f64);
    const Tensor x = rand({1, 16}, rng, DType::f64);
    const std::string stirred = fmt::format("{}.net", 3 + 2 * turn);
    for (const NamedTensor& named : flow.named_parameters()) {
      Tensor leaf = named.tensor;
      if (named.name.starts_with(stirred)) init::normal(leaf, rng, 0, 0.2);
    }
    Rng again(10, "coupling_flow_test");
    const CouplingFlow still(shape, kSmallFlow, again, DType::f64);
    const std::vector<double> moved = abs(still.inverse(flow.map(x).to).to - x).to_vector();
    for (int row = 0; row < 4; ++row) {
      for (int column = 0; column < 4; ++column) {
        const bool odd = (row + column) % 2 == 1, lower = row % 2 == 1;
        const bool moves[] = {odd, !odd, lower, !lower};
        CHECK((moved[static_cast<size_t>(4 * row + column)] > 1e-9) == moves[turn]);
      }
    }
  }
}

TEST_CASE("convolutions at a quarter of the resolution have twice the channels") {
  Rng rng(11, "coupling_flow_test");
  const CouplingFlow flow({.example = {4, 4}}, {.couplings = 1, .channels = 5}, rng);
  std::vector<int64_t> channels;
  for (const NamedTensor& named : flow.named_parameters())
    if (named.name.ends_with("net.0.bias")) channels.push_back(named.tensor.size());
  CHECK(channels == std::vector<int64_t>{5, 10});
}

TEST_CASE("what no coupling bends is refused with the reason") {
  const auto refusal = [](const DataShape& shape) {
    return error_message([&] { check_flowable("realnvp", shape); });
  };
  CHECK(contains(refusal(test::toy_shape("gamma")), "one coordinate is too few"));
  CHECK(contains(refusal(test::toy_shape("bars-and-stripes")), "probabilities but no density"));
  CHECK(contains(refusal({.example = {27, 28}}), "27x28"));
  CHECK(refusal({.example = {3}}) == "");
  Rng rng(5, "coupling_flow_test");
  const CouplingFlow flow({.example = {2}}, kSmallFlow, rng);
  CHECK(contains(error_message([&] { flow.map(zeros({3, 4})); }), "(3,4)"));
}

}  // namespace
}  // namespace gradzoo
