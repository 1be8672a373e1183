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

struct LikelihoodVsQualityLab : Lab {
  std::vector<int64_t> dimensions = {1, 3, 10, 30, 100, 300, 1000};
  double wide = 1.1;

  void describe(OptionTable& options) override {
    options.add("dimensions", dimensions, "dimensions of the data in the first table", {1, 100000});
    options.add("wide", wide, "standard deviation of a slightly wrong model of N(0, I)", {0.5, 3});
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
      {{"99 % noise", "loss of the model 0.01 N(0, I) + 0.99 N(0, 9 I) on draws from the true N(0, I), nats"},
       {"all noise", "loss of the model N(0, 9 I), nats"},
       {too_wide(wide),
        fmt::format("loss of the model N(0, {:g} I), nats; all its samples are nearly right", wide * wide)}}};
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
                  {"log p, training", "log p of training points, nats; it rises as the width falls"}}};
  const NoGrad quiet;
  const Tensor train = cast(memory.train, DType::f64), some = train.rows(0, 500);
  for (size_t i = 0; i < memory.widths.size(); ++i)
    table.add(fmt::format("{}", memory.widths[i]),
              {memory.log_px[i], mean(kernel_log_density(train, memory.widths[i], some)).item()});
  return table;
}

LineChart lost_chart(const LabTable& table, const std::vector<int64_t>& dimensions) {
  LineChart chart{.title = "loss of likelihood by model",
                  .x_label = "dimensions of the data",
                  .y_label = "nats below the true density",
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
                          "Loss of three models of N(0, I) on draws from it, in nats. The model whose "
                          "samples are 99 % noise never loses more than log 100.",
                          draw_chart(lost_chart(lost, dimensions))});
  out.pictures.push_back(planes_picture(
      "memoriser",
      "Samples of a model that repeats 2,000 training points with a little noise, over contours of the true "
      "density. Test points are likely under wide kernels, and nearly impossible under narrow kernels.",
      {best, least}));
  const LabTable::Row& most = lost.rows.back();
  out.interpretation = fmt::format(
      "A good likelihood does not imply good samples, and good samples do not imply a good likelihood. A "
      "mixture of 1 % of the true p and 99 % noise has p_m >= 0.01 p everywhere, so it loses at most log 100 "
      "= 4.605 nats in any dimension. In {} dimensions the noise without p loses {:.3g} nats. A model that "
      "is {}, whose samples are all nearly right, loses {:.2f} nats; the mixture, whose samples are 99 % "
      "noise, loses {:.3f}. The second table shows the reverse case, a model that memorises: it repeats "
      "2,000 points with noise of {}. A classifier test cannot discriminate its samples from new points (p = "
      "{:.2f}). But test points are nearly impossible under this model: their log p is {:.4g}, and under the "
      "true density it is {:.2f}. Training points have {:.2f}. Neither the training likelihood nor the "
      "samples reveal that the model memorises; only test data reveal it.",
      most.name, most.values[1], too_wide(wide), most.values[2], most.values[0], memory.widths.back(),
      memory.p_value, memory.log_px.back(), truth, remembered.rows.back().values[1]);
  out.exercise =
      "What is the memoriser's mean log p of its own n training points in the plane at a small width w? What "
      "does halving w do to it, and to log p of a test point at the distance r from the nearest training "
      "point?";
  out.tables = {std::move(lost), std::move(remembered)};
  return out;
}

}  // namespace

LabEntry likelihood_vs_quality_lab() {
  return lab_entry<LikelihoodVsQualityLab>(
      2, "likelihood-vs-quality",
      "a good likelihood with samples of noise, and perfect samples with a bad likelihood",
      "Theis, van den Oord & Bethge 2016");
}

}  // namespace gradzoo
