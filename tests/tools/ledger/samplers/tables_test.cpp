#include "tools/ledger/samplers/tables.h"

#include <cmath>

#include <boost/math/special_functions/gamma.hpp>
#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "samplers/kinds/flip.h"
#include "samplers/kinds/gibbs.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

constexpr int64_t kChains = 100'000;
constexpr double kLeast = 3e-5;

Tensor stepped(Sampler& sampler, const Target& target, const Tensor& x, Rng& rng) {
  sampler.begin(target, x);
  sampler.step(target, rng);
  return sampler.x();
}

TEST_CASE("samplers.gibbs_table sees a forgotten bias, a kernel that is not reversible, and too few steps") {
  const SmallBipartite model;
  const auto with = [&](const Target& target, int64_t steps = 20) {
    BlockGibbs sampler;
    return measure_table(
        model.table(), [&](const Tensor& x, Rng& rng) { return stepped(sampler, target, x, rng); }, kChains,
        steps, 1);
  };
  CHECK(with(model.target()).least() > kLeast);
  SmallBipartite no_bias = model;
  no_bias.b = zeros({3}, DType::f64);
  CHECK(with(no_bias.target()).law < kLeast);
  Target means = model.target();  // the hidden side's mean in place of a draw
  means.conditionals.hidden = [model](const Tensor& x) {
    return cast(gt(matmul(x, model.w) + model.c, 0.0), DType::f64);
  };
  CHECK(with(means).law < kLeast);
  CHECK(with(model.target(), 0).approach < kLeast);
}

TEST_CASE("samplers.gibbs_table sees one that leaves the law as it is and goes round in a circle") {
  const BitTable fair{2, {0.25, 0.25, 0.25, 0.25}};
  const auto round = [](const Tensor& x, Rng&) {  // 00 -> 01 -> 11 -> 10 -> 00
    return concat(slice(x, 1, 1, 2), 1.0 - slice(x, 1, 0, 1), 1);
  };
  const TablePValues found = measure_table(fair, round, kChains, 1, 1);
  CHECK(found.law > kLeast);
  CHECK(found.balance < kLeast);
}

TEST_CASE("samplers.flip_table sees an acceptance of another temperature, and flips that are always taken") {
  const BitTable table = lopsided_bits();
  const auto with = [&](const Target& target) {
    SingleFlip sampler;
    return measure_table(
        table, [&](const Tensor& x, Rng& rng) { return stepped(sampler, target, x, rng); }, kChains, 100, 2);
  };
  CHECK(with(table.target()).least() > kLeast);
  Target warm = table.target(), flat = table.target();
  warm.log_prob = [table](const Tensor& x) { return table.target().log_prob(x) * 0.8; };
  flat.log_prob = [](const Tensor& x) { return zeros({x.dim(0)}, x.dtype()); };
  CHECK(with(warm).law < kLeast);
  CHECK(with(warm).balance < kLeast);
  CHECK(with(flat).least() < kLeast);
}

TEST_CASE("a bipartite model's table is what its log-density says, and draws have its law") {
  const SmallBipartite model;
  const BitTable table = model.table();
  const Tensor x = tensor({0, 1, 1, 1, 0, 0}, {2, 3}, DType::f64);
  const Tensor f = model.target().log_prob(x);
  CHECK(std::log(table.probabilities[3] / table.probabilities[4]) ==
        doctest::Approx(f.to_vector()[0] - f.to_vector()[1]));
  CHECK(table.target().log_prob(x).to_vector()[1] == doctest::Approx(std::log(table.probabilities[4])));
  Rng rng(1, "test/tables");
  const double mean_of_first = mean(slice(table.sample(kChains, rng), 1, 0, 1)).item();
  double truth = 0;
  for (size_t state = 4; state < 8; ++state) truth += table.probabilities[state];
  CHECK(std::abs(mean_of_first - truth) < 4.1 * std::sqrt(0.25 / kChains));
}

TEST_CASE("the tail of chi-square is the incomplete gamma function, even and odd") {
  for (const int64_t k : {1, 2, 3, 7, 15, 28, 32}) {
    for (const double x : {0.1, 1.0, 7.0, 30.0, 90.0}) {
      CHECK(chi_square_tail(x, k) ==
            doctest::Approx(boost::math::gamma_q(static_cast<double>(k) / 2, x / 2)).epsilon(1e-10));
    }
  }
  CHECK(chi_square_tail(0, 5) == 1);
}

}  // namespace
}  // namespace gradzoo
