#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/eval/modes.h"
#include "gradzoo/models/gan/networks.h"

/// Generative adversarial network (Goodfellow et al. 2014, "Generative adversarial nets"): x = G(z), z ~
/// N(0, I), trained against a discriminator D(x), the probability that x is real:
///   min_G max_D V(G, D),  V = E_data log D(x) + E_z log(1 - D(G(z))).
/// For a fixed G the best D is p/(p + q), with q the distribution of G(z), and V there is 2 JSD(p, q) - log
/// 4. Everything is in logits l, D = sigmoid(l): log D = -softplus(-l), log(1 - D) = -softplus(l).
///
/// Other losses use D's output as a score s(x) of any sign, not as a logit.
namespace gradzoo {

/// Returns V in nats from logits of real and of generated examples, of any shapes: the mean of log D over
/// the real examples plus the mean of log(1 - D) over the generated ones. V is -log 4 if D = 1/2 everywhere.
Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits);

/// The losses of D and G as recorded scalars from D's scores.
struct GanLoss {
  Tensor (*discriminator)(const Tensor& real, const Tensor& fake);
  Tensor (*generator)(const Tensor& fake);
  bool logits;  // scores are logits: D(x) = sigmoid(s) is a probability
  const char *discriminator_name, *discriminator_means;  // the metrics, for the report; in nats for logits
  const char *generator_name, *generator_means;
};

/// D: -V; G: -E log D(G(z)), which has the fixed point of minimax and is steep if D is confident (Goodfellow
/// et al. 2014, section 3).
extern const GanLoss non_saturating;
/// D: -V; G: E log(1 - D(G(z))), the second half of V, which is flat if D is confident.
extern const GanLoss minimax;
/// D: -V; G: -E logit D(G(z)). The logit of the best D is log p - log q, so G's loss is KL(q || p): the
/// energy -log p of its samples minus their entropy (Su 2019; Sonderby et al. 2017, eq. 8).
extern const GanLoss minus_logit;
/// D: E s(G(z)) - E s(x); G: -E s(G(z)). If s is 1-Lipschitz, the best D leaves -W1(p, q), the negative
/// Wasserstein distance (Arjovsky et al. 2017, "Wasserstein GAN").
extern const GanLoss wasserstein;
/// D: E (s(x) - 1)^2 / 2 + E (s(G(z)) + 1)^2 / 2; G: E s(G(z))^2 / 2 (Mao et al. 2017, "Least squares
/// generative adversarial networks", eq. 8: a = -1, b = 1, c = 0). The best D is s* = (p - q)/(p + q). Then
/// E_p s^2 + E_q s^2 is the integral of (p - q)^2/(p + q), the Pearson chi-squared divergence of p + q and 2
/// q, and D's loss is 1 minus half of it.
extern const GanLoss least_squares;
/// D: E max(0, 1 - s(x)) + E max(0, 1 + s(G(z))); G: -E s(G(z)) (Lim & Ye 2017; Miyato et al. 2018).
extern const GanLoss hinge;

inline constexpr Choice<const GanLoss*> kGanLosses[] = {
    {"non-saturating", &non_saturating}, {"minimax", &minimax},     {"reverse-kl", &minus_logit},
    {"wgan-gp", &wasserstein},           {"lsgan", &least_squares}, {"hinge", &hinge}};

/// The term that one-sided label smoothing adds to -V (Salimans et al. 2016, section 3.4): real examples have
/// the target 1 - smoothing, so their log D becomes (1 - smoothing) log D + smoothing log(1 - D).
Tensor label_smoothing_term(const Tensor& real_logits, double smoothing);

/// The penalty on D's gradient.
enum class SlopePenalty { none, gradient, r1 };
inline constexpr Choice<SlopePenalty> kSlopePenalties[] = {
    {"none", SlopePenalty::none}, {"gradient", SlopePenalty::gradient}, {"r1", SlopePenalty::r1}};

/// Returns R1, E |grad_x s(x)|^2 / 2 over real examples x (B, inputs), leaves of the live tape, from which
/// `scores` (B / pac, 1) were computed (Mescheder, Geiger & Nowozin 2018, "Which training methods for GANs
/// do actually converge?", eq. 9). The gradient of a score is taken in all its pac examples. Recorded,
/// because D's gradient passes through it.
Tensor r1_penalty(const Tensor& x, const Tensor& scores);

/// Returns E (|grad_x s(x)| - 1)^2 in the same way, at points x between real and generated examples
/// (Gulrajani et al. 2017, "Improved training of Wasserstein GANs", eq. 3).
Tensor gradient_penalty(const Tensor& x, const Tensor& scores);

/// Returns the points of gradient_penalty, u real + (1 - u) fake, with u ~ U[0, 1) drawn once per `pac`
/// rows: (B, inputs) each; a leaf of the live tape.
Tensor points_between(const Tensor& real, const Tensor& fake, int64_t pac, Rng& rng);

enum class GanPreset {
  healthy,
  collapse,
  pacgan,  // Lin et al. 2018, section 4.1 and the authors' code, on grid25
};
inline constexpr Choice<GanPreset> kGanPresets[] = {
    {"healthy", GanPreset::healthy}, {"collapse", GanPreset::collapse}, {"pacgan", GanPreset::pacgan}};

/// Additional fakes for D.
enum class NegativeAugmentation { none, jigsaw };
inline constexpr Choice<NegativeAugmentation> kNegativeAugmentations[] = {
    {"none", NegativeAugmentation::none}, {"jigsaw", NegativeAugmentation::jigsaw}};

struct GanOptions {
  GanPreset preset = GanPreset::healthy;
  GanNet net = GanNet::mlp;
  bool conditional = false;
  int64_t clusters = 0;
  int64_t channels = 48;
  int64_t norm_groups = 8;
  const GanLoss* loss = &non_saturating;
  int64_t latent = 64;
  LatentPrior prior = LatentPrior::normal;
  int64_t decoder_steps = 0;
  std::vector<int64_t> generator_hidden = {256, 256};
  std::vector<int64_t> discriminator_hidden = {256, 256};
  GeneratorInit init = GeneratorInit::he;
  GeneratorNorm generator_norm = GeneratorNorm::none;
  int64_t maxout = 1;
  CriticActivation activation = steep_leaky_relu;
  SlopePenalty penalty = SlopePenalty::none;
  double penalty_weight = 10;
  int64_t critic_steps = 1;
  int64_t generator_steps = 1;
  bool simultaneous = false;
  int64_t pac = 1;
  NegativeAugmentation negative_augmentation = NegativeAugmentation::none;
  bool spectral_norm = false;
  double discriminator_rate = 1;
  double beta1 = 0.5;
  double beta2 = 0.999;
  double label_smoothing = 0;
  double instance_noise = 0;
  double noise_until = 1;
  double usual_noise = 0.6;  // noise that helps if samples collapse; not an option

  void describe(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);

 private:
  void prefer_by_loss(OptionTable& table);
  void prefer_by_preset(OptionTable& table, TrainingOptions& training);
  void complete(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void check(const TrainingOptions& training, const DataShape& shape) const;
};

class Classes;

/// A generator trained against a discriminator; networks.h has the networks.
class Gan : public Model {
 public:
  Gan(const GanOptions& options, const DataShape& shape, const TrainingOptions& training);
  ~Gan() override;

  /// Fits clusters, and with decoder_steps trains G as the decoder of a VAE.
  void prepare(const Examples& examples) override;

  /// Makes one step of D and then, every critic_steps-th time, one step of G on the same tape and the same
  /// fakes; G's step comes first if they are simultaneous. Further generator_steps use new fakes. If a later
  /// step is not finite, the earlier ones are undone.
  void train_step(const StepContext& context, MetricRow row) override;

  Generator& generator() { return generator_; }
  Discriminator& discriminator() { return discriminator_; }
  int64_t pac() const { return options_.pac; }            ///< number of examples per score of D
  const GanLoss& loss() const { return *options_.loss; }  ///< losses of D and G
  /// Returns the mode coverage of 2,500 samples of the averaged generator; empty without a toy with modes.
  std::optional<ModeCoverage> coverage(uint64_t seed);

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  std::vector<CurveLevel> levels_at_rest() const;
  std::string reading(const DataView& data);
  Tensor with_noise(const Tensor& x, double sigma);
  // Returns G's loss from the scores that the current D gives to these fakes.
  Tensor generator_loss(const Tensor& fake, const Tensor& labels, double noise);
  Tensor generated(const Tensor& z, const Tensor& labels, bool recorded) const;
  Tensor slope_penalty(const Tensor& real, const Tensor& real_scores, const Tensor& fake,
                       const Tensor& labels);

  DataShape shape_;
  GanOptions options_;
  std::unique_ptr<Classes> classes_;
  Rng init_rng_, noise_rng_;
  Generator generator_;
  Discriminator discriminator_;
  Learner discriminator_learner_, generator_learner_;
  double instance_noise_;  // standard deviation at the first step, of centred examples
  Metric discriminator_loss_, generator_loss_, of_real_, of_fake_;
};

/// Returns the GAN's entry in the list of models.
ModelEntry gan_entry();

}  // namespace gradzoo
