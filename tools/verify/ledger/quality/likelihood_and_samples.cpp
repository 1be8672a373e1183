#include "gradzoo/models/eval/likelihood_and_samples.h"

#include <functional>

#include <fmt/ranges.h>

#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

using LogMixture = Tensor (*)(const Tensor& log_p, const Tensor& log_noise);

RowResult one_percent(LogMixture log_mixture, const RowContext& context) {
  constexpr double kRounding = 1e-9;
  const int64_t dimensions[] = {1, 10, 100, 1000};
  std::vector<double> losses;
  for (const int64_t d : dimensions) losses.push_back(mixture_loss(log_mixture, d, context.seed));
  return {std::ranges::max(losses), AtMost{std::log(100.0) + kRounding},
          fmt::format("p = N(0, I), noise N(0, 9 I), p_m = 0.01 p + 0.99 noise in {} dimensions: E_p[log p - "
                      "log p_m] = {:.3f} nats; log 100 = {:.3f}; value: the largest loss",
                      fmt::join(dimensions, ", "), fmt::join(losses, ", "), std::log(100.0))};
}

RowResult memoriser(const PointModel& model, const RowContext& context) {
  constexpr double kIndistinguishable = 1e-3, kUnlikely = -1e3;
  const Memory memory = measure_memory(model, context.seed);
  const bool falls = std::ranges::is_sorted(memory.log_px, std::greater<>());
  return {falls && memory.p_value > kIndistinguishable ? memory.log_px.back() : NAN, AtMost{kUnlikely},
          fmt::format("kernel density of 2000 points of ring8, widths {}: mean log p of 500 test points "
                      "{:.3g}, which must fall; the two-sample test of samples at the smallest width against "
                      "new points has the p-value {:.3f}; value: the last mean log p",
                      fmt::join(memory.widths, ", "), fmt::join(memory.log_px, ", "), memory.p_value)};
}

}  // namespace

Rows quality_rows() {
  return {
      identity({"quality.one_percent",
                "a model of 1 % data and 99 % noise loses at most log 100 nats, in every dimension",
                "Theis, van den Oord & Bethge 2016, section 3.2", 1},
               one_percent, one_percent_data,
               {{"a mixture with a tenth of the data",
                 [](auto& log_p, auto& log_noise) {
                   return logsumexp(stack({log_p + std::log(0.001), log_noise + std::log(0.999)}), 0);
                 }},
                {"a density without its constant",
                 [](auto& log_p, auto& log_noise) {
                   return logsumexp(stack({log_p + std::log(0.01), log_noise + std::log(0.99)}), 0) - 0.1;
                 }}}),
      identity(
          {"quality.memoriser",
           "a model that repeats its training data has perfect samples and a diverging test likelihood",
           "Theis, van den Oord & Bethge 2016, section 3.3", 2},
          memoriser, {kernel_log_density, kernel_samples},
          {{"a model that does not memorise",
            {[](auto& train, double, auto& x) { return kernel_log_density(train, 0.1, x); }, kernel_samples}},
           {"samples that are a fifth too wide",
            {kernel_log_density, [](auto& train, double width, int64_t n, auto& rng) {
               return kernel_samples(train, width, n, rng) * 1.2;
             }}}})};
}

}  // namespace gradzoo
