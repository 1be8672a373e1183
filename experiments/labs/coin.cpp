#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo {
namespace {

struct CoinLab : Lab {
  double chance = 0.7;
  int64_t flips = 1000;
  double sceptic = 20;

  void describe(OptionTable& options) override {
    options.add("chance", chance, "true probability of heads", {0.01, 0.99});
    options.add("flips", flips, "number of flips", {1, 1000000});
    options.add("sceptic", sceptic, "parameter a of the sceptic's prior, Beta(a, a)", {0.1, 10000});
  }
  LabResult run(const LabContext& context) const override;
};

constexpr int64_t kShown[] = {0, 1, 3, 10, 30, 100, 300};  // flips, and all of them

struct Beta {
  double a, b;

  double log_density(double theta) const {
    // 0 log 0 is 0: a = 1 is flat at theta = 0.
    const auto term = [](double power, double x) { return power == 0 ? 0.0 : power * std::log(x); };
    return term(a - 1, theta) + term(b - 1, 1 - theta) - log_norm();
  }
  // log B(a, b) = log Gamma(a) + log Gamma(b) - log Gamma(a + b)
  double log_norm() const { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }
  double mean() const { return a / (a + b); }
  double deviation() const { return std::sqrt(mean() * (1 - mean()) / (a + b + 1)); }
  // theta with a share of the probability below it, by the midpoint rule.
  double quantile(double share) const {
    constexpr int kCells = 20000;
    double below = 0;
    for (int i = 0; i < kCells; ++i) {
      const double theta = (i + 0.5) / kCells;
      below += std::exp(log_density(theta)) / kCells;
      if (below >= share) return theta;
    }
    return 1;
  }
};

Series density_of(const Beta& beta, std::string name) {
  constexpr int kPoints = 400;
  Series out{.name = std::move(name)};
  for (int i = 0; i <= kPoints; ++i) {
    const double theta = static_cast<double>(i) / kPoints;
    out.x.push_back(theta);
    out.y.push_back(std::exp(beta.log_density(theta)));
  }
  return out;
}

LabResult CoinLab::run(const LabContext& context) const {
  Rng rng(context.seed, "lab/coin");
  const std::vector<double> uniform = rand({flips}, rng, DType::f64).to_vector();
  const std::string doubt = fmt::format("Beta({0}, {0})", sceptic);
  LabTable table{
      "flips",
      {{"heads", "number of heads"},
       {"heads / flips", "maximum likelihood estimate, argmax p(flips | theta); it has no uncertainty"},
       {"posterior mean",
        "posterior mean E[theta | flips] = (heads + 1) / (flips + 2) with a flat prior; it is also the "
        "probability that the next flip is heads (Laplace's rule of succession)"},
       {"posterior sd", "posterior standard deviation, which falls as 1/sqrt(flips)"},
       {"95 % from", "2.5 % quantile of the posterior"},
       {"95 % to", "97.5 % quantile of the posterior"},
       {fmt::format("from {}", doubt),
        fmt::format("posterior mean with the prior {}, which favours a fair coin", doubt)},
       {"bits against fair",
        "log2 p(flips | theta uniform) / p(flips | 1/2); a value above 0 is evidence for a biased coin"}}};
  std::vector<Series> curves = {density_of({1, 1}, "prior")};
  int64_t heads = 0;
  for (int64_t n = 0; n <= flips; ++n) {
    if (n > 0 && uniform[static_cast<size_t>(n - 1)] < chance) ++heads;
    if (std::ranges::find(kShown, n) == std::end(kShown) && n != flips) continue;
    // The posterior is proportional to theta^heads (1 - theta)^tails times the prior.
    const double up = static_cast<double>(heads), down = static_cast<double>(n - heads);
    const Beta posterior{1 + up, 1 + down}, doubting{sceptic + up, sceptic + down};
    const double evidence = posterior.log_norm() + (up + down) * std::log(2.0);  // B(1, 1) = 1
    table.add(fmt::format("{}", n), {up, n == 0 ? NAN : up / (up + down), posterior.mean(),
                                     posterior.deviation(), posterior.quantile(0.025),
                                     posterior.quantile(0.975), doubting.mean(), evidence / std::log(2.0)});
    if (n > 0) curves.push_back(density_of(posterior, n == 1 ? "1 flip" : fmt::format("{} flips", n)));
  }
  const LabTable::Row last = table.rows.back();
  LabResult out;
  out.interpretation = fmt::format(
      "Before the first flip every chance of heads is equally likely. Each flip multiplies the density by "
      "theta for heads or by 1 - theta for tails, so the density remains a Beta density. After one flip the "
      "maximum likelihood estimate is 0 or 1, which nobody believes; the posterior mean is 1/3 or 2/3. After "
      "{} flips the posterior is {:.3f} ± {:.3f}; the true chance is {:.2f}. heads / flips gives the same "
      "value, so the prior no longer matters. Even the prior {} leads to {:.3f}. The evidence against a fair "
      "coin first falls below 0, because the hypothesis of an unknown chance spreads its probability. Then "
      "the evidence grows by a constant number of bits per flip, the KL divergence of the two coins. After "
      "the last flip it is {:.0f} bits.",
      flips, last.values[2], last.values[3], chance, doubt, last.values[6], last.values[7]);
  out.exercise =
      "How many flips of a coin with chance 0.7 give 20 bits of evidence against a fair coin, on average? "
      "(Use KL(0.7 || 0.5) in bits, and the loss at the beginning.)";
  out.pictures.push_back({"posterior", "Posterior density of the chance of heads after more and more flips.",
                          draw_chart(LineChart{.title = "posterior of the chance of heads",
                                               .x_label = "chance of heads",
                                               .y_label = "density",
                                               .series = std::move(curves)})});
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry coin_lab() {
  return lab_entry<CoinLab>(1, "coin", "from prior to posterior: inference of a coin's chance of heads",
                            "Bayes 1763; Laplace 1774");
}

}  // namespace gradzoo
