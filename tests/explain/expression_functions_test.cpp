#include "gradzoo/explain/expression_functions.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/explain/expression.h"
#include "support/expression_calls.h"

using namespace gradzoo;

TEST_CASE("functions are listed by name, each once, and usages begin with it") {
  const std::span<const ExpressionFunction> all = expression_functions();
  CHECK(all.size() > 35);
  for (size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].name);
    CHECK(all[i].usage.starts_with(fmt::format("{}(", all[i].name)));
    if (i > 0) CHECK(all[i - 1].name < all[i].name);
    CHECK(find_expression_function(all[i].name) == &all[i]);
  }
  CHECK(find_expression_function("sine") == nullptr);
}

TEST_CASE("each function takes what its usage says, and no more") {
  for (const ExpressionFunction& f : expression_functions()) {
    CAPTURE(f.usage);
    const Variables at = parse_variables(test::kCallValues);
    const std::string call = test::least_call(f);
    CHECK(all_finite(evaluate(parse_expression(call), at)));
    std::string longer = call;
    for (size_t i = f.least; i <= f.most; ++i) longer.insert(longer.rfind(')'), ", 1");
    CHECK_THROWS_AS(parse_expression(longer), ExpressionError);
  }
}

TEST_CASE("functions of numbers are numbers: attributes may be computed") {
  const Variables at{{"x", scalar(3, DType::f64)}};
  CHECK(evaluate(parse_expression("clamp(x, -sqrt(4), abs(-cos(0)*2))"), at).item() == 2);
  CHECK(evaluate_with_code(parse_expression("x*sqrt(4)"), at).code == "x * 2");
}
