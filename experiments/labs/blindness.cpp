#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/quadrature.h"

namespace gradzoo {
namespace {

struct BlindnessLab : Lab {
  std::vector<int64_t> separations = {1, 2, 4, 6, 8, 10, 12, 16};
  double noise = 4;
  double left = 0.9;

  void describe(OptionTable& options) override {
    options.add("separations", separations,
                "distances between the two modes, in standard deviations of a mode", {1, 60});
    options.add("noise", noise, "standard deviation of the noise that is added to both mixtures", {0, 50});
    options.add("left", left, "weight of the left mode in the second mixture; the first has 0.5",
                {0.01, 0.99});
  }
  LabResult run(const LabContext& context) const override;
};

struct Divergences {
  double kl, fisher;  // KL(p || q); 1/2 E_p |s_p - s_q|^2
};

// N(-d/2, s^2) and N(d/2, s^2) with equal weights, and with those of `other` and the rest.
Divergences divergences(double separation, double width, double other) {
  const auto mixture = [&](double left) {
    return make_mixture(
        {{left, 1 - left}, tensor({-separation / 2, separation / 2}, {2, 1}, DType::f64), {width, width}});
  };
  const std::shared_ptr<const Toy> p = mixture(0.5), q = mixture(other);
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

LabResult BlindnessLab::run(const LabContext&) const {
  const std::string weights = fmt::format("{:g} {:g}", left, 1 - left);
  LabTable table{
      "separation",
      {{"KL, nats", "KL(p || q); p has the weights 0.5 0.5, and q has " + weights},
       {"Fisher divergence", "Fisher divergence of p and q, 1/2 E_p |s_p - s_q|^2"},
       {"KL with noise",
        fmt::format("KL(p || q) after noise with standard deviation {:g} was added to both", noise)},
       {"Fisher with noise", "Fisher divergence after the noise was added"}}};
  LineChart chart{.title = "two modes, weights 0.5 0.5 against " + weights,
                  .x_label = "distance of the modes, in their standard deviations",
                  .y_label = "divergence",
                  .series = {{"KL"}, {"Fisher"}, {"KL with noise"}, {"Fisher with noise"}},
                  .log_y = true};
  for (const int64_t widths : separations) {
    const auto separation = static_cast<double>(widths);
    const Divergences clean = divergences(separation, 1, left),
                      noisy = divergences(separation, std::hypot(1, noise), left);
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
                          "KL and Fisher divergence of the two mixtures, by the distance of their modes.",
                          draw_chart(chart)});
  out.interpretation = fmt::format(
      "The two mixtures have the same two modes and differ only in their weights. As the modes move apart, "
      "the KL of the mixtures grows to the KL of the weights, {:.3f} nats, and stays there. The Fisher "
      "divergence falls to {:.0e}. Near a mode the score does not depend on the weights. Between the modes "
      "the score depends on them, but there are no data. So no objective of score matching can learn these "
      "weights, even from unlimited data. With noise of {:g} the modes overlap again: the KL is {:.2g}, and "
      "the Fisher divergence is {:.2g}. Therefore scores are learned at many noise levels.",
      -0.5 * std::log(4 * left * (1 - left)), far[1], noise, far[2], far[3]);
  out.exercise =
      "De Bruijn: as noise of variance t is added, d KL / dt = -(Fisher divergence). How can the KL stay at "
      "0.51 nats while the Fisher divergence is 0, and at which t does the KL finally fall?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry blindness_lab() {
  return lab_entry<BlindnessLab>(2, "blindness",
                                 "scores do not contain the weights of modes far apart; with noise they do",
                                 "Song & Ermon 2019, section 3.2; Wenliang & Kanagawa 2020");
}

}  // namespace gradzoo
