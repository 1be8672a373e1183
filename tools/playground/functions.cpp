#include "tools/playground/functions.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/explain/explain_expression.h"
#include "gradzoo/explain/expression.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostPoints = 100;

/// JSON has no name for infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value)); }

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

bool agree(double a, double b) {
  if (!std::isfinite(a) || !std::isfinite(b)) return a == b || (std::isnan(a) && std::isnan(b));
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

double difference_of(const Expression& f, const std::string& variable, double at) {
  const NoGrad quiet;
  const double h = std::cbrt(2.2e-16) * std::max(1.0, std::abs(at));
  const auto value = [&](double x) { return evaluate(f, {{variable, scalar(x, DType::f64)}}).item(); };
  return (value(at + h) - value(at - h)) / (2 * h);
}

}  // namespace

Json explain_function(const Json& request) {
  const Explanation found = explain_expression({request.at("expression").get<std::string>(),
                                                request.value("at", ""), request.value("order", int64_t{1})});
  return {{"text", found.text}, {"html", found.html}, {"program", found.program}};
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
    const auto x = point.get<double>();
    const Derivatives of_f = derivatives_of(f, variable, x), of_rule = derivatives_of(rule, variable, x);
    const bool first = agree(of_rule.value, of_f.first), second = agree(of_rule.first, of_f.second);
    right = right && first && second;
    rows.push_back({{"x", x},
                    {"f", number(of_f.value)},
                    {"rule", number(of_rule.value)},
                    {"gradient", number(of_f.first)},
                    {"difference", number(difference_of(f, variable, x))},
                    {"right", first},
                    {"rule_gradient", number(of_rule.first)},
                    {"second", number(of_f.second)},
                    {"right_second", second}});
  }
  return {{"variable", variable}, {"rows", rows}, {"right", right}};
}

}  // namespace gradzoo
