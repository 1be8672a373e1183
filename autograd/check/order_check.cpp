#include "autograd/check/order_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

// What two ways to the same sum may differ by: plain and recorded sweeps, values with and without a tape.
constexpr double kRounding = 1e-10;

// "[1,2]" of a flat index, "" for a scalar.
std::string element_name(const Shape& shape, int64_t flat) {
  if (shape.rank() == 0) return "";
  std::string name;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    name = fmt::format("{}{}{}", flat % shape[axis], name.empty() ? "" : ",", name);
    flat /= shape[axis];
  }
  return "[" + name + "]";
}

std::vector<double> flatten(std::span<const Tensor> tensors) {
  std::vector<double> flat;
  for (const Tensor& t : tensors) {
    const double* values = t.data<double>();
    flat.insert(flat.end(), values, values + t.size());
  }
  return flat;
}

double relative_error(double a, double b) {
  const double error = std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

// A jump of the slope that neither two steps nor one a thousand times smaller explain by curvature.
bool has_kink(const Stencil& stencil, size_t row, CurveFn curve, double h) {
  const double jump = std::abs(stencil.jump[row]);
  if (!(jump > 1e-2 * std::max(1.0, std::abs(stencil.slope[row])))) return false;
  if (std::abs(stencil.wide_jump[row]) > 1.5 * jump) return false;
  return std::abs(five_point_stencil(curve, 1e-3 * h).jump[row]) > 0.5 * jump;
}

struct Failure {
  std::string message;
};

}  // namespace

OrderCheck::OrderCheck(OutputsFn f, std::span<const Tensor> inputs, int order,
                       const GradcheckOptions& options)
    : options_(options), rng_(options.seed, "gradcheck"), f_(f, inputs, order - 1, rng_, options.inputs) {
  result_.order = order;
  for (size_t i = 0; i < f_.arguments().size(); ++i) {
    if (is_floating(f_.arguments()[i].dtype())) variables_.push_back(i);
  }
}

GradcheckResult OrderCheck::run() {
  try {
    check_values();
    Tape tape;
    leaves_ = NestedGradient::leaves(f_.arguments());
    ys_ = f_.recorded(leaves_);
    check_recorded_values();
    check_sweeps();
    if (options_.directions > 0) {
      for (int64_t d = 0; d < options_.directions; ++d) check_direction();
    } else {
      check_jacobian();
    }
  } catch (const Failure& failure) {
    result_.ok = false;
    result_.message = failure.message;
  }
  return result_;
}

void OrderCheck::check_values() {
  values_ = flatten(f_.values(f_.arguments()));
  if (flatten(f_.values(f_.arguments())) == values_) return;
  if (std::all_of(values_.begin(), values_.end(), [](double v) { return std::isfinite(v); }))
    fail("two calls with the same inputs gave different results. Hint: draw random numbers outside of f");
}

void OrderCheck::check_recorded_values() const {
  const std::vector<double> recorded = flatten(ys_);
  if (recorded.size() != values_.size()) fail("f has another shape while it is recorded");
  for (size_t row = 0; row < values_.size(); ++row) {
    if (!std::isfinite(values_[row])) {
      fail(fmt::format("{} is {}. Hint: choose inputs where f and its derivatives are finite",
                       output_element(row), values_[row]));
    }
    if (!(relative_error(recorded[row], values_[row]) <= kRounding)) {
      fail(fmt::format("{} is {} while nothing records, {} under create_graph", output_element(row),
                       values_[row], recorded[row]));
    }
  }
}

// A sweep that records its rules takes `vjp`, a plain one may take `vjp_fast`: they are the same function.
void OrderCheck::check_sweeps() {
  const std::vector<Tensor> us = random_weights();
  const std::vector<Tensor> plain = NestedGradient::pull_back(ys_, us, leaves_, false);
  const std::vector<Tensor> recorded = NestedGradient::pull_back(ys_, us, leaves_, true);
  for (size_t v = 0; v < variables_.size(); ++v) {
    const Tensor& x = leaves_[variables_[v]];
    const std::string name = f_.argument_name(variables_[v]);
    if (plain[v].shape() != x.shape() || recorded[v].shape() != x.shape()) {
      fail(fmt::format("the gradient of {} {} has shape {}", name, x.shape().str(), plain[v].shape().str()));
    }
    for (int64_t e = 0; e < x.size(); ++e) {
      const double a = plain[v].data<double>()[e], b = recorded[v].data<double>()[e];
      if (!std::isfinite(a) || !std::isfinite(b)) {
        fail(fmt::format("the gradient of {}{} is {}", name, element_name(x.shape(), e),
                         std::isfinite(a) ? b : a));
      }
      if (!(relative_error(a, b) <= kRounding)) {
        fail(
            fmt::format("the gradient of {}{} is {} by a plain sweep, {} under create_graph. Hint: make "
                        "vjp_fast and vjp agree",
                        name, element_name(x.shape(), e), a, b));
      }
    }
  }
}

void OrderCheck::check_jacobian() {
  // rows[r]: the gradient of the output's element r, for all variables one after another
  std::vector<std::vector<double>> rows;
  for (const Tensor& y : ys_) {
    for (int64_t e = 0; e < y.size(); ++e) {
      Tensor basis = zeros_like(y);
      basis.mutable_data<double>()[e] = 1;
      rows.push_back(flatten(NestedGradient::pull_back({&y, 1}, {&basis, 1}, leaves_, false)));
    }
  }
  size_t column = 0;
  for (size_t i : variables_) {
    const Tensor& x = f_.arguments()[i];
    for (int64_t e = 0; e < x.size(); ++e, ++column) {
      std::vector<double> direction(static_cast<size_t>(x.size())), analytic;
      direction[static_cast<size_t>(e)] = 1;
      for (const std::vector<double>& row : rows) analytic.push_back(row[column]);
      const double h = options_.step * std::max(1.0, std::abs(x.data<double>()[e]));
      compare(
          analytic, [&](double t) { return flatten(f_.values(displaced(i, direction, t))); }, h,
          [&](size_t row) { return output_element(row); },
          fmt::format("{}{} of {}", f_.argument_name(i), element_name(x.shape(), e), x.shape().str()));
    }
  }
}

void OrderCheck::check_direction() {
  const std::vector<Tensor> us = random_weights();
  const std::vector<double> weights = flatten(us);
  const std::vector<Tensor> gradients = NestedGradient::pull_back(ys_, us, leaves_, false);
  for (size_t v = 0; v < variables_.size(); ++v) {
    const size_t i = variables_[v];
    const Tensor& x = f_.arguments()[i];
    const std::vector<double> direction = rademacher(x.shape(), rng_, DType::f64).to_vector();
    const std::vector<double> gradient = flatten({&gradients[v], 1});
    double analytic = 0;  // u' J v
    for (size_t e = 0; e < gradient.size(); ++e) analytic += gradient[e] * direction[e];
    const auto path = [&](double t) {
      const std::vector<double> y = flatten(f_.values(displaced(i, direction, t)));
      double sum = 0;
      for (size_t r = 0; r < y.size(); ++r) sum += weights[r] * y[r];
      return std::vector<double>{sum};
    };
    compare(
        {&analytic, 1}, path, options_.step, [](size_t) { return std::string("u' output"); },
        fmt::format("a random direction of {} {}", f_.argument_name(i), x.shape().str()));
  }
}

void OrderCheck::compare(std::span<const double> analytic, CurveFn curve, double h,
                         FunctionRef<std::string(size_t row)> what, const std::string& where) {
  if (analytic.empty()) return;
  const Stencil stencil = five_point_stencil(curve, h);
  std::vector<double> refined;
  for (size_t row = 0; row < analytic.size(); ++row) {
    double numeric = stencil.slope[row];
    double error = relative_error(analytic[row], numeric);
    if (!(error <= options_.tolerance)) {
      if (refined.empty()) refined = ridders_derivative(curve, 8 * h);
      numeric = refined[row];
      error = relative_error(analytic[row], numeric);
    }
    ++result_.compared;
    const auto derivative = [&] {
      return fmt::format("d {} / d {}: analytic {:.9g}, numeric {:.9g}", what(row), where, analytic[row],
                         numeric);
    };
    if (has_kink(stencil, row, curve, h)) {
      fail(fmt::format(
          "{}, but the slope jumps there by {:.3g}. Hint: check elsewhere, since a kink has no derivative",
          derivative(), stencil.jump[row]));
    }
    if (error < result_.worst_error) continue;
    result_.worst_error = error, result_.analytic = analytic[row], result_.numeric = numeric;
    if (error <= options_.tolerance) continue;
    result_.ok = false;
    result_.message = fmt::format("{}, order {}: {}; relative error {:.2g}, {:g} allowed", options_.name,
                                  result_.order, derivative(), error, options_.tolerance);
  }
}

std::vector<Tensor> OrderCheck::random_weights() {
  std::vector<Tensor> us;
  for (const Tensor& y : ys_) us.push_back(randn(y.shape(), rng_, DType::f64));
  return us;
}

std::vector<Tensor> OrderCheck::displaced(size_t i, std::span<const double> direction, double t) const {
  std::vector<Tensor> arguments = f_.arguments();
  arguments[i] = arguments[i].clone();
  double* x = arguments[i].mutable_data<double>();
  for (size_t e = 0; e < direction.size(); ++e) x[e] += t * direction[e];
  return arguments;
}

std::string OrderCheck::output_element(size_t row) const {
  size_t j = 0;
  auto e = static_cast<int64_t>(row);
  while (e >= ys_[j].size()) e -= ys_[j++].size();
  return f_.output_name(j) + element_name(ys_[j].shape(), e);
}

void OrderCheck::fail(const std::string& what) const {
  throw Failure{fmt::format("{}, order {}: {}", options_.name, result_.order, what)};
}

}  // namespace gradzoo
