#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "gradzoo/explain/explain_expression.h"

using namespace gradzoo;

namespace {

// Remarks by the derivatives' names.
std::map<std::string, std::string> remarks(const std::string& expression, const std::string& at,
                                           int64_t order) {
  std::map<std::string, std::string> found;
  for (const ExplainedDerivative& d : expression_derivatives({expression, at, order}))
    found[d.name] = d.remark;
  return found;
}

std::string all_remarks(const std::string& expression, const std::string& at, int64_t order) {
  std::string all;
  for (const ExplainedDerivative& d : expression_derivatives({expression, at, order}))
    if (!d.remark.empty()) all += expression + " at " + at + ": " + d.remark + "\n";
  return all;
}

}  // namespace

TEST_CASE("the derivatives are a list with names, values and remarks, which end the text") {
  const Explanation explanation =
      explain_expression({.expression = "x'*x*|y|", .at = "x=[1,2],y=0", .order = 2});
  const std::vector<ExplainedDerivative>& all = explanation.derivatives;
  std::string names;
  for (const ExplainedDerivative& d : all) names += d.name + " ";
  CHECK(names == "f f_x f_y f_xx f_xy f_yy ");
  CHECK(all[1].value.shape() == Shape{2, 1});
  CHECK(all[3].value.shape() == Shape{2, 2});
  CHECK(all[3].value.to_vector() == std::vector<double>{0, 0, 0, 0});
  CHECK(all[1].remark == "");
  CHECK(!all[1].sides);
  const std::string kink =
      "f has a kink here along y: its slope is -5 on the left and 5 on the right; the engine takes 0";
  CHECK(all[2].remark == kink);
  REQUIRE(all[2].sides);
  CHECK(*all[2].sides == std::pair{-5.0, 5.0});
  CHECK(all[4].remark == "f_xy[0] jumps here along y: -2 on the left and 2 on the right; the engine takes 0");
  CHECK(explanation.text.find("\nf_y = 0   " + kink + "\n") != std::string::npos);
}

TEST_CASE("kinks, jumps and values that are not finite have a remark at their derivative") {
  struct Row {
    const char *expression, *at, *name, *remark;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"|x|", "x=0", "f", ""},
           {"|x|", "x=0", "f_x",
            "f has a kink here: its slope is -1 on the left and 1 on the right; the engine takes 0"},
           {"|x|", "x=0", "f_xx",
            "f_xx does not exist here, because f_x is not continuous; the engine takes 0"},
           {"relu(x)", "x=0", "f_x",
            "f has a kink here: its slope is 0 on the left and 1 on the right; the engine takes 0"},
           {"max(x, 0)^2", "x=0", "f_x", ""},
           {"max(x, 0)^2", "x=0", "f_xx",
            "f_xx jumps here: 0 on the left and 2 on the right; the engine takes 0.5"},
           {"|x|^3", "x=0", "f_xxx",
            "f_xxx jumps here: -6 on the left and 6 on the right; the engine takes 0"},
           {"|x - 0.3|", "x=0.1+0.2", "f_x",
            "f has a kink here: its slope is -1 on the left and 1 on the right; the engine takes 1"},
           {"1e-12|x|", "x=0", "f_x",
            "f has a kink here: its slope is -1e-12 on the left and 1e-12 on the right; the engine takes 0"},
           {"max(x, y)", "x=2,y=2", "f_y",
            "f has a kink here along y: its slope is 0 on the left and 1 on the right; the engine takes 0.5"},
           {"max(x, y)", "x=2,y=2", "f_xy",
            "f_xy does not exist here, because f_x is not continuous; the engine takes 0"},
           {"sum(relu(x))", "x=[1,0]", "f_x",
            "f has a kink here along x[1]: its slope is 0 on the left and 1 on the right; the engine takes "
            "0"},
           {"sum(relu(x))", "x=[1,0]", "f_xx", "f_xx does not exist here, because f_x is not continuous"},
           {"sqrt(x)", "x=0", "f", ""},
           {"sqrt(x)", "x=0", "f_x", "f_x is infinite here"},
           {"sqrt(x)", "x=0", "f_xx",
            "f_xx does not exist here, because f_x is infinite; the engine takes -inf"},
           {"sqrt(x^2)", "x=0", "f_x",
            "f_x is not a number here; it approaches -1 on the left and 1 on the right"},
           {"x^x", "x=0", "f", ""},
           {"x^x", "x=0", "f_x", "f_x is unbounded on the right; the engine takes 0"},
           {"log(x)", "x=-1", "f", "f is not a number here, because the point is outside the domain of log"},
           {"log(x)", "x=-1", "f_x",
            "f_x does not exist here, because f is not a number; the engine takes -1"},
           {"x*log(x)", "x=0", "f",
            "f is not a number here, because log is infinite; it approaches 0 on the right"},
           {"sin(x)/x", "x=0", "f",
            "f is not a number here, because it divides by 0; it approaches 1 on both sides"},
           {"1/x", "x=0", "f", "f is infinite here, because it divides by 0"},
           {"where(x >= 0, 1, 0)", "x=0", "f",
            "f jumps here: 0 on the left and 1 on the right; its value is 1"},
           {"where(x >= 0, 1, 0)", "x=0", "f_x",
            "f_x does not exist here, because f is not continuous; the engine takes 0"},
           {"where(x > 0, x, -2x)", "x=0", "f_x",
            "f has a kink here: its slope is -2 on the left and 1 on the right; the engine takes -2"},
           {"where(x == 0, 0, x)", "x=0", "f_x", "f_x is 1 on both sides; the engine takes 0"},
           {"where(x == 0, 1, x*log(x))", "x=0", "f", "f approaches 0 on the right; its value is 1"},
           {"where(x > 0, sqrt(x), 0)", "x=0", "f_x", "f_x is unbounded on the right; the engine takes 0"},
           {"where(x == 0, 0, 1/x^2)", "x=0", "f", "f is unbounded on both sides; its value is 0"}}) {
    CAPTURE(row.expression);
    CHECK(remarks(row.expression, row.at, 3)[row.name] == row.remark);
  }
}

TEST_CASE("smooth functions have no remarks up to the third order, also where rounding errors are large") {
  for (const char* expression : {"sin(x)",
                                 "x^3 - 2x",
                                 "exp(-x^2/2)",
                                 "tanh(3x)",
                                 "1/(1 + x^2)",
                                 "log(1 + x^2)",
                                 "sigmoid(10x)",
                                 "softplus(20x)",
                                 "sin(x)^2 + cos(x)^2",
                                 "sin(x)/x",
                                 "(1 - cos(x))/x^2",
                                 "gelu(x)",
                                 "silu(x)",
                                 "atan(x)",
                                 "sqrt(1 + x^2)",
                                 "x exp(x)",
                                 "sin(50x)",
                                 "erf(x)",
                                 "lgamma(x^2 + 1)",
                                 "(1e9 + x) - 1e9",
                                 "exp(x)*exp(-x)",
                                 "tan(x)",
                                 "expm1(x)/x",
                                 "(x + 1)^2 - x^2 - 2x",
                                 "logsumexp([1,2]*x)",
                                 "norm([1,2]*x + 1)",
                                 "sin(1e6*x)",
                                 "exp(-1/(x^2 + 1e-3))",
                                 "sum(softmax([1,2,3]*x).^2)",
                                 "det([[1,2],[3,4]]*x)"})
    for (const char* at : {"x=.001", "x=1e-4", "x=1", "x=-.7", "x=3", "x=1e-6", "x=pi/2"})
      CHECK(all_remarks(expression, at, 3) == "");
  const std::string at = "A=[[1,2],[3,5]],x=[.5,-1],b=[0,1],y=2";
  for (const char* expression :
       {"sum(softplus(A*x + b))*y", "logsumexp(A*x + b)*y", "det(A)*x[0]*b[1]*y", "norm(A*x - b)/y"})
    CHECK(all_remarks(expression, at, 2) == "");
}
