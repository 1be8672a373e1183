#include "gradzoo/models/nce/nce.h"
#include "models/nce/cnce.h"
#include "models/nce/tilted_flow.h"

namespace gradzoo {
namespace {

void prefer_training(OptionTable& table, TrainingOptions& training) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "nce"); };
  prefer(training.batch, 512);
  prefer(training.lr, 0.005);
  prefer(training.schedule, Decay::cosine);
  prefer(training.ema, 0.999);
  prefer(training.epochs, 40);
}

// Of both kinds, where the noise is a flow: what is tilted has no term that confines it.
void prefer_images(OptionTable& table, TrainingOptions& training, EnergyOptions& energy,
                   ContrastDraws& draws) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "images"); };
  prefer(training.batch, 64);
  prefer(training.lr, 0.001);
  prefer(training.ema, 0.999);
  prefer(training.epochs, 4);
  prefer(energy.hidden, std::vector<int64_t>{64});
  prefer(energy.input_scale, 1.0);
  prefer(energy.confinement, 0.0);
  prefer(draws.draw, ContrastDraw::langevin);
  prefer(draws.pool, 10);
  prefer(draws.walk, 80);
}

TiltedFlowOptions tilted(const EnergyOptions& energy, const CouplingFlowOptions& flow, int64_t channels,
                         const ContrastDraws& draws) {
  return {.flow = flow, .energy = energy, .channels = channels, .draws = draws};
}

// Of nce and fce: the flow, the energy and the draws.
template <class Options>
void describe_parts(OptionTable& options, Options& of) {
  of.flow.describe(options, "flow_");
  of.energy.describe(options);
  options.add(
      "channels", of.channels,
      "images: channels of the energy's first convolution, at half the resolution; the next have 2, 4 "
      "and 4 times as many",
      {1, 1024});
  of.draws.describe_sampling(options);
}

}  // namespace

void ContrastDraws::describe_sampling(OptionTable& options) {
  options.add("draw", draw, kContrastDraws,
              "flow: samples of the noise, fce's flow; energy: these samples, resampled with the energy's "
              "weights; langevin: Markov chains on the flow's codes, towards large weights");
  options.add("pool", pool, "draw=energy: noise examples per sample", {1, 10'000});
  options.add("walk", walk, "draw=langevin: steps of MALA on the flow's codes", {1, 1e6});
  options.add("walk_step", walk_step, "draw=langevin: eta in z + eta grad + sqrt(2 eta) noise", {1e-9, 1});
}

void NceOptions::describe(OptionTable& options) {
  options.add("noise", noise, kNoiseKinds,
              "noise: gaussian with one variance, fitted to the data's mean and covariance, a kernel "
              "mixture, or a flow that is fitted first (images: always)");
  options.add("noise_width", noise_width, "factor of the noise's standard deviation", {0.1, 100});
  options.add("nu", nu, "noise examples per data point", {1, 100});
  options.add("flow_steps", flow_steps,
              "noise=flow, points: steps of maximum likelihood before training starts", {1, 1e9});
  options.add("warm_up", warm_up, "images: share of the steps with maximum-likelihood training of the flow",
              {0, 1});
  describe_parts(options, *this);
}

void NceOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  check_squeezable("nce", shape);
  prefer_images(table, training, energy, draws);
  table.prefer(noise, NoiseKind::flow, "images");
  table.prefer(nu, 1, "images");
  if (noise != NoiseKind::flow)
    throw Error(
        "noise={} is too easy to distinguish from images, so that the classifier learns nothing. Hint: use "
        "noise=flow",
        name_of(kNoiseKinds, noise));
}

void NceOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape&) {
  prefer_training(table, training);
}

std::unique_ptr<Model> NceOptions::make(const DataShape& shape, const TrainingOptions& training) const {
  if (!shape.is_grid()) return std::make_unique<Nce>(*this, shape, training);
  TiltedFlowOptions images = tilted(energy, flow, channels, draws);
  images.warm_up = warm_up;
  images.nu = nu;
  return std::make_unique<TiltedFlow>(images, shape, training);
}

void FceOptions::describe(OptionTable& options) {
  options.add("warm_up", warm_up, "share of the steps with maximum-likelihood training of the flow", {0, 1});
  options.add("flow_rate", flow_rate, "factor of the flow's learning rate", {0, 100});
  describe_parts(options, *this);
}

void FceOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  check_squeezable("fce", shape);
  prefer_images(table, training, energy, draws);
  table.prefer(warm_up, 0.6, "images");
  table.prefer(flow_rate, 0.1, "images");
}

void FceOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  check_flowable("fce", shape);
  prefer_training(table, training);
}

std::unique_ptr<Model> FceOptions::make(const DataShape& shape, const TrainingOptions& training) const {
  if (!shape.is_grid()) return std::make_unique<Fce>(*this, shape, training);
  TiltedFlowOptions images = tilted(energy, flow, channels, draws);
  images.warm_up = warm_up;
  images.flow_rate = flow_rate;
  return std::make_unique<TiltedFlow>(images, shape, training);
}

void CnceOptions::describe(OptionTable& options) {
  options.add("eps", eps, "standard deviation of the step from a data point to its neighbours", {1e-6, 1e6});
  options.add("nu", nu, "pairs x + eps xi, x - eps xi per data point", {1, 100});
  energy.describe(options);
}

void CnceOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape&) {
  prefer_training(table, training);
}

ModelEntry nce_entry() {
  return entry_of<NceOptions, Nce>({.name = "nce",
                                    .summary = "noise-contrastive estimation: an energy and its log Z, from "
                                               "the classification of data against noise",
                                    .source = "Gutmann & Hyvarinen 2010",
                                    .default_data = "ring8"});
}

ModelEntry fce_entry() {
  return entry_of<FceOptions, Fce>(
      {.name = "fce",
       .summary = "flow contrastive estimation: an energy and a flow, trained against each other",
       .source = "Gao et al. 2020",
       .default_data = "ring8"});
}

ModelEntry cnce_entry() {
  return entry_of<CnceOptions, Cnce>({.name = "cnce",
                                      .summary = "conditional noise-contrastive estimation: an energy, from "
                                                 "the classification of data against their neighbours",
                                      .source = "Ceylan & Gutmann 2018",
                                      .why_no_density = "on images its Z is not known",
                                      .data = kPointData,
                                      .why_data = "score and dae learn images from their noisy neighbours",
                                      .default_data = "ring8"});
}

}  // namespace gradzoo
