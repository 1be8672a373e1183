#include "gradzoo/models/nce/nce.h"
#include "models/nce/cnce.h"

namespace gradzoo {
namespace {

constexpr const char* kWhyPoints =
    "a classifier never mistakes Gaussian noise for an image, so it learns nothing, and log Z is beyond "
    "quadrature";

void prefer_training(OptionTable& table, TrainingOptions& training) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "nce"); };
  prefer(training.batch, 512);
  prefer(training.lr, 0.005);
  prefer(training.schedule, Decay::cosine);
  prefer(training.ema, 0.999);
  prefer(training.epochs, 40);
}

}  // namespace

void NceOptions::describe(OptionTable& options) {
  options.add("noise", noise, kNoiseKinds,
              "the noise: gaussian with one variance, fitted to the data's mean and covariance, a kernel "
              "mixture, or a flow that is fitted first");
  options.add("noise_width", noise_width, "factor on the noise's standard deviation", {0.1, 100});
  options.add("nu", nu, "noise points for each data point", {1, 100});
  options.add("flow_steps", flow_steps, "noise=flow: steps of maximum likelihood before training starts",
              {1, 1e9});
  flow.describe_of_points(options, "flow_");
  energy.describe(options);
}

void NceOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape&) {
  prefer_training(table, training);
}

void FceOptions::describe(OptionTable& options) {
  options.add("warm_up", warm_up, "share of the steps in which the flow trains by maximum likelihood",
              {0, 1});
  options.add("flow_rate", flow_rate, "factor on the flow's learning rate", {0, 100});
  flow.describe_of_points(options, "flow_");
  energy.describe(options);
  describe_sampling(options);
}

void FceOptions::describe_sampling(OptionTable& options) {
  options.add("draw", draw, kFceDraws,
              "flow: samples of the flow; energy: these, resampled with the energy's weights");
}

void FceOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  check_flowable("fce", shape);
  prefer_training(table, training);
}

void CnceOptions::describe(OptionTable& options) {
  options.add("eps", eps, "standard deviation of the step from a data point to its neighbours", {1e-6, 1e6});
  options.add("nu", nu, "pairs x + eps xi, x - eps xi for each data point", {1, 100});
  energy.describe(options);
}

void CnceOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape&) {
  prefer_training(table, training);
}

ModelEntry nce_entry() {
  return entry_of<NceOptions, Nce>(
      {.name = "nce",
       .summary = "noise-contrastive estimation: an energy and its log Z from classifying data against noise",
       .source = "Gutmann & Hyvarinen 2010",
       .why_no_density = "on images its Z is not known",
       .data = kPointData,
       .why_data = kWhyPoints,
       .default_data = "ring8"});
}

ModelEntry fce_entry() {
  return entry_of<FceOptions, Fce>(
      {.name = "fce",
       .summary = "flow contrastive estimation: an energy and a flow, trained against each other",
       .source = "Gao et al. 2020",
       .why_no_density = "on images its Z is not known",
       .data = kPointData,
       .why_data = kWhyPoints,
       .default_data = "ring8"});
}

ModelEntry cnce_entry() {
  return entry_of<CnceOptions, Cnce>({.name = "cnce",
                                      .summary = "conditional noise-contrastive estimation: an energy from "
                                                 "classifying data against their neighbours",
                                      .source = "Ceylan & Gutmann 2018",
                                      .why_no_density = "on images its Z is not known",
                                      .data = kPointData,
                                      .why_data = kWhyPoints,
                                      .default_data = "ring8"});
}

}  // namespace gradzoo
