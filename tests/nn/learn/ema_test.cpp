#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/nn/learn/learner.h"
#include "nn/toy_modules.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

void set(Tensor w, double value) {
  visit_floating(w.dtype(),
                 [&]<class T>() { std::fill_n(w.mutable_data<T>(), w.size(), static_cast<T>(value)); });
}

Doubles average_of(Ema& ema, const Tensor& w) {
  const Ema::Scope scope(ema);
  return w.to_vector();
}

}  // namespace

TEST_CASE("the average of a constant is that constant from step 1, exactly, whatever stood there before") {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Vector module({5, -7, 11}, dtype);
    Parameters parameters(module);
    Ema ema(parameters, 0.9999);
    set(module.w, 0.1);
    const Doubles constant = module.w.to_vector();
    for (int step = 0; step < 2000; ++step) {
      ema.update();
      if (step % 500 == 0) CHECK(average_of(ema, module.w) == constant);
    }
    CHECK(average_of(ema, module.w) == constant);
  }
}

TEST_CASE("the average follows the recurrence with its early ramp") {
  const Vector module({0});
  Parameters parameters(module);
  Ema ema(parameters, 0.5);
  double average = 0;
  for (int t = 0; t < 20; ++t) {
    const double weight = std::sin(t);
    const double decay = t == 0 ? 0.0 : std::min(0.5, (1.0 + t) / (10.0 + t));
    average = decay * average + (1 - decay) * weight;
    set(module.w, weight);
    ema.update();
    CHECK(average_of(ema, module.w)[0] == approx(average).epsilon(1e-14));
  }
}

TEST_CASE("a scope puts the average in and gives the weights back") {
  const Vector module({1, 2});
  Parameters parameters(module);
  Ema ema(parameters, 0.9);
  ema.update();
  set(module.w, 3);
  {
    const Ema::Scope scope(ema);
    CHECK(module.w.to_vector() == Doubles{1, 2});
    CHECK_FALSE(error_message([&] { ema.update(); }).empty());
  }
  CHECK(module.w.to_vector() == Doubles{3, 3});
}

TEST_CASE("the average is entered in the State by parameter") {
  Pair pair;
  Parameters parameters(pair);
  Ema ema(parameters);
  State state;
  ema.add_to(state, "ema");
  CHECK(state.find("ema.a.w") != nullptr);
  CHECK(state.find("ema.b.w") != nullptr);
  CHECK(state.find("ema.updates") != nullptr);
}

TEST_CASE("a decay outside [0, 1) is refused") {
  const Vector module({1});
  Parameters parameters(module);
  CHECK_FALSE(error_message([&] { Ema(parameters, 1.0); }).empty());
  CHECK_FALSE(error_message([&] { Ema(parameters, -0.1); }).empty());
}

}  // namespace gradzoo
