#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

struct ReluLostGradientLab : Lab {
  int64_t units = 5;
  std::vector<int64_t> sharpnesses = {1, 4, 16, 64, 256};

  void describe(OptionTable& options) override {
    options.add("units", units, "number of hidden units of the energy", {1, 100});
    options.add("sharpnesses", sharpnesses, "values of b in softplus(b z) / b, which tends to ReLU",
                {1, 100000});
  }
  LabResult run(const LabContext& context) const override;
};

/// f(x) = sum_j v_j act(w_j x + b_j) on a line, where x is N(0, 1) by quadrature, and J(b) = E 1/2 (df/dx)^2.
struct Energy {
  std::function<Tensor(const Tensor&)> activation;
  Tensor w, v;       // (units)
  Tensor x, weight;  // (n, 1), (n): points and their share of N(0, 1)

  // J at the biases b (units), recorded.
  Tensor objective(const Tensor& b) const {
    const Tensor at = x.clone().requires_grad_();
    const Tensor f = sum(activation(at * w + b) * v, 1);
    const Tensor slope = grad(sum(f), at, {.create_graph = true});
    return sum(square(reshape(slope, {x.dim(0)})) * weight) * 0.5;
  }
};

std::vector<double> by_autodiff(const Energy& energy, const Tensor& b) {
  const Tape tape;
  const Tensor leaf = b.clone().requires_grad_();
  const Tensor value = energy.objective(leaf);
  return grad(value, leaf).to_vector();
}

// Central, with a step that is many points of the grid wide, so that kinks move over points.
std::vector<double> by_differences(const Energy& energy, const Tensor& b) {
  constexpr double kStep = 0.02;
  const auto at = [&](int64_t unit, double step) {
    Tensor moved = b.clone().detach();
    moved.mutable_data<double>()[unit] += step;
    const Tape tape;
    return energy.objective(moved).item();
  };
  std::vector<double> out;
  for (int64_t unit = 0; unit < b.size(); ++unit)
    out.push_back((at(unit, kStep) - at(unit, -kStep)) / (2 * kStep));
  return out;
}

// Leibniz's rule: unit j bends at k = -b_j / w_j, so dJ/db_j = p(k) (s_right^2 - s_left^2) / (2 w_j).
std::vector<double> by_kinks(const Energy& energy, const Tensor& b) {
  const std::vector<double> w = energy.w.to_vector(), v = energy.v.to_vector(), bias = b.to_vector();
  std::vector<double> out;
  for (size_t j = 0; j < w.size(); ++j) {
    const double k = -bias[j] / w[j];
    double left = 0, right = 0;  // slopes beside k
    for (size_t i = 0; i < w.size(); ++i) {
      const double slope = v[i] * w[i], above = i == j ? 0 : w[i] * k + bias[i];
      if (above > 0 || (i == j && w[i] < 0)) left += slope;
      if (above > 0 || (i == j && w[i] > 0)) right += slope;
    }
    const double density = std::exp(-k * k / 2) / std::sqrt(2 * std::numbers::pi);
    out.push_back(density * (right * right - left * left) / (2 * w[j]));
  }
  return out;
}

double largest(const std::vector<double>& values) {
  double out = 0;
  for (const double value : values) out = std::max(out, std::abs(value));
  return out;
}

double largest_gap(const std::vector<double>& a, const std::vector<double>& b) {
  double out = 0;
  for (size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]));
  return out;
}

LabResult ReluLostGradientLab::run(const LabContext& context) const {
  Rng rng(context.seed, "lab/relu");
  constexpr int64_t kPoints = 40000;
  const Tensor x = (arange(kPoints, DType::f64) + 0.5) * (16.0 / kPoints) - 8.0;
  const Tensor density = exp(square(x) * -0.5);
  Energy energy{[](const Tensor& z) { return relu(z); }, randn({units}, rng, DType::f64),
                randn({units}, rng, DType::f64), reshape(x, {kPoints, 1}), density / sum(density)};
  const Tensor b = randn({units}, rng, DType::f64) * 0.5;

  LabTable table{"activation",
                 {{"autodiff", "largest |dJ/db_j| by automatic differentiation, with J = E 1/2 |grad_x f|^2"},
                  {"differences", "largest |dJ/db_j| by central differences of J"},
                  {"lost", "largest difference between the two"},
                  {"Leibniz", "largest |dJ/db_j| from only the terms at the kinks, for ReLU"}}};
  BarChart chart{.title = "dJ/db of a ReLU energy",
                 .x_label = "unit",
                 .y_label = "dJ/db",
                 .values_name = "differences (autodiff: 0)",
                 .expected_name = "Leibniz's rule at the kinks"};
  const auto add = [&](const std::string& name, double kinks) {
    const std::vector<double> seen = by_autodiff(energy, b);
    std::vector<double> true_ones = by_differences(energy, b);
    table.add(name, {largest(seen), largest(true_ones), largest_gap(seen, true_ones), kinks});
    return true_ones;
  };
  chart.expected = by_kinks(energy, b);
  chart.values = add("relu", largest(chart.expected));
  Series line{.name = "differences"}, seen{.name = "autodiff"};
  for (const int64_t b_of_softplus : sharpnesses) {
    const auto sharpness = static_cast<double>(b_of_softplus);
    energy.activation = [sharpness](const Tensor& z) { return softplus(z * sharpness) / sharpness; };
    const std::string name = fmt::format("softplus, {}", sharpness);
    add(name, NAN);
    seen.x.push_back(sharpness);
    seen.y.push_back(table.at(name, "autodiff"));
    line.x.push_back(sharpness);
    line.y.push_back(table.at(name, "differences"));
  }
  LabResult out;
  out.pictures.push_back({"lost",
                          "Gradients of the biases: the bars are central differences, the line is Leibniz's "
                          "rule at the kinks. Automatic differentiation gives 0.",
                          draw_chart(chart)});
  out.pictures.push_back({"softplus",
                          "The largest gradient of a bias as softplus(b z)/b becomes as sharp as ReLU.",
                          draw_chart(LineChart{.title = "softplus becomes sharp",
                                               .x_label = "sharpness b",
                                               .y_label = "largest |dJ/db|",
                                               .series = {line, seen},
                                               .log_x = true})});
  out.interpretation = fmt::format(
      "The slope of a ReLU energy is constant between kinks, and a bias only moves a kink. Automatic "
      "differentiation differentiates at each x separately, where there is no kink, and returns {} for every "
      "bias. Central differences of the same J give up to {:.3f}, and Leibniz's rule at the kinks gives "
      "{:.3f}. The reason is neither noise nor rounding: if the integrand jumps, the derivative of the "
      "integral is not the integral of the derivative. For softplus both methods agree as long as the points "
      "resolve the bend, and with growing sharpness they tend to the differences for ReLU ({:.3f}). "
      "Therefore gradzoo stores how smooth each op is, and rejects ReLU energies if an objective takes their "
      "input gradient.",
      table.at("relu", "autodiff"), table.at("relu", "differences"), largest(chart.expected),
      table.rows.back().values[1]);
  out.exercise =
      "Unit j has its kink at k = -b_j / w_j, where the slope jumps by v_j |w_j|. Write dJ/db_j with the "
      "density at k and the slopes left and right of k.";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry relu_lost_gradient_lab() {
  return lab_entry<ReluLostGradientLab>(
      3, "relu-lost-gradient",
      "why score matching rejects ReLU: a gradient that automatic differentiation loses",
      "Leibniz's rule for integrands with jumps");
}

}  // namespace gradzoo
