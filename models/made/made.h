#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/nn/layers/layers.h"

/// Masked autoencoder for distribution estimation (Germain, Gregor, Murray & Larochelle 2015):
///   log p(x) = sum_i log p(x_i | x_before(i)),  x_i in {0, 1},
/// with all conditionals from one network, whose output i depends only on inputs before i in the order.
namespace gradzoo {

/// The order of the variables: variable order[p] of an example comes p-th.
using Order = std::vector<int64_t>;

/// Parses "natural" (0, 1, ..., size-1), "random" (a permutation from the seed), or a permutation such as
/// "2,0,1". Throws Error for any other string.
Order order_of(const std::string& text, int64_t size, uint64_t seed);

/// Returns the position of each variable, the inverse permutation. Throws Error unless the order is a
/// permutation of 0 ... size-1.
std::vector<int64_t> places_in(const Order& order);

struct MadeShape {
  Order order;  // order of the elements of an example
  std::vector<int64_t> hidden = {1000};
  bool direct = true;  // true for direct connections from inputs to outputs (eq. 10)
  std::string activation = "relu";
  DType dtype = DType::f32;
};

class MadeNetwork : public Module {
 public:
  /// Throws Error if the order is not a permutation or hidden layers are missing.
  MadeNetwork(const MadeShape& shape, Rng& rng);

  int64_t size() const { return std::ssize(shape_.order); }  // elements of an example (D)
  const Order& order() const { return shape_.order; }
  /// Returns the linear map of a hidden layer; layers count from 0.
  const MaskedLinear& hidden(size_t layer) const { return *hidden_[layer]; }

  /// Returns the logits of p(x_i = 1 | x_before(i)): x (B, D) of 0 and 1 -> (B, D). Differentiable.
  Tensor forward(const Tensor& x) const override;
  /// Returns log p(x) in nats: (B, D) -> (B). Differentiable.
  Tensor log_prob(const Tensor& x) const;

  /// Draws n exact samples, (n, D) of 0 and 1, without recording: each variable given those before it.
  Tensor sample(int64_t n, Rng& rng) const;
  /// Draws samples with the given `values` (n, D), of 0 and 1, where `known` (D) is 1. They are draws from
  /// p(x | known variables) only if the known variables come first in the order: see known_come_first.
  Tensor complete(const Tensor& values, const Tensor& known, Rng& rng) const;

 private:
  Tensor draw_rows(const Tensor& uniform, const Tensor& values, const std::vector<bool>& known) const;

  MadeShape shape_;
  Activation activation_;
  std::vector<std::unique_ptr<MaskedLinear>> hidden_;
  std::unique_ptr<MaskedLinear> output_, direct_;  // direct_: null without direct connections
};

/// True if every known variable (1 in `known`, (D)) comes before every unknown one.
bool known_come_first(const Order& order, const Tensor& known);

/// Returns a mask (D, D), one row per output: 1 for inputs before it in the order, else 0.
Tensor may_read(const Order& order, DType dtype = DType::f32);

struct MadeOptions {
  std::vector<int64_t> hidden = {1000};
  std::string activation = "relu";
  bool direct = true;
  std::string order = "natural";
  Pixels pixels = Pixels::dynamic_binary;

  void describe(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

inline constexpr QuantityInfo kMadeNll{"nll", "nats/example"};

/// A masked autoencoder, whose log p(x) is exact.
class Made : public Model {
 public:
  Made(const MadeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;
  const MadeNetwork& network() const { return network_; }

 protected:
  void add_to(State&) override {}
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  /// Draws exact samples of 0 and 1.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  /// Throws Error unless every known pixel comes before every unknown one in the order: only then is a
  /// sequential draw a draw from p(unknown | known).
  Tensor completed_images(const InpaintRequest& request) const;
  Quantity nll(const DataView& data) const;

  DataShape shape_;
  MadeOptions options_;
  Rng init_rng_;
  MadeNetwork network_;
  Learner learner_;
  Metric loss_, grad_norm_;
};

/// Returns MADE's entry in the list of models.
ModelEntry made_entry();

}  // namespace gradzoo
