#pragma once

#include <memory>
#include <optional>

#include "models/base/entry.h"
#include "models/dde/density.h"
#include "models/dde/options.h"
#include "models/networks/image_coder.h"

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
///   min E |sigma grad f_p(x + sigma e) + e|^2,  e ~ N(0, I),  so that f_p = log p^ + C,  p^ = p * N(0,
///   sigma^2),
/// and a generator without an adversary: f_q is fitted to its noisy fakes in the same way, and G descends
///   mean [f_q - f_p](G(z) + sigma e),  whose gradient with f_q held is that of KL(q^ || p^).
/// With one sigma G finds no digits: q^ and p^ hardly overlap, or hardly differ. With all sigma from
/// sigma_begin down to sigma, f_p and f_q know sigma, and G descends E sigma [f_q - f_p](G(z) + sigma e,
/// sigma), a sum of KLs over levels, each of which is 0 for q = p alone (Luo et al. 2023, "Diff-Instruct").
class Dde : public Model {
 public:
  Dde(const DdeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void prepare(const Examples& examples) override;
  void train_step(const StepContext& context, MetricRow row) override;
  std::unique_ptr<SamplingOptions> sampling_options() const override;
  /// log p^ of data with noise of sigma, the least one where none is given, up to its constant: x (B, d) ->
  /// (B), images and sigma in their own units, [0,1].
  Tensor log_density(const Tensor& x, std::optional<double> sigma = {}) const;
  /// f_q - f_p, or -f_p without f_q, of every row: x (B, d), images in [-1,1] where there are several levels,
  /// sigma (B, 1) -> (B).
  Tensor gap(const Tensor& x, const Tensor& sigma) const;
  /// The mean of these gaps, each times sigma over the least: what G descends.
  Tensor generator_loss(const Tensor& gaps, const Tensor& sigma) const;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;
  std::string do_interpretation(const DataView& data) override;

 private:
  // |sigma grad f + e|^2, a number of the example: (B).
  Tensor denoising_error(const NoisyDensity& density, const Tensor& x, const Tensor& eps,
                         const Tensor& sigma) const;
  // Levels (n, 1), evenly spread in log sigma down to `least`.
  Tensor draw_levels(int64_t n, double least, Rng& rng) const;
  std::unique_ptr<NoisyDensity> make_density();
  std::unique_ptr<Module> make_generator();
  bool has_levels() const { return options_.sigma_begin > options_.sigma; }
  // How long a unit of the data is where densities see them: with several levels pixels are in [-1,1].
  double unit() const { return shape_.is_image() && has_levels() ? 2 : 1; }
  Tensor inner(const Tensor& x) const { return unit() == 2 ? x * 2.0 - 1.0 : x; }
  Tensor outer(const Tensor& x) const { return unit() == 2 ? (x + 1.0) * 0.5 : x; }
  Tensor noisy_score(const Tensor& x, double sigma) const;
  Target target_of_least() const;
  Tensor generate(const Tensor& z) const;
  Tensor chain_ends(int64_t n, const DdeOptions& options, Rng& rng) const;
  Tensor down_levels(int64_t n, int64_t steps, Rng& rng, const ShareDone& done) const;
  double train_density(const NoisyDensity& density, Learner& learner, const Tensor& x, double rate,
                       double& norm);
  void train_fake_density(int64_t n, double rate, MetricRow row);
  void train_generator(int64_t n, const StepContext& context, MetricRow row);

  DataShape shape_;
  DdeOptions options_;
  Rng init_rng_, noise_rng_;
  Tensor data_mean_, data_variance_;  // of examples, where there are several levels: (1, d), (1, 1)
  std::unique_ptr<NoisyDensity> density_;
  std::unique_ptr<NoisyDensity> fake_density_;  // of a generator's samples; null: none
  std::unique_ptr<Module> generator_;           // null: none
  Learner density_learner_;
  std::optional<Learner> fake_learner_, generator_learner_;
  Metric error_, grad_norm_;
  std::optional<Metric> fake_error_, gap_;  // of a generator
};

ModelEntry dde_entry();

}  // namespace gradzoo
