#pragma once

#include <optional>

#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/score/eval.h"
#include "gradzoo/models/score/network.h"
#include "models/score/samples.h"

/// Score models: a network for s(x) = grad_x log p(x) of data, or of data with Gaussian noise, trained with
/// score matching (objectives.h). Samples come from Langevin chains that start at noise, with a last
/// denoising step (Vincent 2011; Song & Ermon 2019).
namespace gradzoo {

class Score : public Model {
 public:
  Score(const ScoreOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

  ScoreNetwork& network() { return network_; }
  const ScoreTask& task() const { return task_; }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  Picture film_frame(Rng& rng) const;
  std::vector<Picture> image_pictures(const DataView& data) const;
  // Returns the objective of every row, (B), and writes its terms to the row of metrics if there is one.
  Tensor objective_of(const Batch& batch, Rng& rng, const MetricRow* row = nullptr) const;
  ScoreSamples draw(int64_t n, const Tensor& labels, const ScoreOptions& options, Rng& rng,
                    const ShareDone& done = {}) const;
  // Returns the ends of n chains on a target.
  Tensor walk(const Target& target, int64_t n, const ScoreOptions& options, Rng& rng,
              const ShareDone& done = {}) const;
  Tensor completed_images(const InpaintRequest& request) const;
  Tensor initial(int64_t n, Rng& rng) const;
  Tensor without_noise(const Tensor& x, const Tensor& labels, const ScoreOptions& options) const;
  double langevin_step(double chosen) const;
  const ScoreTruth* truth();

  DataShape shape_;
  ScoreOptions options_;
  ScoreTask task_;
  Rng init_rng_, noise_rng_;
  ScoreNetwork network_;
  Learner learner_;
  std::optional<ScoreTruth> truth_;  // made at the first use
  Metric objective_, grad_norm_;
  std::optional<Metric> trace_, half_square_;  // if has_terms
};

/// Returns the score model's entry in the list of models.
ModelEntry score_entry();

}  // namespace gradzoo
