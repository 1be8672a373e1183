#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "datasets/toys/toy.h"
#include "models/eval/quadrature.h"
#include "tools/lab/lab.h"

namespace gradzoo {
namespace {

constexpr double kNoise = 4;

struct Divergences {
  double kl, fisher;  // KL(p || q); 1/2 E_p |s_p - s_q|^2
};

// N(-d/2, s^2) and N(d/2, s^2) with the weights .5 and .5, and .9 and .1.
Divergences divergences(double separation, double width) {
  const auto mixture = [&](double left) {
    return make_mixture(
        {{left, 1 - left}, tensor({-separation / 2, separation / 2}, {2, 1}, DType::f64), {width, width}});
  };
  const std::shared_ptr<const Toy> p = mixture(0.5), q = mixture(0.9);
  const double reach = separation / 2 + 9 * width;
  const Grid grid({{-reach}, {reach}}, 2000);
  const auto log_density = [&](const Toy& toy) {
    return on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); });
  };
  const auto score = [&](const Toy& toy) {
    return on_grid(grid, [&](const Tensor& x) { return toy.score(x); });
  };
  const Tensor log_p = log_density(*p);
  return {kl_on_grid(grid, log_p, log_density(*q)),
          fisher_divergence_on_grid(grid, log_p, score(*p), score(*q))};
}

LabResult run_blindness(const LabContext& context) {
  const std::vector<double> separations =
      context.sizes_of<double>("separations", {1, 2, 4, 6, 8, 10, 12, 16});  // of the modes, in their widths
  LabTable table{"separation",
                 {{"KL, nats", "KL(p || q) of weights .5, .5 and .9, .1"},
                  {"Fisher divergence", "Fisher divergence of the same, 1/2 E_p |s_p - s_q|^2"},
                  {"KL with noise", "KL after noise of standard deviation 4 was added to both"},
                  {"Fisher with noise", "Fisher divergence with this noise"}}};
  LineChart chart{.title = "two modes, weights .5 .5 against .9 .1",
                  .x_label = "separation of the modes, in their widths",
                  .y_label = "divergence",
                  .series = {{"KL"}, {"Fisher"}, {"KL with noise"}, {"Fisher with noise"}},
                  .log_y = true};
  for (const double separation : separations) {
    const Divergences clean = divergences(separation, 1),
                      noisy = divergences(separation, std::hypot(1, kNoise));
    const std::vector<double> row = {clean.kl, clean.fisher, noisy.kl, noisy.fisher};
    for (size_t i = 0; i < row.size(); ++i) {
      chart.series[i].x.push_back(separation);
      chart.series[i].y.push_back(row[i]);
    }
    table.add(fmt::format("{}", separation), row);
  }
  const std::vector<double>& far = table.rows.back().values;
  LabResult out;
  out.pictures.push_back({"divergences",
                          "KL and Fisher divergence of the two mixtures as their modes separate.",
                          draw_chart(chart)});
  out.interpretation = fmt::format(
      "The two mixtures have the same two modes and differ only in their weights. As the modes separate "
      "their KL grows to that of the weights, .511 nats, and stays there. The Fisher divergence falls to "
      "{:.0e}. Near a mode the score does not depend on the weights. Between the modes it does, but there "
      "are no data. So no objective of score matching can learn these weights, however many data it has. "
      "Noise of 4 makes the modes overlap: the KL shrinks to {:.2g}, and the Fisher divergence rises to "
      "{:.2g}. That is why scores are learned at many noise levels.",
      far[1], far[2], far[3]);
  out.exercise =
      "De Bruijn: as noise of variance t is added, d KL / dt = -(Fisher divergence). How can the KL stay at "
      ".51 nats while the Fisher divergence is 0, and at which t does the KL fall in the end?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry blindness_lab() {
  return {"blindness", "scores do not contain the weights of modes far apart; noise brings them back",
          "Song & Ermon 2019, section 3.2; Wenliang & Kanagawa 2020", run_blindness};
}

}  // namespace gradzoo
