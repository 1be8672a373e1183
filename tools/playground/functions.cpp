#include "tools/playground/functions.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/explain/explain_expression.h"
#include "gradzoo/explain/expression.h"
#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostPoints = 100;

/// JSON has no name for infinity.
Json number(double value) {
  if (std::isnan(value)) return "nan";  // never "-nan"
  return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value));
}

std::string the_variable(const Expression& f, const Expression& rule) {
  std::vector<std::string> all = f.variables();
  for (const std::string& name : rule.variables())
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  if (all.size() != 1)
    throw Error("the function and its rule have {} variables. Hint: use one, as in x^3 and 3*x^2",
                all.size());
  return all[0];
}

/// A function of one number with its first two derivatives there, by the engine.
struct Derivatives {
  double value = 0, first = 0, second = 0;
};
Derivatives derivatives_of(const Expression& f, const std::string& variable, double at) {
  const Tape tape;
  const Tensor x = scalar(at, DType::f64).requires_grad_();
  const Tensor y = evaluate(f, {{variable, x}});
  if (y.size() != 1) throw Error("{} is not a single number. Hint: take sum(...)", f.text);
  if (!y.requires_grad()) return {.value = y.item()};
  const Tensor first = grad(sum(y), x, {.create_graph = true, .allow_unused = true});
  if (!first.defined()) return {.value = y.item()};
  Derivatives out{y.item(), first.item(), 0};
  if (first.requires_grad()) {
    const Tensor second = grad(first, x, {.allow_unused = true});
    if (second.defined()) out.second = second.item();
  }
  return out;
}

bool agree(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)}); }

double difference_of(const Expression& f, const std::string& variable, double at) {
  const NoGrad quiet;
  const double h = std::cbrt(2.2e-16) * std::max(1.0, std::abs(at));
  const auto value = [&](double x) { return evaluate(f, {{variable, scalar(x, DType::f64)}}).item(); };
  return (value(at + h) - value(at - h)) / (2 * h);
}

/// Whether a value agrees with a derivative, or at a jump is between the values on both sides.
bool fits(double value, double derivative, const ExplainedDerivative& explained) {
  if (agree(value, derivative)) return true;
  if (!explained.sides) return false;
  const auto [low, high] = std::minmax(explained.sides->first, explained.sides->second);
  return value >= low && value <= high;
}

/// The first value of a row that is not finite, as a sentence; "" if all are finite.
std::string not_finite(const Derivatives& of_f, const Derivatives& of_rule) {
  for (const auto& [name, value] : {std::pair{"f", of_f.value},
                                    {"the rule", of_rule.value},
                                    {"f'", of_f.first},
                                    {"the rule's gradient", of_rule.first},
                                    {"f''", of_f.second}})
    if (!std::isfinite(value))
      return fmt::format("{} is {} here", name, std::isnan(value) ? "not a number" : "infinite");
  return "";
}

Json checked_row(const Expression& f, const Expression& rule, const std::string& variable, double x) {
  const Derivatives of_f = derivatives_of(f, variable, x), of_rule = derivatives_of(rule, variable, x);
  std::vector<ExplainedDerivative> explained(3);  // f, f' and f''; a constant f has no remarks
  if (!f.variables().empty())
    explained = expression_derivatives({f.text, fmt::format("{}={}", variable, x), 2});
  std::string remark = not_finite(of_f, of_rule);
  const bool finite = remark.empty();
  for (const ExplainedDerivative& d : explained)
    if (remark.empty()) remark = d.remark;
  if (!finite && explained[1].sides) remark += "; " + explained[1].remark;
  // without f' on both sides of a kink there is no f'' to compare with
  const bool second = explained[1].sides || fits(of_rule.first, of_f.second, explained[2]);
  return {{"x", x},
          {"f", number(of_f.value)},
          {"rule", number(of_rule.value)},
          {"gradient", number(of_f.first)},
          {"difference", number(difference_of(f, variable, x))},
          {"right", finite && fits(of_rule.value, of_f.first, explained[1])},
          {"rule_gradient", number(of_rule.first)},
          {"second", number(of_f.second)},
          {"right_second", finite && second},
          {"remark", remark}};
}

}  // namespace

Json explain_function(const Json& request) {
  const Explanation found = explain_expression({request.at("expression").get<std::string>(),
                                                request.value("at", ""), request.value("order", int64_t{1})});
  Json derivatives = Json::array();
  for (const ExplainedDerivative& d : found.derivatives) {
    Json values = Json::array();
    for (const double value : d.value.to_vector()) values.push_back(number(value));
    const std::vector<int64_t> sizes(d.value.shape().begin(), d.value.shape().end());
    derivatives.push_back({{"name", d.name}, {"shape", sizes}, {"values", values}, {"remark", d.remark}});
  }
  return {
      {"text", found.text}, {"html", found.html}, {"program", found.program}, {"derivatives", derivatives}};
}

Json known_functions() {
  Json out = Json::array();
  for (const ExpressionFunction& function : expression_functions())
    if (!function.usage.empty()) out.push_back(function.usage);
  return {{"functions", out}};
}

Json check_rule(const Json& request) {
  const Expression f = parse_expression(request.at("f").get<std::string>()),
                   rule = parse_expression(request.at("rule").get<std::string>());
  const std::string variable = the_variable(f, rule);
  const Json& points = request.at("at");
  if (!points.is_array() || points.empty() || points.size() > kMostPoints)
    throw Error("the rule is checked at {} points. Hint: give 1 to {} numbers", points.size(), kMostPoints);
  Json rows = Json::array();
  bool right = true;
  for (const Json& point : points) {
    if (!point.is_number())
      throw Error("the rule cannot be checked at {}. Hint: type numbers, such as -1, 0, 2.5", point.dump());
    rows.push_back(checked_row(f, rule, variable, point.get<double>()));
    right = right && rows.back()["right"] == true && rows.back()["right_second"] == true;
  }
  return {{"variable", variable}, {"rows", rows}, {"right", right}};
}

}  // namespace gradzoo
