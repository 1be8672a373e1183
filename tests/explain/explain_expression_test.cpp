#include "gradzoo/explain/explain_expression.h"

#include <cmath>
#include <map>
#include <sstream>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "explain/page_data.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/html_tags.h"

using namespace gradzoo;
using namespace gradzoo::test;
using nlohmann::json;

namespace {

Explanation explained(const std::string& expression, const std::string& at, int64_t order = 1) {
  return explain_expression({.expression = expression, .at = at, .order = order});
}

// The derivatives at the text's end, by name.
std::map<std::string, double> derivatives(const std::string& text) {
  std::map<std::string, double> found;
  std::istringstream lines(text.substr(text.rfind("\n\n")));
  for (std::string line; std::getline(lines, line);) {
    const size_t sign = line.find(" = ");
    if (sign != std::string::npos) found[line.substr(0, sign)] = std::stod(line.substr(sign + 3));
  }
  return found;
}

std::string message(const std::string& expression, const std::string& at, int64_t order = 1) {
  try {
    explained(expression, at, order);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("every derivative up to the third, each mixed one once, in closed form") {
  const double x = 0.8, y = 0.3, s = std::sin(x), c = std::cos(x), e = std::exp(2 * y);
  const std::map<std::string, double> got = derivatives(explained("sin(x)*exp(2*y)", "x=.8,y=.3", 3).text);
  const std::map<std::string, double> expected = {
      {"f", s * e},         {"f_x", c * e},      {"f_y", 2 * s * e}, {"f_xx", -s * e},
      {"f_xy", 2 * c * e},  {"f_yy", 4 * s * e}, {"f_xxx", -c * e},  {"f_xxy", -2 * s * e},
      {"f_xyy", 4 * c * e}, {"f_yyy", 8 * s * e}};
  CHECK(got.size() == expected.size());
  for (const auto& derivative : expected) {
    CAPTURE(derivative.first);
    REQUIRE(got.contains(derivative.first));
    // six digits are printed
    CHECK(got.at(derivative.first) == approx(derivative.second).epsilon(1e-5));
  }
}

TEST_CASE("no two derivatives, and no variable, share a name, however variables are called") {
  // f = x_y x y at (2, 3, 5)
  const std::map<std::string, double> got = derivatives(explained("x_y*x*y", "x_y=2,x=3,y=5", 2).text);
  const std::map<std::string, double> expected = {
      {"f", 30},      {"f_x_y", 15},  {"f_x", 10},  {"f_y", 6},   {"f_x_y,x_y", 0},
      {"f_x_y,x", 5}, {"f_x_y,y", 3}, {"f_x,x", 0}, {"f_x,y", 2}, {"f_y,y", 0}};
  CHECK(got == expected);
  CHECK(derivatives(explained("alpha*beta", "alpha=2,beta=3", 2).text).at("f_alpha_beta") == 1);
  CHECK(derivatives(explained("f_x*x", "f_x=2,x=3").text) ==
        std::map<std::string, double>{{"F", 6}, {"F_f_x", 3}, {"F_x", 2}});
  CHECK(derivatives(explained("f*F*f1", "f=2,F=3,f1=5").text) ==
        std::map<std::string, double>{{"f2", 30}, {"f2_f", 15}, {"f2_F", 10}, {"f2_f1", 6}});
  // Lines at the end of the text: as many as there are derivatives.
  for (const char* names : {"x_ _x x", "_ __ ___", "a a_b b b_a", "x xy y"}) {
    std::istringstream words(names);
    std::string product = "1", at, name;
    int64_t count = 0;
    for (; words >> name; ++count) {
      product += "*" + name;
      at += (at.empty() ? "" : ",") + name + "=1";
    }
    const int64_t of_each_order = 1 + count + count * (count + 1) / 2;
    CHECK(std::ssize(derivatives(explained(product, at, 2).text)) == of_each_order);
  }
}

TEST_CASE("a derivative that is constant has derivatives of zero") {
  const std::map<std::string, double> got = derivatives(explained("3*x + x*y", "x=2,y=5", 3).text);
  CHECK(got.at("f_x") == 8);
  CHECK(got.at("f_xx") == 0);
  CHECK(got.at("f_xy") == 1);
  CHECK(got.at("f_xyy") == 0);
  CHECK(derivatives(explained("x", "x=2", 2).text).at("f_xx") == 0);
}

TEST_CASE("the second derivative by a vector is its Hessian, by a matrix has all axes, in the order told") {
  const Explanation explanation = explained("x'*A*x", "x=[.5,-1],A=[[1,2],[3,4]]", 2);
  const std::string& text = explanation.text;
  for (const char* line :
       {"\nat x = [0.5, -1], A = [[1, 2], [3, 4]]\n", "\nf = 1.75\n", "\nf_x = [-4, -5.5]\n",  // (A + A') x
        "\nf_A = [[0.25, -0.5], [-0.5, 1]]\n",                                                 // x x'
        "\nf_xx = [[2, 5], [5, 8]]   f_xx[i,j] = d2 f / dx_i dx_j\n"})                         // A + A'
    CHECK_MESSAGE(text.find(line) != std::string::npos, text);
  // d/dx_i of x_j x_k
  CHECK_MESSAGE(
      text.find("f_xA = [[[1, -1], [-1, 0]], [[0, 0.5], [0.5, -2]]]   f_xA[i,j,k] = d2 f / dx_i dA_jk") !=
          std::string::npos,
      text);
  CHECK(text.find("f_AA = [[[[0, 0], [0, 0]], [[0, 0], [0, 0]]], [[[0, 0], [0, 0]], [[0, 0], [0, 0]]]]") !=
        std::string::npos);
  CHECK(text.find("\nsweep 2, from f_x[0]\n") != std::string::npos);
  CHECK(text.find("\nsweep 3, from f_x[1], goes the same way\n") != std::string::npos);
  CHECK(explanation.program.find("Tensor f_xx = reshape(stack({") != std::string::npos);
}

TEST_CASE("the third derivative of a function of a vector has three axes, and is what the closed form says") {
  const std::string text = explained("x'*x*sum(x)", "x=[2,3]", 3).text;
  // f = (a^2 + b^2)(a + b): f_aaa = 6, f_aab = f_abb = 2, f_bbb = 6
  CHECK_MESSAGE(
      text.find("f_xxx = [[[6, 2], [2, 2]], [[2, 2], [2, 6]]]   f_xxx[i,j,k] = d3 f / dx_i dx_j dx_k") !=
          std::string::npos,
      text);
  CHECK(text.find("f_xx = [[18, 10], [10, 22]]") != std::string::npos);  // 6a + 2b, 2a + 2b, 2a + 6b
  CHECK(explained("sum(x^3)*y", "x=[1,2],y=3", 3)
            .text.find("f_xxy = [[6, 0], [0, 12]]   f_xxy[i,j] = d3 f / dx_i dx_j dy") != std::string::npos);
  CHECK(message("sum(A*A)", "A=[[1,2,3,4],[1,2,3,4],[1,2,3,4],[1,2,3,4]]", 3) ==
        "explain: derivatives of order 3 need more than 200 sweeps, one from each element of the previous "
        "order. Hint: use --order 2, or fewer numbers in --at");
  CHECK(message("sum(A*A)", "A=[[1,2],[3,4]]", 4) ==
        "explain: a derivative of order 4 has 8 axes here, and a tensor has at most 6. Hint: use --order 3");
  CHECK(
      message("sum(x^3)", "x=[1,2,3]", 6).starts_with("explain: derivatives of order 6 need more than 200"));
}

TEST_CASE("to the ninth order, in closed form") {
  // f = x^9 y: d^9 f / dx^9 = 9! y, and nothing is left of y twice
  const std::map<std::string, double> got = derivatives(explained("x^9*y", "x=.5,y=2", 9).text);
  CHECK(got.at("f_xxxxxxxxx") == approx(362880 * 2));
  CHECK(got.at("f_xxxxxxxxy") == approx(362880 * .5));
  CHECK(got.at("f_xxxxxxxyy") == 0);
  CHECK(got.size() == 55);  // 1 + 2 + ... + 10
  const double x = 0.8;
  CHECK(derivatives(explained("sin(x)", "x=.8", 7).text).at("f_xxxxxxx") == approx(-std::cos(x)));
}

TEST_CASE("at a kink, at a jump and outside of a domain the table says so in place of a difference") {
  const auto says = [](const std::string& expression, const std::string& at, const std::string& words,
                       int64_t order = 1) {
    const std::string text = explained(expression, at, order).text;
    CHECK_MESSAGE(text.find(words) != std::string::npos, text);
  };
  says("relu(x)", "x=0", "0             at a kink: one-sided slopes 0 and 1\n");
  says("abs(x)*exp(x)", "x=0", "at a kink: one-sided slopes -1 and 1\n");
  says("max(x, y)", "x=2,y=2", "at a kink: one-sided slopes 0 and 1\n");
  says("sum(relu(x))", "x=[1,0]", "(2,1) [1, 0.5]; [1] at a kink: one-sided slopes 0 and 1\n");
  says("relu(x)", "x=0", "at a jump, from 0 to 1\n", 2);
  says("log(x)", "x=-1", "outside the domain of log\n");
  says("2*sqrt(x - 1)", "x=1", "at the edge of the domain of sqrt\n");
  says("log(x)", "x=0", "log is infinite here\n");
  for (const auto& [expression, at] : {std::pair{"x^2*1e6", "x=0"},
                                       {"exp(50*x)", "x=1"},
                                       {"1e9 + x", "x=1"},
                                       {"(1e9 + x) - 1e9", "x=1"},
                                       {"relu(x)", "x=.1"},
                                       {"x^1.5", "x=0.001"}}) {
    const std::string text = explained(expression, at).text;
    CHECK_MESSAGE(text.find("at a ") == std::string::npos, text);
  }
}

TEST_CASE("a leaf joins the tape on the line that makes it") {
  const json data = page_data(explained("x*sin(y)", "y=2,x=1").html);
  for (const json& step : data["steps"]) {
    const json& node = data["nodes"][step["node"].get<size_t>()];
    if (step["kind"] == "record" && node["op"] == "leaf") {
      const std::string line = data["code"][step["line"].get<size_t>()];
      CHECK(line.starts_with("Tensor " + node["value"]["name"].get<std::string>() + " = "));
    }
  }
}

TEST_CASE("the table shows each sweep's nodes with values, adjoints and differences") {
  const std::string text = explained("x^2", "x=3", 2).text;
  CHECK(text.starts_with("f = x^2\nat x = 3\n\nsweep 1, from f\n"));
  CHECK(text.find("  v0    x     leaf        3      6             6\n") != std::string::npos);
  CHECK(text.find("sweep 2, from f_x\n") != std::string::npos);
  CHECK(text.ends_with("\nf = 9\nf_x = 6\nf_xx = 2\n"));
  CHECK(explained("x^2", "x=3", 1).program.find("Tensor f_x = grad(f, x);") != std::string::npos);
}

TEST_CASE("the page is one file, its leaves are named, its lines are those of the program") {
  const Explanation explanation = explained("sum(softplus(A*x+b))", "A=[[1,2],[3,4]],x=[.5,-1],b=[0,1]", 2);
  CHECK(is_well_nested(explanation.html));
  const json data = page_data(explanation.html);
  CHECK(data["title"] == "f = sum(softplus(A*x+b))");
  for (const json& node : data["nodes"]) {
    if (node["op"] == "leaf")
      CHECK(std::string("Axb").find(node["value"]["name"].get<std::string>()) != std::string::npos);
    CHECK(node["value"]["dtype"] == "f64");
  }
  int line = 0, compared = 0;
  for (const json& step : data["steps"]) {
    CHECK(step["line"] >= line);
    line = step["line"];
    if (step["kind"] != "visit") continue;
    const auto adjoint = step["adjoint"]["values"].get<std::vector<double>>();
    const auto differences = step["differences"].get<std::vector<double>>();
    REQUIRE(differences.size() == adjoint.size());
    for (size_t i = 0; i < adjoint.size(); ++i, ++compared)
      CHECK(differences[i] == approx(adjoint[i]).epsilon(1e-6));
  }
  CHECK(compared > 50);
  for (const json& text : data["code"])
    CHECK(explanation.program.find(text.get<std::string>()) != std::string::npos);
}

TEST_CASE("what is wrong is one sentence with a hint") {
  CHECK(message("A*x", "A=[[1,2],[3,4]],x=[1,2]") ==
        "expression: it has 2 values, (2,1), and a gradient needs a single value. Hint: use sum(A*x)");
  CHECK(message("1 + 2", "") ==
        "expression: it needs a variable to differentiate. Hint: use --expr 'x^2' --at x=3");
  CHECK(message("x^2", "x=1,z=2") ==
        "expression: --at gives z, which the expression does not use. Hint: give its variables x");
  CHECK(message("x*y", "x=1").starts_with("expression, column 3: y has no value. Hint: use --at y=1"));
  CHECK(message("x^2", "x=1", 10) == "explain: derivatives of order 10 are not supported. Hint: use 1 to 9");
}
