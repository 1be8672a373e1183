#pragma once

#include <optional>
#include <vector>

#include "models/base/entry.h"
#include "models/base/model.h"
#include "models/eval/modes.h"
#include "nn/layers/layers.h"
#include "nn/learn/learner.h"

/// Generative adversarial network (Goodfellow et al. 2014, "Generative adversarial nets"): x = G(z), z ~ N(0,
/// I), against a discriminator D(x), the probability that x is real:
///   min_G max_D V(G, D),  V = E_data log D(x) + E_z log(1 - D(G(z))).
/// For a fixed G the best D is p/(p + q), q the law of G(z), and V there is 2 JSD(p, q) - log 4.
/// Everything is in logits l, D = sigmoid(l): log D = -softplus(-l), log(1 - D) = -softplus(l).
namespace gradzoo {

/// V in nats from logits of real and of generated examples, any shapes: the mean of log D over the real ones
/// plus the mean of log(1 - D) over the others. -log 4 where D = 1/2 everywhere.
Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits);

/// What D descends: -V. With one-sided label smoothing (Salimans et al. 2016, section 3.4) real examples have
/// the target 1 - smoothing: their log D becomes (1 - smoothing) log D + smoothing log(1 - D).
Tensor discriminator_loss(const Tensor& real_logits, const Tensor& fake_logits, double smoothing = 0);

enum class GeneratorLoss {
  minimax,         // E log(1 - D(G(z))), the second half of V: flat where D is sure
  non_saturating,  // -E log D(G(z)): the same fixed point, steep where D is sure (ibid., section 3)
};

/// What G descends, nats.
Tensor generator_loss(const Tensor& fake_logits, GeneratorLoss loss);

struct GanShape {
  int64_t inputs = 784;  // numbers of one example
  int64_t latent = 64;
  std::vector<int64_t> generator_hidden = {256, 256};
  std::vector<int64_t> discriminator_hidden = {256, 256};
  std::string init = "he";  // of G's weights: he, or torch, which lets z through by a sixth a layer
  bool pixels = true;       // examples lie in [0, 1]: G ends in (1 + tanh)/2, and D sees 2 x - 1
  DType dtype = DType::f32;
};

/// ReLU layers from z to an example.
class Generator : public Module {
 public:
  Generator(const GanShape& shape, Rng& rng);
  /// z (B, latent) -> (B, inputs)
  Tensor forward(const Tensor& z) const override;
  /// The same as D sees it, pixels in [-1, 1].
  Tensor centred(const Tensor& z) const { return mlp_.forward(z); }
  int64_t latent() const { return latent_; }
  /// n examples from fresh z, one draw of rng: (n, inputs).
  Tensor draw(int64_t n, Rng& rng) const;

 private:
  int64_t latent_;
  bool pixels_;
  Mlp mlp_;
};

/// Leaky ReLU layers, slope 0.2, from an example to its logit.
class Discriminator : public Module {
 public:
  Discriminator(const GanShape& shape, Rng& rng);
  /// x (B, inputs) -> logits (B, 1)
  Tensor forward(const Tensor& x) const override { return judge(centred(x)); }
  /// Examples as D sees them: pixels in [-1, 1], points as they are.
  Tensor centred(const Tensor& x) const;
  /// Logits of examples that are centred.
  Tensor judge(const Tensor& x) const { return layers_.forward(x); }

 private:
  bool pixels_;
  Sequential layers_;
};

class Gan : public Model {
 public:
  Gan(const Settings& settings, const DataShape& shape);

  void register_state(State& state) override;
  std::span<const MetricInfo> metrics() const override { return metrics_; }
  /// One step of D, then one of G, on one tape: the generated examples that D learned from are those through
  /// which G learns. Where G's step is not finite, D's is taken back.
  void train_step(const StepContext& context, std::span<double> metrics) override;
  std::vector<Quantity> validate(const DataView& data) override;
  std::vector<Quantity> evaluate(const DataView& data) override;
  Tensor sample(int64_t n, Rng& rng) override;
  std::vector<Picture> pictures(const DataView& data) override;
  std::string reading(const DataView& data) override;

  Generator& generator() { return generator_; }
  Discriminator& discriminator() { return discriminator_; }
  /// Where 2,500 samples of the averaged generator lie; nothing unless the data are a toy with modes.
  std::optional<ModeCoverage> coverage(uint64_t seed);

 private:
  Tensor with_noise(const Tensor& x, double sigma);

  DataShape shape_;
  Rng init_rng_, noise_rng_;
  Generator generator_;
  Discriminator discriminator_;
  Learner discriminator_learner_, generator_learner_;
  GeneratorLoss loss_;
  double discriminator_rate_;
  double smoothing_;
  double instance_noise_;  // standard deviation at the first step, of centred examples
  double noise_until_;     // share of the run
  std::vector<MetricInfo> metrics_;
};

/// The GAN's line in the list of models.
ModelEntry gan_entry();

}  // namespace gradzoo
