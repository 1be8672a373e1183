#include "tools/playground/functions.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/approx.h"
#include "support/error_message.h"
#include "tools/playground/playground.h"

using namespace gradzoo;
using namespace gradzoo::test;
using Json = nlohmann::json;

TEST_CASE("the page lists all functions of expressions") {
  Playground playground;
  const Json functions = Json::parse(playground.answer(R"({"ask": "functions"})", ""))["functions"];
  for (const char* usage : {"sin(x)", "softmax(x[, axis])", "det(A)"})
    CHECK_MESSAGE(std::ranges::find(functions, usage) != functions.end(), functions.dump());
}

TEST_CASE("an explained function has its derivatives as a list, with shapes, values and remarks") {
  const auto derivatives = [](const char* expression, const char* at, int64_t order) {
    return explain_function({{"expression", expression}, {"at", at}, {"order", order}})["derivatives"];
  };
  const Json all = derivatives("x^y", "x=2, y=3", 2);
  REQUIRE(all.size() == 6);  // f, f_x, f_y, f_xx, f_xy, f_yy
  CHECK(all[1] == Json{{"name", "f_x"}, {"shape", Json::array()}, {"values", {12.0}}, {"remark", ""}});
  CHECK(derivatives("sum(x^2)", "x=[1,2]", 1)[1]["shape"] == Json({2, 1}));
  const Json root = derivatives("sqrt(x)", "x=0", 1);
  CHECK(root[1]["values"][0] == "inf");
  CHECK(root[1]["remark"] == "f_x is infinite here");
}

TEST_CASE("a rule of one's own is held against the engine to second order") {
  Playground playground;
  const auto checked = [&](const char* f, const char* rule, const Json& at) {
    const Json request = {{"ask", "check"}, {"f", f}, {"rule", rule}, {"at", at}};
    return Json::parse(playground.answer(request.dump(), ""));
  };
  const Json at = {-1.5, 0, 2};
  CHECK(checked("x^3", "3*x^2", at)["right"] == true);
  CHECK(checked("tanh(t)", "1 - tanh(t)^2", at)["right"] == true);
  CHECK(checked("x^3", "2.97*x^2", at)["right"] == false);
  CHECK(checked("x^3", "3*x^2 + 1e-7", at)["right"] == false);
  // right where it is asked, and not around it
  const Json flat = checked("x^3", "3*x^2 + (x+1.5)*x*(x-2)", at);
  CHECK(flat["right"] == false);
  CHECK(flat["rows"][0]["right"] == true);
  CHECK(flat["rows"][0]["right_second"] == false);
  const Json row = checked("exp(2*x)", "2*exp(2*x)", {0.5})["rows"][0];
  CHECK(row["f"].get<double>() == approx(std::exp(1.0)));
  CHECK(row["gradient"].get<double>() == approx(2 * std::exp(1.0)));
  CHECK(row["difference"].get<double>() == approx(2 * std::exp(1.0)).epsilon(1e-8));
  CHECK(row["second"].get<double>() == approx(4 * std::exp(1.0)));
  const Json outside = checked("log(x)", "1/x", {-1.0});
  CHECK(outside["rows"][0]["f"] == "nan");
  CHECK(outside["rows"][0]["remark"] == "f is not a number here");
  CHECK(outside["right"] == false);
  CHECK(checked("log(x)", "1/x", {0.0})["right"] == false);
  // at a kink, every value between the slopes is right
  CHECK(checked("|x|", "where(x > 0, 1, -1)", at)["right"] == true);
  CHECK(checked("|x|", "where(x > 0, 1, 0.5)", {0.0})["right"] == true);
  CHECK(checked("|x|", "where(x > 0, 1, -1.5)", {0.0})["right"] == false);
  CHECK(checked("relu(x)", "0*x", {0.0})["rows"][0]["remark"] ==
        "f has a kink here: its slope is 0 on the left and 1 on the right; the engine takes 0");
  CHECK(checked("7", "0*x", at)["right"] == true);  // a constant, whose gradient is 0
  for (const Json& bad : {checked("x*y", "y", at), checked("x^3", "3*x^2", Json::array()),
                          checked("x^3", "3*x^2", {"a"}), checked("[x,x]", "x", at), checked("x^", "x", at)})
    CHECK_MESSAGE(contains(bad.value("error", ""), "Hint:"), bad.dump());
}
