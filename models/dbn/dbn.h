#pragma once

#include "models/base/entry.h"
#include "models/dbn/bound.h"
#include "models/dbn/options.h"
#include "models/networks/rbm_learning.h"
#include "models/networks/rbm_partition.h"

namespace gradzoo {

inline constexpr QuantityInfo kDbnBound{"bound", "nats/example"},
    kDbnReconstruction{"reconstruction", "units/example"};

/// A deep belief network, trained greedily: each layer is a restricted Boltzmann machine that is trained for
/// an equal share of the steps, its learning rate falling linearly to 0, on the hidden units of the layer
/// below.
class Dbn : public Model {
 public:
  Dbn(const DbnOptions& options, const DataShape& shape, const TrainingOptions& training);

  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;
  std::unique_ptr<SamplingOptions> sampling_options() const override;
  void describe_evaluation(OptionTable& options) override;

  const RbmStack& layers() const { return layers_; }
  /// log Z of the top machine, deterministic in the seed.
  RbmLogPartition top_log_partition(uint64_t seed) const;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Quantities do_evaluate_at_length(const DataView& data, const ShareDone& done) override;
  /// Ends of Gibbs chains of the top machine, followed by a draw of each layer below. Images are returned as
  /// pixel probabilities, points as draws.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;

 private:
  /// The units `count` layers above x: drawn, or their probabilities.
  Tensor above(Tensor x, size_t count, DbnUpward upward, Rng& rng) const;
  /// Probabilities of x given units of the layer `top`; the layers between are drawn.
  Tensor below(Tensor h, size_t top, Rng& rng) const;
  Tensor top_noise(size_t layer, int64_t n, Rng& rng) const;

  DataShape shape_;
  DbnOptions options_;
  Rng init_rng_, up_rng_;
  RbmStack layers_;
  std::vector<std::unique_ptr<RbmLearning>> learning_;
  Metric cd_loss_, f_data_, grad_norm_, layer_;
};

/// The deep belief network's line in the list of models.
ModelEntry dbn_entry();

}  // namespace gradzoo
