#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/gan/game.h"
#include "gradzoo/models/gan/gan.h"

namespace gradzoo {
namespace {

struct OptimalDiscriminatorLab : Lab {
  int64_t steps = 4000;
  int64_t early_steps = 20;
  double away = 5;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "training steps per pair of densities", {1, 100000});
    options.add("early_steps", early_steps, "training steps of an additional, early classifier", {1, 100000});
    options.add("away", away, "distance of each far bump from 0; the bumps of p are at -1.2 and 1.2", {0, 6});
  }
  LabResult run(const LabContext& context) const override;
};

/// Two densities to discriminate, and the training steps.
struct Rivals {
  const char* name;
  TwoBumps p, q;
  int64_t steps;
};

// V(D) = E_p log D + E_q log(1 - D), by the midpoint rule.
double value_of_game(const DiscriminatorOnLine& line) {
  const Tensor log_d = neg(softplus(neg(line.logits))), log_not_d = neg(softplus(line.logits));
  return sum(exp(line.log_p) * log_d + exp(line.log_q) * log_not_d).item() * line.grid.volume;
}

Tensor loss_of_both(const Tensor& real_logits, const Tensor& fake_logits) {
  return non_saturating.discriminator(real_logits, fake_logits);
}

Series along(const DiscriminatorOnLine& line, const Tensor& values, std::string name) {
  return {.name = std::move(name),
          .x = reshape(line.grid.points(0, line.grid.count()), {line.grid.count()}).to_vector(),
          .y = values.to_vector()};
}

LabResult OptimalDiscriminatorLab::run(const LabContext& context) const {
  constexpr TwoBumps kBumps{1.2, 0.6}, kBell{0, 1.5};
  const TwoBumps far_away{away, 0.6};
  const Rivals all[] = {{"bumps, a bell; early", kBumps, kBell, early_steps},
                        {"bumps, a bell", kBumps, kBell, steps},
                        {"bumps twice", kBumps, kBumps, steps},
                        {"bumps, bumps far away", kBumps, far_away, steps}};
  LabTable table{"p, q",
                 {{"V(D)", "E_p log D + E_q log(1 - D) of the trained classifier by quadrature, nats"},
                  {"2 JSD - log 4", "largest possible V, from both densities, nats"},
                  {"mean |D - D*|", "mean difference from D* = p/(p + q), under (p + q)/2"},
                  {"max |D - D*|", "largest difference over the central 95 % of (p + q)/2"}}};
  LineChart chart{.title = "two bumps p and a bell q",
                  .x_label = "x",
                  .y_label = "probability that x comes from p; densities",
                  .y_low = 0,
                  .y_high = 1};
  for (const Rivals& each : all) {
    context.progress(fmt::format("{}: {} steps", each.name, each.steps));
    const DiscriminatorOnLine line =
        TrainedDiscriminator(loss_of_both, each.p, each.q, each.steps, context.seed).on_line(each.p, each.q);
    const DiscriminatorErrors off = line.errors();
    table.add(each.name,
              {value_of_game(line), 2 * jsd_on_grid(line.grid, line.log_p, line.log_q) - std::log(4.0),
               off.mean, off.sup});
    if (&each == &all[0]) {
      chart.series = {along(line, exp(line.log_p), "p"), along(line, exp(line.log_q), "q"),
                      along(line, sigmoid(line.log_p - line.log_q), "D* = p/(p + q)")};
    }
    if (&each - &all[0] < 2)
      chart.series.push_back(along(line, sigmoid(line.logits), fmt::format("D after {} steps", each.steps)));
  }
  LabResult out;
  out.pictures.push_back(
      {"discriminator",
       "Two bumps p, a wide bell q, and the true and the learned probability that x comes from p.",
       draw_chart(chart)});
  const auto lost = [&](const char* row) { return table.at(row, "2 JSD - log 4") - table.at(row, "V(D)"); };
  out.interpretation = fmt::format(
      "A classifier that sees only draws of p and q, and no density, learns p/(p + q). Its mean error is "
      "{:.4f}, and its largest error in the region of 95 % of the draws is {:.3f}. So its logit approximates "
      "log p/q, and its value V is nearly 2 JSD(p, q) - log 4, the largest possible value: V is {:.4f} nats "
      "smaller after {} steps, and {:.1e} nats smaller after {} steps. If p and q are equal, the best D is "
      "one "
      "half: V is {:.4f}, and -log 4 is -1.3863. If p and q do not overlap, V is {:.4f}, near its limit 0, "
      "and remains there if they move further apart. Such a flat loss has no gradient for the generator. "
      "That is why a GAN stops learning if its discriminator is far ahead.",
      table.at("bumps, a bell", "mean |D - D*|"), table.at("bumps, a bell", "max |D - D*|"),
      lost("bumps, a bell; early"), early_steps, lost("bumps, a bell"), steps,
      table.at("bumps twice", "V(D)"), table.at("bumps, bumps far away", "V(D)"));
  out.exercise =
      "Suppose the classifier gets nine draws of q for each draw of p, all with the same weight. What is its "
      "best D, and how do you get log p/q from its logit?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry optimal_discriminator_lab() {
  return lab_entry<OptimalDiscriminatorLab>(
      2, "optimal-discriminator",
      "a classifier between two distributions learns p/(p + q), and its loss measures their distance",
      "Goodfellow et al. 2014");
}

}  // namespace gradzoo
