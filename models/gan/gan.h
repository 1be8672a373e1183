#pragma once

#include <optional>

#include "models/base/entry.h"
#include "models/eval/modes.h"
#include "models/gan/losses.h"
#include "models/gan/networks.h"
#include "models/gan/options.h"

namespace gradzoo {

/// A generator against a discriminator: see losses.h for the losses, networks.h for the networks.
class Gan : public Model {
 public:
  Gan(const GanOptions& options, const DataShape& shape, const TrainingOptions& training);

  /// One step of D, then, every critic_steps-th time, one of G, on the same tape and the same fakes; G first
  /// if they are simultaneous. If the second one's step is not finite, the first one's is undone.
  void train_step(const StepContext& context, MetricRow row) override;

  Generator& generator() { return generator_; }
  Discriminator& discriminator() { return discriminator_; }
  /// The mode coverage of 2,500 samples of the averaged generator; nothing unless the data are a toy with
  /// modes.
  std::optional<ModeCoverage> coverage(uint64_t seed);
  std::vector<CurveLevel> levels(const DataView& data) override;
  LabelNames labels() const override { return generator_.labels(); }
  std::string warning() const override;
  std::string collapse_hint() const override;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  std::string do_interpretation(const DataView& data) override;

 private:
  Tensor with_noise(const Tensor& x, double sigma);
  Tensor generated(const Tensor& z, const Tensor& labels, bool recorded) const;
  Tensor slope_penalty(const Tensor& real, const Tensor& real_scores, const Tensor& fake,
                       const Tensor& labels);

  DataShape shape_;
  GanOptions options_;
  Rng init_rng_, noise_rng_;
  Generator generator_;
  Discriminator discriminator_;
  Learner discriminator_learner_, generator_learner_;
  double instance_noise_;  // standard deviation at the first step, of centred examples
  Metric discriminator_loss_, generator_loss_, of_real_, of_fake_;
};

/// The GAN's line in the list of models.
ModelEntry gan_entry();

}  // namespace gradzoo
