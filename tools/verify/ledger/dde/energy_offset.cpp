#include "gradzoo/base/text.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/dde/dde.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// log p^ of a model, up to its constant.
using DdeLogDensity = Tensor (*)(const Target& model, double sigma, const Tensor& x);

// The brief measurement has a shorter training and a larger bound.
RowResult energy_offset(DdeLogDensity log_density, const RowContext& context) {
  const int64_t steps = context.count(3000, 600);
  const std::string line = fmt::format("dde data=ring8 toy_noise=0.2 steps={} seed=1", steps);
  const double sigma = parse_number<double>(run_options(line)->table().find("sigma").text()).value();
  const auto trained = train_model(line, context);
  const Target model = trained->model->abilities().target;
  const OffsetSpread found = dde_fit(*trained->data.shape().toy, sigma, [&](const Tensor& x) {
                               return log_density(model, sigma, x);
                             }).offset;
  return {std::max(found.sd, found.largest / 3), AtMost{context.brief ? 0.3 : 0.1},
          fmt::format("ring8 of width 0.2, {} steps of 500 points, seed 1; offset of the log-density from "
                      "the exact one, nats: standard deviation {:.4f}, largest deviation on the likeliest 99 "
                      "% {:.4f}; value: the larger of the former and a third of the latter",
                      steps, found.sd, found.largest)};
}

// Returns the modes that the generator with f_q covers, or 0 if it covers more than 2 without f_q.
double modes_with_fake_density(Measured runs) {
  return runs[1][kModesCovered].value <= 2 ? runs[0][kModesCovered].value : 0;
}

Refused modes_found(double with, double without) {
  return measured_as({{quantity(kModesCovered, with, "")}, {quantity(kModesCovered, without, "")}});
}

}  // namespace

Rows dde_rows() {
  return {
      identity(
          {"dde.energy_offset",
           "a denoising density estimator equals the log-density of the noisy data up to one constant",
           "Bigdeli et al. 2020, proposition 1", 30},
          energy_offset, [](auto& model, double, auto& x) { return model.log_prob(x); },
          {{"an energy that is not divided by sigma^2",
            [](auto& model, double sigma, auto& x) { return model.log_prob(x) * (sigma * sigma); }},
           {"half of the energy", [](auto& model, double, auto& x) { return model.log_prob(x) * 0.5; }}}),
      figure({"dde.modes",
              "a generator between the densities of data and samples covers all 8 modes, with only the "
              "former at most two",
              "Bigdeli et al. 2020, section 4", 300},
             runs_of("dde data=ring8 generator=true seed=1", {"fake_density=true", "fake_density=false"}),
             modes_with_fake_density, AtLeast{8},
             "the default steps; value: modes of 8 with at least 20 of 2,500 samples within 3 sigma (0 if "
             "the run without f_q covers over 2)",
             {kModesCovered},
             {{"seven modes of eight", modes_found(7, 1)}, {"three modes without f_q", modes_found(8, 3)}})};
}

}  // namespace gradzoo
