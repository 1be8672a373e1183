#pragma once

#include <memory>

#include "models/base/entry.h"
#include "models/nce/network.h"
#include "models/nce/noise.h"

/// What nce, cnce and fce share: an energy on points with a known density, its evaluation and its pictures.
namespace gradzoo {

inline constexpr QuantityInfo kKlWithoutModes{"kl_without_modes", "nats"},
    kNceConstantError{"c_error", "nats"}, kNceLogProb{"log_p", "nats"};

class ContrastiveModel : public Model {
 public:
  const NceNetwork& network() const { return network_; }

 protected:
  /// Throws Error if the points have no known density.
  ContrastiveModel(const EnergyOptions& energy, bool learns_constant, const DataShape& shape,
                   const TrainingOptions& training);

  const DataShape& shape() const { return shape_; }
  Learner& learner() { return learner_; }
  Rng& noise_rng() { return noise_rng_; }
  /// Points of the truth, to fit a proposal to: (n, d) f64.
  Tensor fit_points(const TrainingOptions& training) const;
  /// The proposal that samples come from.
  virtual const Noise& proposal() const = 0;
  /// KL and log Z by quadrature, and the error of c if it is learned; nothing in more than two dimensions.
  virtual Quantities fit_to_truth(int64_t cells) const;

  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  /// Proposals resampled with weights e^f / p_proposal, 50 for each sample.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Picture do_snapshot(const DataView& data, Rng& rng) override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;

 private:
  DataShape shape_;
  Rng init_rng_, noise_rng_;
  NceNetwork network_;
  Learner learner_;
};

}  // namespace gradzoo
