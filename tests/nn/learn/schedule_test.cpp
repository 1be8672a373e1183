#include "gradzoo/nn/learn/schedule.h"

#include <doctest/doctest.h>

#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("linear decay falls from 1 to 0 and stays there") {
  CHECK(linear_decay(0, 4) == 1.0);
  CHECK(linear_decay(1, 4) == 0.75);
  CHECK(linear_decay(4, 4) == 0.0);
  CHECK(linear_decay(9, 4) == 0.0);
}

TEST_CASE("cosine decay is 1, the middle, and its floor at begin, half and end") {
  CHECK(cosine_decay(0, 10) == 1.0);
  CHECK(cosine_decay(5, 10, 0.2) == approx(0.6).epsilon(1e-15));
  CHECK(cosine_decay(10, 10, 0.2) == approx(0.2).epsilon(1e-15));
  CHECK(cosine_decay(99, 10) == 0.0);
  // cos(pi/3) = 1/2
  CHECK(cosine_decay(1, 3) == approx(0.75).epsilon(1e-15));
}

TEST_CASE("warm-up never gives a rate of 0 and reaches 1 at its last step") {
  CHECK(warm_up(0, 4) == 0.25);
  CHECK(warm_up(3, 4) == 1.0);
  CHECK(warm_up(100, 4) == 1.0);
  CHECK(warm_up(0, 0) == 1.0);
}

TEST_CASE("step decay multiplies once every so many steps") {
  CHECK(step_decay(9, 10, 0.5) == 1.0);
  CHECK(step_decay(10, 10, 0.5) == 0.5);
  CHECK(step_decay(35, 10, 0.5) == 0.125);
}

TEST_CASE("hold-linear rises over a fiftieth, stays until half, and falls to 0") {
  CHECK(hold_linear_decay(0, 1000) == approx(0.05));
  CHECK(hold_linear_decay(19, 1000) == 1);
  CHECK(hold_linear_decay(500, 1000) == 1);
  CHECK(hold_linear_decay(750, 1000) == approx(0.5));
  CHECK(hold_linear_decay(1000, 1000) == 0);
  CHECK(hold_linear_decay(0, 10) == 1);
}

TEST_CASE("each decay that a run may have is its function") {
  CHECK(decay(Decay::constant, 7, 8) == 1.0);
  CHECK(decay(Decay::linear, 2, 8) == linear_decay(2, 8));
  CHECK(decay(Decay::cosine, 2, 8) == cosine_decay(2, 8));
  CHECK(decay(Decay::hold_linear, 6, 8) == 0.5);
}

TEST_CASE("steps that make no sense are refused") {
  CHECK_FALSE(test::error_message([] { linear_decay(-1, 8); }).empty());
  CHECK_FALSE(test::error_message([] { cosine_decay(0, 0); }).empty());
  CHECK_FALSE(test::error_message([] { step_decay(1, 0, 0.5); }).empty());
}

}  // namespace gradzoo
