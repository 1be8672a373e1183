#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/nn/learn/optim.h"
#include "nn/toy_modules.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
TEST_CASE("a long gradient is scaled to the norm allowed, all parameters together") {
  Pair pair;
  Parameters parameters(pair);
  give_gradient(pair.a.w, {3, 0, 0});
  give_gradient(pair.b.w, [] {
    Doubles g(17, 0.0);
    g[16] = -4;
    return g;
  }());
  CHECK(clip_grad_norm(parameters, 1.0) == 5.0);
  CHECK(pair.a.w.grad().to_vector()[0] == approx(0.6).epsilon(1e-15));
  CHECK(pair.b.w.grad().to_vector()[16] == approx(-0.8).epsilon(1e-15));
  CHECK(grad_norm(parameters) == approx(1.0).epsilon(1e-15));
}

TEST_CASE("a short gradient stays as it is, bit for bit") {
  const Vector module({1, 1});
  Parameters parameters(module);
  give_gradient(module.w, {0.3, 0.1});
  clip_grad_norm(parameters, 1.0);
  CHECK(module.w.grad().to_vector() == Doubles{0.3, 0.1});
}

TEST_CASE("a parameter without a gradient counts as zero in the norm") {
  Pair pair;
  Parameters parameters(pair);
  give_gradient(pair.b.w, Doubles(17, 9.0));
  parameters.zero_grad();
  give_gradient(pair.a.w, {0, 2, 0});
  CHECK(grad_norm(parameters) == 2.0);
}

TEST_CASE("the norm of f32 gradients does not overflow where they do not") {
  const Vector module({1, 1}, DType::f32);
  Parameters parameters(module);
  give_gradient(module.w, {3e30, 4e30});
  CHECK(grad_norm(parameters) == approx(5e30).epsilon(1e-6));
}

TEST_CASE("a gradient that is not finite is reported and left alone") {
  for (double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    const Vector module({1, 1});
    Parameters parameters(module);
    give_gradient(module.w, {bad, 7});
    CHECK_FALSE(std::isfinite(clip_grad_norm(parameters, 1.0)));
    CHECK(module.w.grad().to_vector()[1] == 7.0);
  }
}

TEST_CASE("a norm to clip to is above zero") {
  const Vector module({1});
  Parameters parameters(module);
  CHECK_FALSE(error_message([&] { clip_grad_norm(parameters, 0.0); }).empty());
}

TEST_CASE("the norm of a gradient whose square leaves the range is finite") {
  const Vector module({1, 1}, DType::f64);
  Parameters parameters(module);
  give_gradient(module.w, {3e200, -4e200});
  CHECK(grad_norm(parameters) == approx(5e200).epsilon(1e-15));
  CHECK(clip_grad_norm(parameters, 1.0) == approx(5e200).epsilon(1e-15));
  CHECK(module.w.grad().to_vector()[1] == approx(-0.8).epsilon(1e-15));
  give_gradient(module.w, {3e200, -std::numeric_limits<double>::infinity()});
  CHECK(std::isinf(grad_norm(parameters)));
}

}  // namespace gradzoo
