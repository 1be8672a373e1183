#pragma once

#include <memory>
#include <vector>

#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/samplers/ais.h"

/// Deep belief networks (Hinton, Osindero & Teh 2006): a restricted Boltzmann machine whose visible units
/// are the hidden units of a directed network below.
///   p(x, h_1 ... h_(L-1)) = p(x | h_1) ... p(h_(L-2) | h_(L-1)) p_top(h_(L-1)),
/// where p(. | h) is the visible conditional of each layer and p_top the marginal of the top machine.
namespace gradzoo {

/// The training data that a layer passes to the next one.
enum class DbnUpward { samples, probabilities };
inline constexpr Choice<DbnUpward> kDbnUpward[] = {{"samples", DbnUpward::samples},
                                                   {"probabilities", DbnUpward::probabilities}};

struct DbnOptions {
  std::vector<int64_t> hidden = {500, 500};
  RbmLearningOptions learning;
  DbnUpward upward = DbnUpward::samples;
  Pixels pixels = Pixels::dynamic_binary;
  int64_t sample_steps = 1000;
  AnnealingOptions annealing;
  int64_t bound_samples = 10;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// The layers, from the data upwards.
using RbmStack = std::vector<std::unique_ptr<RbmLayer>>;

/// Draws, for every x (B, n), an estimate whose mean is a lower bound of log p(x) (Salakhutdinov & Murray
/// 2008, eq. 18), (B) f64: h_l ~ Q(h_l | h_(l-1)), the hidden conditional of layer l, and
///   sum_l log p(h_(l-1) | h_l) - log Q(h_l | h_(l-1)) - F_top(h_(L-1)) - log Z_top.
Tensor dbn_bound(const RbmStack& layers, const Tensor& x, double top_log_z, Rng& rng);

inline constexpr QuantityInfo kDbnBound{"bound", "nats/example"},
    kDbnReconstruction{"reconstruction", "units/example"};

/// A deep belief network, trained greedily: each layer is a restricted Boltzmann machine that trains for an
/// equal share of the steps on the hidden units of the layer below, from their means. The learning rate falls
/// linearly to 0.
class Dbn : public Model {
 public:
  Dbn(const DbnOptions& options, const DataShape& shape, const TrainingOptions& training);

  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;

  const RbmStack& layers() const { return layers_; }
  /// Returns log Z of the top machine, deterministic in the seed.
  RbmLogPartition top_log_partition(uint64_t seed) const;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  /// Draws the ends of Gibbs chains of the top machine, then each layer below. Images are returned as pixel
  /// probabilities, points as draws.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  Quantities bounds(const DataView& data, const ShareDone& done) const;
  std::vector<Picture> pictures_of(const DataView& data) const;
  /// Returns the units `count` layers above x: drawn, or their probabilities.
  Tensor above(Tensor x, size_t count, DbnUpward upward, Rng& rng) const;
  /// Returns the probabilities of x given units of the layer `top`; the layers between are drawn.
  Tensor below(Tensor h, size_t top, Rng& rng) const;
  Tensor top_noise(size_t layer, int64_t n, Rng& rng) const;

  DataShape shape_;
  DbnOptions options_;
  Rng init_rng_, up_rng_;
  RbmStack layers_;
  std::vector<std::unique_ptr<RbmLearning>> learning_;
  Metric cd_loss_, f_data_, grad_norm_, layer_;
};

/// Returns the deep belief network's entry in the list of models.
ModelEntry dbn_entry();

}  // namespace gradzoo
