#include "gradzoo/models/networks/coupling_flow.h"

#include <cmath>
#include <map>
#include <numbers>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "datasets/toys/point_set.h"
#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/gradcheck_module.h"
#include "gradzoo/nn/layers/init.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/numbers.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const CouplingFlowOptions kSmallFlow{
    .couplings = 4, .hidden = {8}, .low_couplings = 4, .channels = 3, .blocks = 1};

// log |det dz/dx| of a row x by the whole Jacobian.
double numeric_log_det(const CouplingFlow& flow, const Tensor& row) {
  const Tensor j = jacobian([&](const Tensor& at) { return flow.map(at).to; }, row);
  return slogdet(reshape(j, {row.size(), row.size()})).logabsdet.item();
}

// Parameters far from their beginning, where every coupling is the identity.
void stir(CouplingFlow& flow, Rng& rng) {
  for (const NamedTensor& named : flow.named_parameters()) {
    Tensor leaf = named.tensor;
    init::normal(leaf, rng, 0, 0.2);
  }
}

TEST_CASE("a flow of any number of points or pixels comes back, with inverse log-determinants") {
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

TEST_CASE("samples have the density that they are told with") {
  Rng rng(3, "coupling_flow_test");
  CouplingFlow flow({.example = {2}}, kSmallFlow, rng, DType::f64);
  stir(flow, rng);
  const CouplingFlow::Drawn drawn = flow.draw(500, rng);
  CHECK(max_error(flow.log_prob(drawn.x), drawn.log_prob.to_vector()) < 1e-9);
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

TEST_CASE("a coupling of points sees six times what holds still, and moves the rest by its factor") {
  Rng rng(6, "coupling_flow_test");
  CouplingFlow flow({.example = {2}}, {.couplings = 1, .hidden = {3}}, rng, DType::f64);
  stir(flow, rng);
  std::map<std::string, Tensor> p;
  for (const NamedTensor& named : flow.named_parameters()) p[named.name] = named.tensor;
  const Tensor x = wave({4, 2}), y = (x - p["0.centre"]) * exp(-p["0.log_width"]);
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

TEST_CASE("the density of images is that of their codes times the Jacobian's determinant, at both levels") {
  for (const DataShape& shape : {DataShape{.example = {8, 4}}, DataShape{.example = {4, 4, 3}}}) {
    CAPTURE(shape.example.str());
    Rng rng(12, "coupling_flow_test");
    CouplingFlow flow(shape, kSmallFlow, rng, DType::f64);
    const Tensor x = rand({2, shape.size()}, rng, DType::f64) * 0.8 + 0.1;
    flow.begin_at(rand({20, shape.size()}, rng, DType::f64));
    for (const bool stirred : {false, true}) {
      if (stirred) stir(flow, rng);
      const Doubles log_p = flow.log_prob(x).to_vector();
      for (int64_t i = 0; i < 2; ++i) {
        const Tensor row = x.rows(i, i + 1).clone();
        const Doubles z = flow.map(row).to.to_vector();
        double wanted = numeric_log_det(flow, row);
        for (const double v : z) wanted -= 0.5 * (v * v + std::log(2 * std::numbers::pi));
        CHECK(log_p[static_cast<size_t>(i)] == approx(wanted).epsilon(1e-10));
      }
    }
  }
}

TEST_CASE("a small flow of images comes back from codes and from pixels in single precision") {
  const DataShape shape{.example = {8, 8}};
  Rng rng(13, "coupling_flow_test");
  CouplingFlow flow(shape, {.couplings = 8, .low_couplings = 6, .channels = 8}, rng);
  flow.begin_at(rand({40, 64}, rng));
  stir(flow, rng);
  const Tensor z = randn({5, 64}, rng) * 0.5, x = flow.inverse(z).to;
  CHECK(min(x).item() >= 0);
  CHECK(max(x).item() <= 1);
  const Tensor pixels = rand({5, 64}, rng);
  CHECK(max_error(flow.inverse(flow.map(pixels).to).to, pixels.to_vector()) < 1e-5);
}

TEST_CASE("every actnorm of images, those of the lower resolution too, begins at its own inputs") {
  const DataShape shape{.example = {8, 8}};
  Rng rng(14, "coupling_flow_test");
  CouplingFlow flow(shape, kSmallFlow, rng, DType::f64);
  // Of uneven pixels, so that channels begin at different places.
  const Tensor x = square(rand({200, 64}, rng, DType::f64)) * (arange(64, DType::f64) + 1.0) / 64.0;
  flow.begin_at(x);
  // Every coupling is the identity, so codes are what the last actnorm leaves: (H, W, channel) of half the
  // sides, of which the first half is the first level's and the second is four pixels of the other.
  const Tensor z = reshape(flow.map(x).to, {-1, 4, 4, 4});
  const Tensor high = reshape(slice(z, 3, 0, 2), {-1, 2});
  const Tensor low = reshape(space_to_depth(slice(z, 3, 2, 4), 2), {-1, 8});
  for (const Tensor& part : {high, low}) {
    CHECK(max(abs(mean(part, 0))).item() < 1e-9);
    CHECK(max(abs(stddev_axis(part, 0) - 1.0)).item() < 0.01);
  }
}

// What changes of x, (numbers), when the net of one coupling of a fresh flow is stirred.
Doubles moved_by(const DataShape& shape, const std::string& net, const Tensor& x) {
  Rng rng(10, "coupling_flow_test"), again(10, "coupling_flow_test");
  CouplingFlow flow(shape, kSmallFlow, rng, DType::f64);
  bool found = false;
  for (const NamedTensor& named : flow.named_parameters()) {
    Tensor leaf = named.tensor;
    if (!named.name.starts_with(net)) continue;
    init::normal(leaf, rng, 0, 0.2);
    found = true;
  }
  CHECK(found);
  const CouplingFlow still(shape, kSmallFlow, again, DType::f64);
  return abs(still.inverse(flow.map(x).to).to - x).to_vector();
}

TEST_CASE("couplings move the checkerboard, its other half, lower and upper rows by turns, at both levels") {
  Rng rng(15, "coupling_flow_test");
  // Layer 0 is the logit, 1 squeezes, 2, 4, ... are actnorms and 3, 5, 7, 9 couplings. Layer 10 holds the
  // lower resolution, which is of windows: its 0, 2, ... are actnorms and 1, 3, 5, 7 couplings.
  const Tensor x = rand({1, 64}, rng, DType::f64);
  for (const int turn : {0, 1, 2, 3, 4, 5, 6, 7}) {
    CAPTURE(turn);
    const bool low = turn >= 4;
    const std::string net =
        low ? fmt::format("10.{}.net", 2 * turn - 7) : fmt::format("{}.net", 3 + 2 * turn);
    const Doubles moved = moved_by({.example = {8, 8}}, net, x);
    for (int row = 0; row < 8; ++row) {
      for (int column = 0; column < 8; ++column) {
        const int side = low ? 2 : 1, i = row / side, j = column / side;
        const bool odd = (i + j) % 2 == 1, lower = i % 2 == 1,
                   stays = low && row % 2 == 0;  // the upper is code
        const bool moves[] = {odd, !odd, lower, !lower};
        CHECK((moved[static_cast<size_t>(8 * row + column)] > 1e-9) == (!stays && moves[turn % 4]));
      }
    }
  }
}

TEST_CASE("couplings, blocks and channels are as many as the options say, channels doubled lower down") {
  Rng rng(11, "coupling_flow_test");
  const CouplingFlow flow({.example = {4, 4}},
                          {.couplings = 2, .low_couplings = 3, .channels = 5, .blocks = 2}, rng);
  std::vector<int64_t> channels;
  int64_t blocks = 0;
  for (const NamedTensor& named : flow.named_parameters()) {
    if (named.name.ends_with("net.in.bias")) channels.push_back(named.tensor.size());
    if (named.name.ends_with("_conv_out.bias")) ++blocks;
  }
  CHECK(channels == std::vector<int64_t>{5, 5, 10, 10, 10});
  CHECK(blocks == 2 * 5);
}

// The likelihood as a module, of which gradcheck moves the parameters too.
struct LogProb : Module {
  explicit LogProb(CouplingFlow& flow) : flow(flow) { register_module("flow", flow); }
  CouplingFlow& flow;
  Tensor forward(const Tensor& x) const override { return mean(flow.log_prob(x)); }
};

TEST_CASE(
    "the score of images, which is differentiable, and slopes in parameters are what differences give") {
  Rng rng(17, "coupling_flow_test");
  CouplingFlow flow({.example = {4, 4}}, {.couplings = 2, .low_couplings = 2, .channels = 2, .blocks = 1},
                    rng, DType::f64);
  stir(flow, rng);
  const Tensor x = rand({3, 16}, rng, DType::f64) * 0.8 + 0.1, row = x.rows(0, 1).clone();
  const GradcheckOptions by_directions{.directions = 4};
  CHECK(gradcheck(LogProb(flow), x, by_directions).message == "");
  CHECK(gradgradcheck([&](const Tensor& at) { return flow.log_prob(at); }, row, by_directions).message == "");
}

TEST_CASE("what no coupling bends is refused with the reason") {
  const auto refusal = [](const DataShape& shape) {
    return error_message([&] { check_flowable("realnvp", shape); });
  };
  CHECK(contains(refusal(toy_shape("gamma")), "one coordinate is too few"));
  CHECK(contains(refusal(toy_shape("bars-and-stripes")), "probabilities but no density"));
  check_refused("27x28", [] { check_squeezable("realnvp", {.example = {27, 28}}); });
  CHECK(refusal({.example = {3}}) == "");
  const auto points = [](Doubles values) {
    return DataShape{
        .example = {3},
        .toy = make_point_set({tensor(values, {2, 3}), {}, arange(2, DType::i64)}, "points.npy")};
  };
  CHECK(refusal(points({1, 5, 2, 2, 5, 1})) ==
        "realnvp: coordinate 1 (from 0) is the same for all points, so they have no density. "
        "Hint: remove this coordinate");
  CHECK(refusal(points({1, 5, 2, 2, 6, 1})) == "");
  Rng rng(5, "coupling_flow_test");
  const CouplingFlow flow({.example = {2}}, kSmallFlow, rng);
  check_refused("(3,4)", [&] { flow.map(zeros({3, 4})); });
}

}  // namespace
}  // namespace gradzoo
