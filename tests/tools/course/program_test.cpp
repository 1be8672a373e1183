#include "tools/course/program.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

using namespace gradzoo;

TEST_CASE("a program shows what it reads, counts its nodes, and has derivatives of any order") {
  const course::Program numbers("leaf 0 0.5 leaf 0 2 nsub 3 1 muln 2 4 pow 0 3");
  CHECK(numbers.formula() == "v0 = 0.5; v1 = 2; v2 = 3 - v1; v3 = v2 * 4; v4 = pow(v0, v3)");
  CHECK(numbers.made.back().item() == approx(0.0625));
  CHECK(numbers.nodes == 7);  // 3 and 4 are nodes, too
  CHECK(numbers.gradients().front().item() == approx(0.5));
  CHECK(numbers.gradients().back().item() == approx(-4 * 0.0625 * std::log(0.5)));
  CHECK(numbers.gradients(1, 3).back().item() == -4);

  const course::Program arrays("leaf 2 2 3 1 2 3 4 5 6 const 0 2 axis 0 1 sum_to 0 1 3 mul 3 3 mul 4 1");
  CHECK(arrays.formula() ==
        "v0 = (2,3); v1 = constant () 2; v2 = sum(v0, axis 1); v3 = sum_to(v0, (3)); v4 = v3 * v3; v5 = v4 * "
        "v1");
  CHECK(course::as_answer({arrays.made[2], arrays.made[5]}) == " (2,1) 6 15 (3) 50 98 162");
  CHECK(course::as_input(arrays.made[2]) == " 2 2 1 6 15");
  CHECK(course::as_answer(arrays.gradients()) == " (2,3) 20 28 36 20 28 36");
  CHECK(course::as_answer(arrays.gradients(2)) == " (2,3) 320 448 576 320 448 576");
  CHECK(course::as_answer({course::Program("leaf 1 2 3 5 mul 0 0 mul 1 0 sum 2").hessian()}) ==
        " (2,2) 18 0 0 30");
}

TEST_CASE("a seed draws the same programs for ever") {
  CHECK(
      course::draw_scalar_program(4, 3).formula() ==
      "v0 = 0.552375; v1 = 1.26243; v2 = 0.823464; v3 = 1.20763; v4 = tanh(v3); v5 = sin(v0); v6 = v4 + v5; "
      "v7 = 1.07097 - v5");
  CHECK(course::draw_array_program(4, 3).formula() ==
        "v0 = (3,3); v1 = (1) -0.43087012297220295; v2 = cos(v1); v3 = sum(v1, axis 0); v4 = tanh(v3); "
        "v5 = sin(v0); v6 = exp(v5); v7 = v2 / v6");
  CHECK(course::draw_function(2, 5).formula().ends_with("v8 = exp(v0); v9 = sum(v7); ... (13 lines)"));
  double numbers = 0, arrays = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    numbers += course::draw_scalar_program(40, seed).made.back().item();
    arrays += sum(course::draw_array_program(20, seed).made.back()).item();
  }
  CHECK(numbers == approx(23.8040112534).epsilon(1e-9));
  CHECK(arrays == approx(12.7735757192).epsilon(1e-9));
}
