#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/likelihood_and_samples.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

/// Its knobs.
struct LikelihoodVsQualityLab : Lab {
  std::vector<int64_t> dimensions = {1, 3, 10, 30, 100, 300, 1000};
  double wide = 1.1;

  void describe(OptionTable& options) override {
    options.add("dimensions", dimensions, "of the data of the first model", {1, 100000});
    options.add("wide", wide, "standard deviation of a model of N(0, I) that is a little off", {0.5, 3});
  }
  LabResult run(const LabContext& context) const override;
};

// log N(x; 0, wide^2 I) from log N(x; 0, I) = -|x|^2/2 - d/2 log(2 pi).
Tensor slightly_wide(const Tensor& log_p, int64_t dimensions, double wide) {
  const auto d = static_cast<double>(dimensions);
  const double log_norm = d / 2 * std::log(2 * std::numbers::pi);
  return (log_p + log_norm) / (wide * wide) - log_norm - d * std::log(wide);
}

std::string too_wide(double wide) {
  return fmt::format("{:g} % too {}", 100 * std::abs(wide - 1), wide < 1 ? "narrow" : "wide");
}

LabTable lost_by_dimension(const std::vector<int64_t>& dimensions, double wide, const LabContext& context) {
  LabTable table{
      "dimensions",
      {{"99 % noise",
        "nats that .01 N(0, I) + .99 N(0, 9 I) loses to the truth, N(0, I), on the truth's draws"},
       {"all noise", "nats that N(0, 9 I) alone loses"},
       {too_wide(wide),
        fmt::format("nats that N(0, {:g} I) loses, whose samples are all nearly right", wide * wide)}}};
  for (const int64_t d : dimensions) {
    context.progress(fmt::format("{} dimensions", d));
    const auto lost = [&](auto log_model) { return mixture_loss(log_model, d, context.seed); };
    table.add(fmt::format("{}", d),
              {lost(one_percent_data), lost([](const Tensor&, const Tensor& log_noise) { return log_noise; }),
               lost([&](const Tensor& log_p, const Tensor&) { return slightly_wide(log_p, d, wide); })});
  }
  return table;
}

LabTable memory_by_width(const Memory& memory) {
  LabTable table{"kernel width",
                 {{"log p, test", "log p of test points, nats"},
                  {"log p, training", "log p of its training points, nats: it rises as the width falls"}}};
  const NoGrad quiet;
  const Tensor train = cast(memory.train, DType::f64), some = train.rows(0, 500);
  for (size_t i = 0; i < memory.widths.size(); ++i)
    table.add(fmt::format("{}", memory.widths[i]),
              {memory.log_px[i], mean(kernel_log_density(train, memory.widths[i], some)).item()});
  return table;
}

LineChart lost_chart(const LabTable& table, const std::vector<int64_t>& dimensions) {
  LineChart chart{.title = "what a model loses in likelihood",
                  .x_label = "dimensions of the data",
                  .y_label = "nats below the truth",
                  .levels = {{"log 100", std::log(100.0)}},
                  .log_x = true,
                  .log_y = true};
  for (size_t k = 0; k < table.columns.size(); ++k) {
    Series series{.name = table.columns[k].heading};
    for (size_t i = 0; i < dimensions.size(); ++i) {
      series.x.push_back(static_cast<double>(dimensions[i]));
      series.y.push_back(table.rows[i].values[k]);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

LabResult LikelihoodVsQualityLab::run(const LabContext& context) const {
  LabTable lost = lost_by_dimension(dimensions, wide, context);
  context.progress("a model that memorises ring8");
  const Memory memory = measure_memory({kernel_log_density, kernel_samples}, context.seed);
  LabTable remembered = memory_by_width(memory);
  const std::shared_ptr<const Toy> toy = make_toy("ring8");
  const double truth = mean(toy->log_prob(memory.train)).item();
  Rng rng(context.seed, "lab/likelihood-vs-quality");
  Plane best = samples_over_truth(*toy, kernel_samples(memory.train, memory.widths.front(), 1000, rng)),
        least = samples_over_truth(*toy, memory.samples);
  best.title = fmt::format("width {}: log p {:.4g}", memory.widths.front(), memory.log_px.front());
  least.title = fmt::format("width {}: log p {:.4g}", memory.widths.back(), memory.log_px.back());

  LabResult out;
  out.pictures.push_back({"mixture",
                          "Nats that three models of N(0, I) lose on its draws. The model whose samples are "
                          "99 % noise never loses more than log 100.",
                          draw_chart(lost_chart(lost, dimensions))});
  out.pictures.push_back(planes_picture(
      "memoriser",
      "Samples of a model that repeats 2,000 training points with a little noise, over the truth. With a "
      "wide kernel test points are likely, with a narrow one next to impossible.",
      {best, least}));
  const LabTable::Row& most = lost.rows.back();
  out.interpretation = fmt::format(
      "A good likelihood does not mean good samples, nor the reverse. A mixture of 1 % truth and 99 % noise "
      "has p_m >= .01 p everywhere, so it loses at most log 100 = 4.605 nats in any dimension. In {} "
      "dimensions noise alone loses {:.3g}. A model that is {}, whose samples are all nearly "
      "right, loses {:.2f}; the mixture, whose samples are 99 % noise, loses {:.3f}. In the reverse case a "
      "model memorises: it repeats 2,000 points with noise of {}. No classifier tells its samples from fresh "
      "points (p = {:.2f}), but it finds test points next to impossible: log p {:.4g}, where the truth has "
      "{:.2f}. Its training points have {:.2f}. Neither the training likelihood nor the samples reveal "
      "memorising; only test data do.",
      most.name, most.values[1], too_wide(wide), most.values[2], most.values[0], memory.widths.back(),
      memory.p_value, memory.log_px.back(), truth, remembered.rows.back().values[1]);
  out.exercise =
      "What is the memoriser's mean log p of its own n training points in the plane at a small width w? What "
      "does halving w do to it, and to log p of a test point at a distance r from the nearest training "
      "point?";
  out.tables = {std::move(lost), std::move(remembered)};
  return out;
}

}  // namespace

LabEntry likelihood_vs_quality_lab() {
  return lab_entry<LikelihoodVsQualityLab>(
      2, "likelihood-vs-quality", "a good likelihood with samples of noise, and perfect samples with none",
      "Theis, van den Oord & Bethge 2016");
}

}  // namespace gradzoo
