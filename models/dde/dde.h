#pragma once

#include <optional>

#include "models/base/entry.h"
#include "models/dde/options.h"
#include "models/networks/energy.h"
#include "nn/layers/layers.h"

namespace gradzoo {

inline constexpr QuantityInfo kDdeError{"density_error", ""}, kDdeOffsetSd{"offset_sd", "nats"},
    kDdeOffsetMax{"offset_max", "nats"};

/// The difference of two log-densities after the best constant is removed.
struct OffsetSpread {
  double sd;       // p-weighted, of f - log p
  double largest;  // |f - log p| from its mean, where the likeliest 99 % are
};
/// Compares a learned log-density f (B, 2) -> (B) with toy * N(0, sigma^2) by quadrature; kl is KL(toy * N(0,
/// sigma^2) || exp f / Z).
struct DdeFit {
  OffsetSpread offset;
  double kl;
};
DdeFit dde_fit(const Toy& toy, double sigma, TensorFn log_density);

/// Denoising density estimator (Bigdeli et al. 2020): f_p with
///   min E |grad f_p(x + e) + e|^2,  e ~ N(0, sigma^2 I),  so that f_p = sigma^2 log p^ + C,  p^ = p * N(0,
///   sigma^2),
/// and a generator without an adversary: f_q is fitted to its noisy fakes in the same way, and G descends
///   mean [f_q(G(z) + e) - f_p(G(z) + e)],  whose gradient with f_q held is that of sigma^2 KL(q^ || p^).
class Dde : public Model {
 public:
  Dde(const DdeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;
  std::unique_ptr<SamplingOptions> sampling_options() const override;
  /// log p^ up to its constant: f_p / sigma^2, x (B, d) -> (B).
  Tensor log_density(const Tensor& x) const { return density_.log_density(x); }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;
  std::string do_interpretation(const DataView& data) override;

 private:
  // |grad f + e|^2 / sigma^2, a number of the example: (B), of +e and -e.
  Tensor denoising_error(const EnergyNetwork& network, const Tensor& x, const Tensor& eps) const;
  Tensor generate(const Tensor& z) const;
  Tensor chain_ends(int64_t n, const DdeOptions& options, Rng& rng) const;
  void train_generator(int64_t n, double rate, MetricRow row);

  DataShape shape_;
  DdeOptions options_;
  Rng init_rng_, noise_rng_;
  EnergyNetwork density_;
  std::optional<EnergyNetwork> fake_density_;  // of a generator's samples
  std::optional<Mlp> generator_;
  Learner density_learner_;
  std::optional<Learner> fake_learner_, generator_learner_;
  Metric error_, grad_norm_;
  std::optional<Metric> fake_error_, gap_;  // of a generator
};

ModelEntry dde_entry();

}  // namespace gradzoo
