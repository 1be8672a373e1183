#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/quadrature.h"

namespace gradzoo {
namespace {

struct ForwardReverseKlLab : Lab {
  int64_t steps = 1500;
  double left = 0.6;
  double apart = 2.5;
  double width = 0.8;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "number of Adam steps per fit", {1, 100000});
    options.add("left", left, "weight of the left mode", {0.01, 0.99});
    options.add("apart", apart, "distance of each mode from 0; the modes are at -apart and apart", {0, 6});
    options.add("width", width, "standard deviation of a mode", {0.1, 3});
  }
  LabResult run(const LabContext& context) const override;
};

/// N(mean, e^(2 log_width)) on a line, in f64.
class Bell : public Module {
 public:
  Bell(double mean, double width)
      : mean_(tensor({mean}, {1}, DType::f64).requires_grad_()),
        log_width_(tensor({std::log(width)}, {1}, DType::f64).requires_grad_()) {
    register_parameter("mean", mean_);
    register_parameter("log_width", log_width_);
  }
  Tensor log_density(const Tensor& x) const {  // (n) -> (n)
    return square((x - mean_) / exp(log_width_)) * -0.5 - log_width_ - 0.5 * std::log(2 * std::numbers::pi);
  }
  double mean() const { return mean_.item(); }
  double width() const { return std::exp(log_width_.item()); }

 private:
  Tensor mean_, log_width_;
};

struct Line {
  explicit Line(const Toy& toy)
      : grid({{-12}, {12}}, 1200),
        x(reshape(grid.points(0, grid.count()), {grid.count()})),
        log_p(on_grid(grid, [&](const Tensor& at) { return toy.log_prob(at); })) {}
  Tensor integral(const Tensor& y) const { return sum(y) * grid.volume; }

  Grid grid;
  Tensor x, log_p;  // (n)
};

// Each by the midpoint rule, recorded.
Tensor forward_kl(const Line& line, const Tensor& log_q) {
  return line.integral(exp(line.log_p) * (line.log_p - log_q));
}
Tensor reverse_kl(const Line& line, const Tensor& log_q) {
  return line.integral(exp(log_q) * (log_q - line.log_p));
}
Tensor jensen_shannon(const Line& line, const Tensor& log_q) {  // m = (p + q)/2
  const Tensor log_m =
      maximum(line.log_p, log_q) - std::log(2.0) + log(exp(neg(abs(line.log_p - log_q))) + 1.0);
  return (line.integral(exp(line.log_p) * (line.log_p - log_m)) +
          line.integral(exp(log_q) * (log_q - log_m))) *
         0.5;
}

struct Fit {
  const char* name;
  Tensor (*divergence)(const Line& line, const Tensor& log_q);
  double mean, width;
  Dash dash;  // fits that agree lie over each other
};

Series curve(const Line& line, const Tensor& log_values, std::string name) {
  return {.name = std::move(name), .x = line.x.to_vector(), .y = exp(log_values).to_vector()};
}

LabResult ForwardReverseKlLab::run(const LabContext& context) const {
  const std::shared_ptr<const Toy> toy =
      make_mixture({{left, 1 - left}, tensor({-apart, apart}, {2, 1}, DType::f64), {width, width}});
  const Line line(*toy);
  const Fit fits[] = {{"forward KL", forward_kl, 0, 1, Dash::none},
                      {"reverse KL, from the left", reverse_kl, -2, 1, Dash::none},
                      {"reverse KL, from the right", reverse_kl, 2, 1, Dash::none},
                      {"reverse KL, from wide", reverse_kl, 0, 4, Dash::dashes},
                      {"Jensen-Shannon, from the left", jensen_shannon, -2, 1, Dash::dots},
                      {"Jensen-Shannon, from wide", jensen_shannon, 0, 4, Dash::dashes}};
  LabTable table{"fit by",
                 {{"mean", fmt::format("mean of the Gaussian; the modes are at {} and {}", -apart, apart)},
                  {"sd", fmt::format("standard deviation of the Gaussian; each mode has {}", width)},
                  {"KL(p || q)", "forward KL, nats: mean loss of code length on the data"},
                  {"KL(q || p)", "reverse KL, nats: it is large if q's samples are unlikely under p"},
                  {"JSD(p, q)",
                   "Jensen-Shannon divergence, nats; its maximum, log 2, is the information of a perfect "
                   "discriminator"}}};
  std::vector<Series> curves = {curve(line, line.log_p, "p")};
  for (const Fit& each : fits) {
    Bell bell(each.mean, each.width);
    fit(bell, {.steps = steps, .lr = 0.05}, context, each.name,
        [&](int64_t) { return each.divergence(line, bell.log_density(line.x)); });
    const NoGrad quiet;
    const Tensor log_q = bell.log_density(line.x);
    table.add(each.name, {bell.mean(), bell.width(), forward_kl(line, log_q).item(),
                          reverse_kl(line, log_q).item(), jensen_shannon(line, log_q).item()});
    curves.push_back(curve(line, log_q, each.name));
    curves.back().dash = each.dash;
  }
  LabResult out;
  out.pictures.push_back(
      {"fits",
       fmt::format("Two modes with weights {:g} and {:g}, and the best Gaussian for each divergence.", left,
                   1 - left),
       draw_chart(LineChart{.title = "a Gaussian for two modes",
                            .x_label = "x",
                            .y_label = "density",
                            .series = std::move(curves)})});
  out.interpretation = fmt::format(
      "KL(p || q) is infinite if q is 0 where p has data, so the forward fit covers both modes and the gap. "
      "The fit has the mean {:.3f} and standard deviation {:.3f} of p, like every maximum likelihood fit of "
      "a Gaussian. KL(q || p) penalises samples of q where p has no mass, so the reverse fit covers one mode "
      "and ignores the other. This costs about -log of the mode's weight ({:.2f} or {:.2f} nats). The start "
      "decides which mode the fit covers; from a wide start the mean ends at {:.1f}. The Jensen-Shannon "
      "divergence has both kinds of minimum: one on a single mode ({:.3f} nats, at the mean {:.1f}), and one "
      "that covers both modes ({:.3f} nats). A divergence with a minimum on a part of the data drops modes, "
      "and its loss does not show this. Likelihood covers all modes, at the cost of samples in the gap.",
      table.at("forward KL", "mean"), table.at("forward KL", "sd"),
      table.at("reverse KL, from the left", "KL(q || p)"),
      table.at("reverse KL, from the right", "KL(q || p)"), table.at("reverse KL, from wide", "mean"),
      table.at("Jensen-Shannon, from the left", "JSD(p, q)"),
      table.at("Jensen-Shannon, from the left", "mean"), table.at("Jensen-Shannon, from wide", "JSD(p, q)"));
  out.exercise =
      "Why is the reverse KL of a Gaussian on the left mode close to -log 0.6 = 0.51 nats? What would the "
      "forward KL be if its standard deviation stayed 0.8?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry forward_reverse_kl_lab() {
  return lab_entry<ForwardReverseKlLab>(
      1, "forward-reverse-kl",
      "a Gaussian fitted to two modes: which divergence covers both modes, and which picks one",
      "Minka 2005; Goodfellow et al. 2014");
}

}  // namespace gradzoo
