#include "gradzoo/samplers/target.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor quartic(const Tensor& x) { return sum(square(square(x)) * -0.25 + x, 1); }

TEST_CASE("value and score of every row come from one graph, and are detached") {
  const Tensor x = wave({5, 3});
  const PointValue value = value_and_score({.log_prob = quartic}, x);
  CHECK(max_error(value.log_prob, quartic(x).to_vector()) < 1e-15);
  CHECK(max_error(value.score, (1.0 - x * x * x).to_vector()) < 1e-14);
  CHECK(!value.log_prob.requires_grad());
  CHECK(!value.score.requires_grad());
}

TEST_CASE("a given score is taken as it is, beside a log-density or alone") {
  const auto twice = [](const Tensor& x) { return x * 2.0; };
  const Tensor x = wave({4, 2}, DType::f32);
  const PointValue both = value_and_score({.log_prob = quartic, .score = twice}, x);
  CHECK(same_bytes(both.score, x * 2.0));
  CHECK(both.log_prob.defined());
  CHECK(!value_and_score({.score = twice}, x).log_prob.defined());
}

TEST_CASE("a network inside the log-density gets no gradient, and a caller's tape no nodes") {
  Tensor w = full({3}, 0.5, DType::f64).requires_grad_();
  const Tensor x = wave({5, 3});
  Tape tape;
  const int64_t before = tape.size();
  const PointValue value = value_and_score({.log_prob = [&](const Tensor& y) { return sum(y * w, 1); }}, x);
  CHECK(tape.size() == before);
  CHECK(!w.grad().defined());
  CHECK(same_bytes(value.score, full({5, 3}, 0.5, DType::f64)));
}

TEST_CASE("a constant log-density has score 0") {
  const auto constant = [](const Tensor& y) { return zeros({y.dim(0)}, y.dtype()); };
  CHECK(same_bytes(value_and_score({.log_prob = constant}, wave({2, 2})).score, zeros({2, 2}, DType::f64)));
}

TEST_CASE("a log-density that varies behind the tape's back is refused rather than taken for flat") {
  const Target steps{.log_prob = [](const Tensor& y) { return sum(floor(y.detach()), 1); }};
  check_refused("not differentiable with respect to x", [&] { value_and_score(steps, wave({5, 2})); });
  CHECK(log_prob_of(steps, wave({5, 2})).size() == 5);
}

TEST_CASE("a score alone asks for no log-density, and noise is told to those who know of it") {
  const auto refuses = [](const Tensor&) -> Tensor { throw Error("asked"); };
  const auto twice = [](const Tensor& x) { return x * 2.0; };
  const Tensor x = wave({4, 2});
  CHECK(same_bytes(score_of({.log_prob = refuses, .score = twice}, x), x * 2.0));
  CHECK(max_error(score_of({.log_prob = quartic}, x), (1.0 - x * x * x).to_vector()) < 1e-14);
  const Target noisy{.score = twice, .noisy_score = [](const Tensor& y, double sigma) { return y * sigma; }};
  CHECK(same_bytes(noisy_score_of(noisy, x, 3), x * 3.0));
  CHECK(same_bytes(noisy_score_of({.score = twice}, x, 3), x * 2.0));
  const Target wrong{.score = twice, .noisy_score = [](const Tensor& y, double) { return sum(y, 1); }};
  check_refused("noisy_score returns", [&] { noisy_score_of(wrong, x, 1); });
}

TEST_CASE("what cannot be walked on is refused with the shape that is asked for") {
  const Tensor x = wave({4, 2});
  check_refused("neither", [&] { value_and_score({}, x); });
  check_refused("no log-density", [&] { log_prob_of({}, x); });
  const auto whole = [](const Tensor& y) { return sum(y); };
  check_refused("Hint: return (4) of", [&] { value_and_score({.log_prob = whole}, x); });
  check_refused("Hint: return (4,2) of", [&] { value_and_score({.score = whole}, x); });
  check_refused("(B, d)", [&] { value_and_score({.log_prob = quartic}, wave({4})); });
  CHECK(error_message([&] {
          value_and_score({.log_prob = quartic}, arange(4, DType::i64).view({2, 2}));
        }) != "");
}

}  // namespace
}  // namespace gradzoo
