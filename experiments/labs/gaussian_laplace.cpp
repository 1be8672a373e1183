#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"

namespace gradzoo {
namespace {

struct GaussianLaplaceLab : Lab {
  std::vector<int64_t> sizes = {10, 30, 100, 300};
  int64_t trials = 4000;
  double level = 0.05;

  void describe(OptionTable& options) override {
    options.add("sizes", sizes, "numbers of samples per test", {2, 10000});
    options.add("trials", trials, "number of trials of each test", {20, 100000});
    options.add("level", level, "fraction of Gaussian samples that a test may reject (type I errors)",
                {0.001, 0.5});
  }
  LabResult run(const LabContext& context) const override;
};

// (trials, n), mean 0 and variance 1.
Tensor gaussian(int64_t trials, int64_t n, Rng& rng) { return randn({trials, n}, rng, DType::f64); }
Tensor laplace(int64_t trials, int64_t n, Rng& rng) {  // by its inverse: b sign(u) log(1 - |u|), u in (-1, 1)
  const Tensor u = rand({trials, n}, rng, DType::f64) * 2.0 - 1.0;
  return sign(u) * log(neg(abs(u)) + 1.0) * -std::sqrt(0.5);
}

/// A number of each trial, (trials): large where the samples look like the Laplace law.
struct Statistic {
  const char* name;
  Tensor (*of)(const Tensor& samples);
  const char* meaning;
};

Tensor mean_size(const Tensor& x) { return abs(mean(x, 1)); }
Tensor variance_off(const Tensor& x) { return abs(mean(square(x), 1) - 1.0); }
Tensor kurtosis(const Tensor& x) { return mean(square(square(x)), 1) / square(mean(square(x), 1)); }
// log of the ratio of the densities, log(sqrt(pi)) - sqrt(2) |x| + x^2 / 2 per sample: the best logit.
Tensor likelihood_ratio(const Tensor& x) {
  return mean(square(x) * 0.5 - abs(x) * std::sqrt(2.0), 1) + 0.5 * std::log(std::numbers::pi);
}

constexpr Statistic kStatistics[] = {
    {"mean", mean_size, "|mean|: both distributions have mean 0, so the mean carries no information"},
    {"variance", variance_off,
     "|variance - 1|: the variances are equal, but the sample variance of the Laplace distribution varies "
     "more"},
    {"kurtosis", kurtosis, "fourth moment divided by squared variance: 3 (Gaussian) and 6 (Laplace)"},
    {"likelihood ratio", likelihood_ratio,
     "log of the ratio of the densities, which is the logit of the best classifier"}};

// The value that a share of `values` exceeds.
double exceeded_by(std::vector<double> values, double share) {
  const auto place = static_cast<ptrdiff_t>((1 - share) * static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<size_t>(place)];
}

double share_above(const std::vector<double>& values, double bound) {
  const auto count = std::ranges::count_if(values, [&](double value) { return value > bound; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

LabResult GaussianLaplaceLab::run(const LabContext& context) const {
  Rng rng(context.seed, "lab/gaussian-laplace");
  LabTable second{"samples", {}}, first{"samples, type I", {}};
  LineChart chart{.title = "Laplace taken for Gaussian",
                  .x_label = "samples per test",
                  .y_label = fmt::format("type II errors at {:g} % of type I", 100 * level),
                  .log_x = true,
                  .y_low = 0,
                  .y_high = 1};
  for (const Statistic& statistic : kStatistics) {
    second.columns.push_back(
        {statistic.name,
         fmt::format("type II errors: fraction of Laplace samples that this test takes for Gaussian. {}",
                     statistic.meaning)});
    first.columns.push_back(
        {statistic.name,
         fmt::format(
             "type I errors: fraction of new Gaussian samples that this test rejects; the level is {:g}",
             level)});
    chart.series.push_back({.name = statistic.name});
  }
  for (const int64_t n : sizes) {
    context.progress(fmt::format("{} samples per test", n));
    const Tensor null = gaussian(trials, n, rng), again = gaussian(trials, n, rng),
                 other = laplace(trials, n, rng);
    std::vector<double> missed, alarms;
    for (const Statistic& statistic : kStatistics) {
      const double bound = exceeded_by(statistic.of(null).to_vector(), level);
      missed.push_back(1 - share_above(statistic.of(other).to_vector(), bound));
      alarms.push_back(share_above(statistic.of(again).to_vector(), bound));
    }
    for (size_t i = 0; i < missed.size(); ++i) {
      chart.series[i].x.push_back(static_cast<double>(n));
      chart.series[i].y.push_back(missed[i]);
    }
    second.add(fmt::format("{}", n), missed);
    first.add(fmt::format("{}", n), alarms);
  }
  const LabTable::Row& most = second.rows.back();
  LabResult out;
  out.pictures.push_back({"errors", "Fraction of Laplace samples that each test takes for Gaussian samples.",
                          draw_chart(chart)});
  out.interpretation = fmt::format(
      "The null hypothesis is that the samples are Gaussian. Each test rejects {:g} % of Gaussian samples "
      "(type I error) and misses some Laplace samples (type II error). The mean misses {:.0f} % of the "
      "Laplace samples for any number of samples. This is as bad as chance, since both distributions have "
      "the same mean. Their variances are equal too, but the sample variance of the Laplace distribution "
      "varies more, which gives the variance test a little power. The fourth moment detects the heavy tails: "
      "with {} samples it misses {:.1f} %. The likelihood ratio uses all moments and misses {:.1f} %; no "
      "test does better (Neyman and Pearson). A classifier between data and samples learns exactly this "
      "ratio. That is why classifiers can judge generators.",
      100 * level, 100 * most.values[0], most.name, 100 * most.values[2], 100 * most.values[3]);
  out.exercise =
      "How many samples does the likelihood ratio need for errors of 5 % on both sides? (Its mean is "
      "KL(Laplace || Gaussian) = 0.072 under the Laplace distribution, and -KL(Gaussian || Laplace) = -0.056 "
      "under the Gaussian.)";
  out.tables = {std::move(second), std::move(first)};
  return out;
}

}  // namespace

LabEntry gaussian_laplace_lab() {
  return lab_entry<GaussianLaplaceLab>(
      1, "gaussian-laplace",
      "two distributions with equal mean and variance, discriminated by moments and by a classifier",
      "Neyman & Pearson 1933; Goodfellow et al. 2014");
}

}  // namespace gradzoo
