#pragma once

#include <memory>

#include "models/base/entry.h"
#include "models/dae/denoiser.h"
#include "models/dae/options.h"

namespace gradzoo {

inline constexpr QuantityInfo kDaeError{"denoising_error", ""}, kDaeNoise{"noise", ""},
    kDaeErrorPerNoise{"error_per_noise", ""};

/// The ends of chains, and their denoising by r.
struct DenoisedSamples {
  Tensor raw;       // (n, d): Langevin's last x, from p_sigma; of masking noise the last draw
  Tensor denoised;  // (n, d): r(raw); of masking noise the mean that it was drawn from
};

class Dae : public Model {
 public:
  Dae(const DaeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;
  std::unique_ptr<SamplingOptions> sampling_options() const override;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;
  std::string do_interpretation(const DataView& data) override;

 private:
  Tensor r(const Tensor& x) const;  // (B, d) -> (B, d)
  Tensor noisy(const Tensor& x, Rng& rng) const;
  double noise_of(const Tensor& x, const Tensor& x_noisy) const;
  std::string noise_words() const;
  Tensor log_density(const Tensor& x) const;  // (B, d) -> (B); tied weights alone
  Tensor initial(int64_t n, Rng& rng) const;
  DenoisedSamples draw(int64_t n, const DaeOptions& options, Rng& rng, const ShareDone& done = {}) const;
  DenoisedSamples walk(const Target& target, const Tensor& from, const DaeOptions& options, Rng& rng,
                       const ShareDone& done = {}) const;
  DenoisedSamples walk_back(int64_t n, int64_t steps, Rng& rng) const;
  Tensor completed_images(const InpaintRequest& request) const;
  Target score_target() const;
  Tensor held_out_errors(TensorFn denoise, const DataView& data) const;  // (N)

  DataShape shape_;
  DaeOptions options_;
  double sigma_;
  double scale_;  // networks see scale_ x, so that what they must tell apart lies about 1 apart
  Rng init_rng_, noise_rng_;
  std::unique_ptr<Module> denoiser_;
  const TiedDenoiser* tied_;  // null with free weights
  Learner learner_;
  Tensor mean_, square_;  // (d): running mean of x and x^2, where chains start from
  int64_t seen_ = 0;      // steps
  Metric error_, error_per_noise_, grad_norm_;
};

/// The denoising autoencoder's line in the list of models.
ModelEntry dae_entry();

}  // namespace gradzoo
