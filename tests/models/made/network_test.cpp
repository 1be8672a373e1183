#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/made/made.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kSize = 5, kStates = 32;

// Far from independent: weights N(0, 1.5^2).
std::unique_ptr<MadeNetwork> network(const MadeShape& shape) {
  Rng rng(1, "network_test");
  auto made = std::make_unique<MadeNetwork>(shape, rng);
  for (const NamedTensor& parameter : made->named_parameters()) {
    Tensor values = parameter.tensor.detach();
    const Tensor drawn = randn(values.shape(), rng) * 1.5;
    std::copy_n(drawn.data<float>(), drawn.size(), values.mutable_data<float>());
  }
  return made;
}

// Chi-squared of draws (n, kSize) against probabilities (kStates), 0 where a state cannot come.
double chi_squared(const Tensor& draws, const std::vector<double>& p) {
  const Tensor powers = tensor({1, 2, 4, 8, 16}, {kSize, 1});
  std::vector<double> counts(kStates);
  for (const double state : matmul(draws, powers).to_vector()) ++counts[static_cast<size_t>(state)];
  double sum = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = p[i] * static_cast<double>(draws.dim(0));
    if (expected > 0) sum += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  return sum;
}

TEST_CASE("draws have the probabilities that log_prob gives, in any order and depth") {
  const NoGrad quiet;
  constexpr double kQuantile = 74.0;  // of 31 degrees of freedom: 2e-5
  const Tensor states = binary_patterns(0, kStates, kSize, DType::f32);
  for (const MadeShape& shape : {MadeShape{.order = order_of("natural", kSize, 1), .hidden = {20}},
                                 MadeShape{.order = {3, 0, 4, 1, 2}, .hidden = {20}, .direct = false},
                                 MadeShape{.order = {4, 3, 2, 1, 0}, .hidden = {20, 15, 10}}}) {
    const auto made = network(shape);
    const std::vector<double> p = exp(made->log_prob(states)).to_vector();
    Rng rng(2, "network_test");
    const Tensor draws = made->sample(20'000, rng);
    CHECK(count_nonzero(logical_or(eq(draws, 0), eq(draws, 1))) == draws.size());
    CHECK(chi_squared(draws, p) < kQuantile);
    std::vector<double> even(kStates, 1.0 / kStates);
    CHECK(chi_squared(draws, even) > kQuantile);
  }
}

TEST_CASE("a completion has the law of the rest given the numbers that come first") {
  const NoGrad quiet;
  constexpr double kQuantile = 31;  // of 7 degrees of freedom: 6e-5
  const auto made = network({.order = {3, 0, 4, 1, 2}, .hidden = {20}});
  const Tensor states = binary_patterns(0, kStates, kSize, DType::f32);
  const Tensor known = tensor({1, 0, 0, 1, 0}, {kSize});
  REQUIRE(known_come_first(made->order(), known));
  std::vector<double> p = exp(made->log_prob(states)).to_vector();
  double total = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    if ((i & 0b01001U) != 0b01000U) p[i] = 0;  // x_0 = 0, x_3 = 1
    total += p[i];
  }
  for (double& each : p) each /= total;
  Rng rng(3, "network_test");
  const Tensor values = broadcast_to(tensor({0, 1, 0, 1, 1}, {1, kSize}), {20'000, kSize}).clone();
  const Tensor draws = made->complete(values, known, rng);
  CHECK(sum(abs((draws - values) * known)).item() == 0);
  CHECK(chi_squared(draws, p) < kQuantile);
}

TEST_CASE("which numbers are known first depends on the order alone") {
  const Tensor known = tensor({1, 1, 0}, {3});
  CHECK(known_come_first({0, 1, 2}, known));
  CHECK(known_come_first({1, 0, 2}, known));
  CHECK_FALSE(known_come_first({0, 2, 1}, known));
  CHECK(known_come_first({2, 1, 0}, ones({3})));
  CHECK(may_read({2, 0, 1}).to_vector() == std::vector<double>{0, 0, 1, 1, 0, 1, 0, 0, 0});
}

TEST_CASE("samples do not depend on how many are drawn with them") {
  const auto made = network({.order = order_of("natural", kSize, 1), .hidden = {20}});
  Rng one(4, "network_test"), other(4, "network_test");
  const Tensor few = made->sample(3, one), many = made->sample(500, other);
  CHECK(many.rows(0, 3).to_vector() == few.to_vector());
}

TEST_CASE("of many rows each keeps the numbers that are known of itself") {
  const auto made = network({.order = order_of("natural", kSize, 1), .hidden = {20}});
  Rng rng(6, "network_test");
  const Tensor values = bernoulli(full({450, kSize}, 0.5), rng), known = tensor({1, 1, 1, 0, 0}, {kSize});
  const Tensor draws = made->complete(values, known, rng);
  CHECK(sum(abs((draws - values) * known)).item() == 0);
}

TEST_CASE("no hidden unit reads the last number, which no output reads, and every one reads the first") {
  const auto made = network({.order = {3, 0, 4, 1, 2}, .hidden = {20}});
  const Tensor read = sum(made->hidden(0).mask(), 0);  // by how many units
  CHECK(read.to_vector() == std::vector<double>{15, 5, 0, 20, 10});
}

TEST_CASE("no hidden layer is refused; one number alone has its bias for a law") {
  Rng rng(5, "network_test");
  check_refused("hidden has no layers", [&] { MadeNetwork({.order = {0}, .hidden = {}}, rng); });
  const MadeNetwork one({.order = {0}, .hidden = {4}}, rng);
  const NoGrad quiet;
  const std::vector<double> p = exp(one.log_prob(tensor({0, 1}, {2, 1}))).to_vector();
  CHECK(p[0] + p[1] == approx(1));
}

}  // namespace
}  // namespace gradzoo
