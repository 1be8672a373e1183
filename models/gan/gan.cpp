#include "models/gan/gan.h"

#include <algorithm>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/gan/eval.h"
#include "models/gan/pictures.h"

namespace gradzoo {
namespace {

constexpr double kSlope = 0.2;  // of the discriminator's leaky ReLU

class LeakyRelu : public Module {
 public:
  Tensor forward(const Tensor& x) const override { return leaky_relu(x, kSlope); }
};

// With He's, the spread of z reaches the examples undiminished: G does not begin on one point.
init::Initializer generator_init(const std::string& name) {
  if (name == "torch") return {};
  return [](Tensor& weight, Rng& rng) { init::kaiming_normal(weight, rng); };
}

GanShape sizes_from(const Settings& settings, const DataShape& shape) {
  const auto layers = static_cast<size_t>(settings.integer("layers"));
  return {.inputs = shape.size(),
          .latent = settings.integer("latent"),
          .generator_hidden = std::vector(layers, settings.integer("generator_hidden")),
          .discriminator_hidden = std::vector(layers, settings.integer("discriminator_hidden")),
          .init = settings.text("init"),
          .pixels = shape.is_image()};
}

LearnerOptions learner_options(const Settings& settings) {
  return {.adam = {.beta1 = settings.real("beta1")}, .clip = settings.real("clip")};
}

LearnerOptions discriminator_options(const Settings& settings) {
  LearnerOptions options = learner_options(settings);
  options.undo = true;
  return options;
}

LearnerOptions generator_options(const Settings& settings) {
  LearnerOptions options = learner_options(settings);
  options.ema = settings.real("ema");
  return options;
}

double mean_probability(const Tensor& logits) { return mean(sigmoid(logits.detach())).item(); }

}  // namespace

Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits) {
  return neg(mean(softplus(neg(real_logits))) + mean(softplus(fake_logits)));
}

Tensor discriminator_loss(const Tensor& real_logits, const Tensor& fake_logits, double smoothing) {
  const Tensor loss = neg(gan_value(real_logits, fake_logits));
  // log D - log(1 - D) = l: a share of the real examples' weight moves from the one to the other.
  return smoothing == 0 ? loss : loss + mean(real_logits) * smoothing;
}

Tensor generator_loss(const Tensor& fake_logits, GeneratorLoss loss) {
  return loss == GeneratorLoss::minimax ? neg(mean(softplus(fake_logits))) : mean(softplus(neg(fake_logits)));
}

Generator::Generator(const GanShape& shape, Rng& rng)
    : latent_(shape.latent),
      pixels_(shape.pixels),
      mlp_(layer_sizes(shape.latent, shape.generator_hidden, shape.inputs), rng,
           {.activation = "relu",
            .final_activation = shape.pixels ? "tanh" : "identity",
            .linear = {.init = generator_init(shape.init), .dtype = shape.dtype}}) {
  register_module("layers", mlp_);
}

Tensor Generator::forward(const Tensor& z) const {
  const Tensor x = centred(z);
  return pixels_ ? (x + 1.0) * 0.5 : x;
}

Tensor Generator::draw(int64_t n, Rng& rng) const { return forward(randn({n, latent_}, rng)); }

Discriminator::Discriminator(const GanShape& shape, Rng& rng) : pixels_(shape.pixels) {
  const std::vector<int64_t> sizes = layer_sizes(shape.inputs, shape.discriminator_hidden, 1);
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    if (i > 0) layers_.append<LeakyRelu>();
    layers_.append<Linear>(sizes[i], sizes[i + 1], rng, LinearOptions{.dtype = shape.dtype});
  }
  register_module("layers", layers_);
}

Tensor Discriminator::centred(const Tensor& x) const { return pixels_ ? x * 2.0 - 1.0 : x; }

Gan::Gan(const Settings& settings, const DataShape& shape)
    : shape_(shape),
      init_rng_(settings.seed(), "gan/init"),
      noise_rng_(settings.seed(), "gan/noise"),
      generator_(sizes_from(settings, shape), init_rng_),
      discriminator_(sizes_from(settings, shape), init_rng_),
      discriminator_learner_("discriminator", discriminator_, discriminator_options(settings)),
      generator_learner_("generator", generator_, generator_options(settings)),
      loss_(settings.text("loss") == "minimax" ? GeneratorLoss::minimax : GeneratorLoss::non_saturating),
      discriminator_rate_(settings.real("discriminator_rate")),
      smoothing_(settings.real("label_smoothing")),
      instance_noise_(settings.real("instance_noise") * (shape.is_image() ? 2 : 1)),
      noise_until_(settings.real("noise_until")) {
  metrics_ = {
      {"discriminator_loss_nats",
       "-V = -E log D(x) - E log(1 - D(G(z))): what D descends. log 4 = 1.386 where D cannot tell them "
       "apart; "
       "towards 0 D wins"},
      {loss_ == GeneratorLoss::minimax ? "generator_minimax_loss_nats" : "generator_loss_nats",
       loss_ == GeneratorLoss::minimax
           ? "E log(1 - D(G(z))): what G descends. -log 2 = -0.693 at the equilibrium; near 0 D wins, and G "
             "learns nothing"
           : "-E log D(G(z)): what G descends. log 2 = 0.693 at the equilibrium; large where D wins",
       true},
      {"d_real", "D(x): the probability of being real that D gives to real examples. 1/2 at the equilibrium",
       true},
      {"d_fake", "D(G(z)): the same for generated examples. Near 0: D sees through them all", true},
  };
}

void Gan::register_state(State& state) {
  discriminator_learner_.add_to(state);
  generator_learner_.add_to(state);
  state.add("gan.noise", noise_rng_);
}

Tensor Gan::with_noise(const Tensor& x, double sigma) {
  return sigma > 0 ? x + randn(x.shape(), noise_rng_) * sigma : x;
}

void Gan::train_step(const StepContext& context, std::span<double> metrics) {
  const int64_t n = context.batch.count();
  const double fallen =
      static_cast<double>(context.step) / (noise_until_ * static_cast<double>(context.steps));
  const double noise = instance_noise_ * std::max(0.0, 1 - fallen);
  Tape tape;
  const Tensor z = randn({n, generator_.latent()}, noise_rng_);
  const Tensor fake = generator_.centred(z);  // (B, inputs)
  const Tensor real = discriminator_.centred(context.batch.x);
  const Tensor logits = discriminator_.judge(with_noise(concat(real, fake.detach(), 0), noise));  // (2 B, 1)
  const Tensor real_logits = slice(logits, 0, 0, n), fake_logits = slice(logits, 0, n, 2 * n);
  const Tensor loss = discriminator_loss(real_logits, fake_logits, smoothing_);
  metrics[0] = loss.item();
  metrics[2] = mean_probability(real_logits);
  metrics[3] = mean_probability(fake_logits);
  discriminator_learner_.step(loss, discriminator_rate_ * context.learning_rate);
  try {
    const Tensor answer = generator_loss(discriminator_.judge(with_noise(fake, noise)), loss_);
    metrics[1] = answer.item();
    generator_learner_.step(answer, context.learning_rate);
  } catch (const NonFinite&) {
    discriminator_learner_.undo();
    throw;
  }
}

Tensor Gan::sample(int64_t n, Rng& rng) {
  const NoGrad quiet;
  const auto averaged = generator_learner_.averaged();
  const Tensor x = generator_.draw(n, rng);
  return shape_.is_image() ? reshape(x, {n, shape_.height(), shape_.width()}) : x;
}

std::optional<ModeCoverage> Gan::coverage(uint64_t seed) {
  const Modes* modes = shape_.toy ? shape_.toy->modes() : nullptr;
  if (!modes) return std::nullopt;
  Rng rng(seed, "eval/samples");
  return mode_coverage(sample(kModeSamples, rng), *modes);
}

std::vector<Quantity> Gan::validate(const DataView& data) {
  if (const auto found = coverage(data.seed)) return coverage_quantities(*found);
  const auto averaged = generator_learner_.averaged();
  return {gan_held_out_d(discriminator_, data), gan_spread(generator_, data)};
}

std::vector<Quantity> Gan::evaluate(const DataView& data) {
  const std::optional<ModeCoverage> found = coverage(data.seed);
  const auto averaged = generator_learner_.averaged();
  std::vector<Quantity> out = gan_value_quantities(generator_, discriminator_, data);
  out.push_back(gan_spread(generator_, data));
  if (!found) return out;
  for (Quantity& quantity : coverage_quantities(*found)) out.push_back(std::move(quantity));
  return out;
}

std::vector<Picture> Gan::pictures(const DataView& data) {
  const auto averaged = generator_learner_.averaged();
  return gan_pictures(generator_, discriminator_, shape_, data);
}

std::string Gan::reading(const DataView& data) {
  const std::optional<ModeCoverage> found = coverage(data.seed);
  const auto averaged = generator_learner_.averaged();
  return gan_reading(generator_, discriminator_, found, data);
}

}  // namespace gradzoo
