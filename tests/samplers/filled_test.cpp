#include "samplers/filled.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "samplers/given.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

// A Gaussian in the plane, standard deviations 1 and 1, correlation .8: x1 | x0 is N(.8 x0, .36).
constexpr double kRho = 0.8, kSpread = 0.6;

Tensor log_prob(const Tensor& x) {
  const Tensor a = slice(x, 1, 0, 1), b = slice(x, 1, 1, 2);
  return reshape((square(a) + square(b) - a * b * (2 * kRho)) * (-0.5 / (1 - kRho * kRho)), {x.dim(0)});
}

struct Moments2 {
  double mean, sd;
};
Moments2 second_of(const Tensor& x) {
  const Tensor b = slice(x, 1, 1, 2);
  return {mean(b).item(), std::sqrt(var(b).item())};
}

TEST_CASE("what is hidden of a Gaussian is drawn from its conditional law") {
  constexpr int64_t kRows = 4000;
  const Tensor values = broadcast_to(tensor({1.5, 99}, {1, 2}), {kRows, 2}).clone(),
               known = tensor({1, 0}, {2});
  Rng rng(1, "filled_test");
  double last = 0;
  const Target target{.log_prob = log_prob};
  REQUIRE(can_fill(target));
  const Moments2 found = second_of(filled(target, values, known, rng, [&](double share) { last = share; }));
  CHECK(std::abs(found.mean - kRho * 1.5) < 3.9 * kSpread / std::sqrt(double(kRows)));
  CHECK(std::abs(found.sd - kSpread) < 3.9 * kSpread / std::sqrt(2.0 * kRows));
  CHECK(last == 1);
}

// Of data N(0, 1) twice over, x0 = x1, with noise t: the law is N(0, [[1 + t^2, 1], [1, 1 + t^2]]). Given
// x0 = 1 the mean of what lies under a noisy x1 is near 1.
TEST_CASE("of a law of noisy data the hidden part comes without the noise") {
  constexpr double t = 0.3, v = 1 + t * t, det = v * v - 1;
  const Target target{.log_prob =
                          [=](const Tensor& x) {
                            const Tensor a = slice(x, 1, 0, 1), b = slice(x, 1, 1, 2);
                            return reshape((v * square(a) + v * square(b) - a * b * 2.0) * (-0.5 / det),
                                           {x.dim(0)});
                          },
                      .data_noise = t};
  const Tensor values = broadcast_to(tensor({1.0, 99}, {1, 2}), {2000, 2}).clone(),
               known = tensor({1, 0}, {2});
  Rng rng(2, "filled_test");
  const Moments2 found = second_of(filled(target, values, known, rng));
  CHECK(std::abs(found.mean - 1) < 0.1);
  // The mean is (x0 + x1) / (1 + v), where x0 has the noise of what is known, x1 | x0 is N(x0/v, v - 1/v).
  const double sd = std::sqrt(t * t * (1 + 1 / v) * (1 + 1 / v) + v - 1 / v) / (1 + v);
  CHECK(found.sd == approx(sd).epsilon(0.1));  // chains are biased by their step
}

// p(x, h) of two units and one hidden one that makes them alike: h = 1 wants both on, h = 0 both off.
TEST_CASE("units of a bipartite model are drawn with the known ones held") {
  const auto likely = [](const Tensor& on) { return on * 0.9 + 0.05; };
  const Target target{.log_prob = [](const Tensor& x) { return sum(x, 1); },
                      .conditionals = {.hidden = [&](const Tensor& x) { return likely(slice(x, 1, 0, 1)); },
                                       .visible =
                                           [&](const Tensor& h) {
                                             const Tensor p = likely(h);
                                             return concat(p, p, 1);
                                           }},
                      .binary = true};
  const Tensor values = tensor({1, 0, 0, 0}, {2, 2}), known = tensor({1, 0}, {2});
  Rng rng(3, "filled_test");
  double on = 0, off = 0, last = 0;
  constexpr int kDraws = 20;
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<double> p =
        slice(filled(target, values, known, rng, [&](double share) { last = share; }), 1, 1, 2).to_vector();
    on += p[0] / kDraws;
    off += p[1] / kDraws;
  }
  CHECK(on > 0.6);  // E = .95 .95 + .05 .05 = .905
  CHECK(off < 0.4);
  CHECK(last == 1);
}

TEST_CASE("chains begin inside the domain, wherever the target would have them begin") {
  const Target target{.log_prob = log_prob,
                      .initial =
                          [](int64_t n, Rng&) {
                            return full({n, 2}, -0.04);
                          },
                      .domain = {0, 1}};
  Rng rng(5, "filled_test");
  const Tensor x = filled(target, full({50, 2}, 0.5), tensor({1, 0}, {2}), rng);
  CHECK(min(slice(x, 1, 1, 2)).item() >= 0);
  CHECK(max(slice(x, 1, 1, 2)).item() <= 1);
}

TEST_CASE("what has neither density nor conditionals fills in nothing") {
  CHECK_FALSE(can_fill({}));
  CHECK_FALSE(can_fill({.log_prob = log_prob, .binary = true}));
  Rng rng(4);
  test::check_refused("Hint: set", [&] { filled({}, zeros({1, 2}), zeros({2}), rng); });
}

}  // namespace
}  // namespace gradzoo
