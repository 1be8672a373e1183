#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "models/base/mode_quantities.h"
#include "models/dde/dde.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

/// log p^ of a model, up to its constant.
using DdeLogDensity = Tensor (*)(const Target& model, double sigma, const Tensor& x);

// Briefly not trained for long, and held to less.
RowResult energy_offset(DdeLogDensity log_density, const RowContext& context) {
  const int64_t steps = context.count(3000, 600);
  const std::vector<std::string> settings = {"data=ring8", "toy_noise=0.2", fmt::format("steps={}", steps),
                                             "seed=1"};
  const double sigma = std::stod(run_options("dde", settings)->table().find("sigma").text());
  const auto trained = train_model("dde", settings, context);
  const Target model = trained->model->abilities().target;
  const OffsetSpread found = dde_fit(*trained->data.shape().toy, sigma, [&](const Tensor& x) {
                               return log_density(model, sigma, x);
                             }).offset;
  return {
      std::max(found.sd, found.largest / 3), AtMost{context.brief ? 0.3 : 0.1},
      fmt::format("ring8 of width .2, {} steps of 500, seed 1: the larger of sd {:.4f} and a third of the "
                  "maximum on the likeliest 99 %, {:.4f}, in nats",
                  steps, found.sd, found.largest)};
}

/// Modes of 8 that a generator finds, with these assignments.
using ModesCovered = double (*)(const RowContext& context, const char* fake_density);

double train_generator(const RowContext& context, const char* fake_density) {
  const auto trained = train_model("dde", {"data=ring8", "generator=true", fake_density, "seed=1"}, context);
  return evaluate_on_test(*trained)[kModesCovered].value;
}

RowResult modes(ModesCovered modes_covered, const RowContext& context) {
  const double covered = modes_covered(context, "fake_density=true"),
               alone = modes_covered(context, "fake_density=false");
  return {alone <= 2 ? covered : 0, AtLeast{8},
          fmt::format(
              "ring8, the default steps, seed 1: modes of 8 with 20 or more of 2,500 samples within 3 sigma; "
              "without f_q: {:.0f}, where more than 2 would count as 0",
              alone)};
}

}  // namespace

std::vector<Row> dde_rows() {
  return {
      identity({"dde.energy_offset",
                "a denoising density estimator is the log-density of noisy data, up to one constant",
                "Bigdeli et al. 2020, proposition 1", 30},
               energy_offset, [](const Target& model, double, const Tensor& x) { return model.log_prob(x); },
               {{"an energy that is not divided by sigma^2",
                 [](const Target& model, double sigma, const Tensor& x) {
                   return model.log_prob(x) * (sigma * sigma);
                 }},
                {"half of the energy",
                 [](const Target& model, double, const Tensor& x) { return model.log_prob(x) * 0.5; }}}),
      figure({"dde.modes",
              "a generator between two densities finds every mode, and up one density alone at most two",
              "Bigdeli et al. 2020, section 4", 300},
             modes, train_generator,
             {{"seven modes of eight",
               [](const RowContext&, const char* fake_density) {
                 return std::string_view(fake_density).ends_with("true") ? 7.0 : 1.0;
               }},
              {"three modes without f_q", [](const RowContext&, const char* fake_density) {
                 return std::string_view(fake_density).ends_with("true") ? 8.0 : 3.0;
               }}})};
}

}  // namespace gradzoo
