#pragma once

#include "gradzoo/models/nce/nce.h"

namespace gradzoo {

struct TiltedFlowOptions {
  CouplingFlowOptions flow = {};
  EnergyOptions energy = {};
  int64_t channels = 32;  // channels of the energy's first convolution
  double warm_up = 0.6;   // share of the steps with maximum-likelihood training of the flow
  double flow_rate = 0;   // afterwards, factor of its learning rate against the energy; 0: no training
  int64_t nu = 1;         // samples of the flow per image
  ContrastDraws draws = {};
};

/// NCE and FCE on images. Gaussian noise is too easy to distinguish from images, so the noise is a
/// multi-scale flow q, and the model learns the log-ratio g of images to its samples:
///   p(x) = q(x) exp(g(x) - c),   D = 1 / (1 + nu exp(c - g)),   c -> log Z = log E_q exp(g)
/// (exponential tilting: Nijkamp et al. 2022). The convolutional network g needs to learn only the flow's
/// errors. First only the flow is trained, by maximum likelihood. With flow_rate above 0 the flow is then
/// trained against D (Gao et al. 2020) with the current p fixed: log q has a gradient in D, but not in p.
class TiltedFlow : public Model {
 public:
  TiltedFlow(const TiltedFlowOptions& options, const DataShape& shape, const TrainingOptions& training);

  /// Initialises the actnorms from some training examples.
  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;
  const CouplingFlow& flow() const { return flow_; }
  const NceNetwork& network() const { return network_; }

 protected:
  void add_to(State& state) override { state.add("nce.noise", noise_rng_); }
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  std::vector<Picture> image_pictures(const DataView& data) const;
  Tensor tilt(const Tensor& x) const;  // g: (B)
  Tensor log_prob(const Tensor& x) const { return flow_.log_prob(x) + network_.log_model(x); }
  double bits_of(const Tensor& log_q) const;  // mean of (B)
  void settle();
  void fit_flow(const Tensor& x, double rate, MetricRow row);
  // Makes a step of the flow against D, and returns the flow's samples from before the step.
  Tensor play(const Tensor& x, double rate, MetricRow row);
  Quantities measured(const DataView& data, int64_t images, int64_t samples) const;

  DataShape shape_;
  TiltedFlowOptions options_;
  uint64_t seed_;
  Rng init_rng_, noise_rng_;
  CouplingFlow flow_;
  NceNetwork network_;
  Noise noise_;
  Learner flow_learner_, learner_;
  Metric loss_, c_, d_data_, d_noise_, flow_bits_, grad_norm_;
};

}  // namespace gradzoo
