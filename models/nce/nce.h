#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/toys/toy.h"
#include "models/base/entry.h"
#include "models/base/model.h"
#include "models/networks/energy.h"
#include "nn/learn/learner.h"

namespace gradzoo {

/// f(x) = log p~(x) and, where it is learned, the constant c that normalises it: log p(x) = f(x) - c.
class NceNetwork : public Module {
 public:
  NceNetwork(const EnergyShape& shape, bool learns_constant, Rng& rng);
  Tensor log_density(const Tensor& x) const { return energy_.log_density(x); }  // f: (B, d) -> (B)
  Tensor log_model(const Tensor& x) const;                                      // f - c: (B)
  Tensor score(const Tensor& x) const { return energy_.score(x); }              // grad f: (B, d)
  const Tensor& constant() const { return constant_; }                          // c (1); undefined: none

 private:
  EnergyNetwork energy_;
  Tensor constant_;
};

/// What NCE's noise is made from: `kind` is gaussian (round, at the data's mean, as wide as their widest
/// axis), fitted (their mean and covariance) or mixture (a kernel estimate from 100 of them, Scott's width);
/// all widths times `width`. points (n, d).
std::shared_ptr<const Toy> contrasting_noise(const std::string& kind, const Tensor& points, double width);

/// Noise-contrastive estimation on toys: nce learns f and c from noise of known density, conditional cnce
/// learns f alone from the data's own neighbours x +- eps xi. Objectives: objective.h.
class Nce : public Model {
 public:
  Nce(const Settings& settings, const DataShape& shape, bool conditional);

  void register_state(State& state) override;
  std::span<const MetricInfo> metrics() const override { return metrics_; }
  void train_step(const StepContext& context, std::span<double> metrics) override;
  std::vector<Quantity> validate(const DataView& data) override;
  std::vector<Quantity> evaluate(const DataView& data) override;
  /// Noise points drawn again with weights e^f / p_n, 50 for each sample.
  Tensor sample(int64_t n, Rng& rng) override;
  Picture snapshot(const DataView& data, Rng& rng) override;
  std::vector<Picture> pictures(const DataView& data) override;
  Target target() override;
  std::string reading(const DataView& data) override;

  const NceNetwork& network() const { return network_; }

 private:
  void train_nce(const StepContext& context, std::span<double> metrics);
  void train_cnce(const StepContext& context, std::span<double> metrics);
  // KL, log Z and c's error by quadrature; nothing in more than two dimensions.
  std::vector<Quantity> fit_to_truth(int64_t cells);

  DataShape shape_;
  bool conditional_;
  Rng init_rng_, noise_rng_;
  NceNetwork network_;
  Learner learner_;
  std::shared_ptr<const Toy> noise_;  // p_n; of cnce: where samples are drawn from
  int64_t nu_;                        // noise points for each data point (cnce: pairs)
  double eps_ = 0;                    // cnce
  std::vector<MetricInfo> metrics_;
};

/// The lines of both in the list of models.
ModelEntry nce_entry();
ModelEntry cnce_entry();

}  // namespace gradzoo
