#include "models/gan/gan.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/gan/eval.h"
#include "models/gan/pictures.h"
#include "models/networks/labels.h"

namespace gradzoo {
namespace {

GanShape sizes_from(const GanOptions& options, const DataShape& shape) {
  return {.net = options.net,
          .data = shape,
          .latent = options.latent,
          .channels = options.channels,
          .norm_groups = options.norm_groups,
          .generator_hidden = options.generator_hidden,
          .discriminator_hidden = options.discriminator_hidden,
          .init = options.init,
          .activation = options.activation,
          .spectral_norm = options.spectral_norm,
          .classes = classes_told(options.conditional, shape, "gan")};
}

LearnerOptions discriminator_options(const GanOptions& options, const TrainingOptions& training) {
  return {.optimizer = adam({.beta1 = options.beta1}), .clip = training.clip, .undo = true};
}

MetricInfo generator_loss_info(GeneratorLoss loss) {
  if (loss == GeneratorLoss::minimax) {
    return {"generator_minimax_loss_nats",
            "E log(1 - D(G(z))): what G descends. -log 2 = -0.693 at the equilibrium; near 0 D wins, and G "
            "learns nothing",
            true};
  }
  return {"generator_loss_nats",
          "-E log D(G(z)): what G descends. log 2 = 0.693 at the equilibrium; large where D wins", true};
}

double mean_probability(const Tensor& logits) { return mean(sigmoid(logits.detach())).item(); }

}  // namespace

Gan::Gan(const GanOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "gan/init"),
      noise_rng_(training.stream_seed(), "gan/noise"),
      generator_(sizes_from(options, shape), init_rng_),
      discriminator_(sizes_from(options, shape), init_rng_),
      discriminator_learner_("discriminator", discriminator_, discriminator_options(options, training)),
      generator_learner_("generator", generator_, training.learner(adam({.beta1 = options.beta1}))),
      instance_noise_(options.instance_noise * (shape.is_image() ? 2 : 1)),
      discriminator_loss_(add_metric({"discriminator_loss_nats",
                                      "-V = -E log D(x) - E log(1 - D(G(z))): what D descends. log 4 = 1.386 "
                                      "where D cannot tell them apart; towards 0 D wins"})),
      generator_loss_(add_metric(generator_loss_info(options.loss))),
      d_real_(add_metric(
          {"d_real",
           "D(x): the probability of being real that D gives to real examples. 1/2 at the equilibrium",
           true})),
      d_fake_(add_metric(
          {"d_fake", "D(G(z)): the same for generated examples. Near 0: D sees through them all", true})) {
  add_learner(discriminator_learner_);
  add_learner(generator_learner_);
}

void Gan::add_to(State& state) { state.add("gan.noise", noise_rng_); }

Tensor Gan::with_noise(const Tensor& x, double sigma) {
  return sigma > 0 ? x + randn(x.shape(), noise_rng_) * sigma : x;
}

void Gan::train_step(const StepContext& context, MetricRow row) {
  const int64_t n = context.batch.count();
  const double fallen =
      static_cast<double>(context.step) / (options_.noise_until * static_cast<double>(context.steps));
  const double noise = instance_noise_ * std::max(0.0, 1 - fallen);
  Tape tape;
  const Tensor z = randn({n, generator_.latent()}, noise_rng_);
  const Tensor& labels = context.batch.labels;
  const Tensor fake = generator_.centred(z, labels);  // (B, inputs)
  Tensor real = discriminator_.centred(context.batch.x);
  if (options_.r1 > 0) real = real.clone().requires_grad_();
  const Tensor both = labels.defined() ? concat(labels, labels, 0) : labels;
  const Tensor logits =
      discriminator_.judge(with_noise(concat(real, fake.detach(), 0), noise), both);  // (2 B, 1)
  const Tensor real_logits = slice(logits, 0, 0, n), fake_logits = slice(logits, 0, n, 2 * n);
  Tensor loss = discriminator_loss(real_logits, fake_logits, options_.label_smoothing);
  row[discriminator_loss_] = loss.item();
  if (options_.r1 > 0) loss = loss + r1_penalty(real, real_logits) * options_.r1;
  row[d_real_] = mean_probability(real_logits);
  row[d_fake_] = mean_probability(fake_logits);
  discriminator_learner_.step(loss, options_.discriminator_rate * context.learning_rate);
  try {
    const Tensor answer =
        generator_loss(discriminator_.judge(with_noise(fake, noise), labels), options_.loss);
    row[generator_loss_] = answer.item();
    generator_learner_.step(answer, context.learning_rate);
  } catch (const NonFinite&) {
    discriminator_learner_.undo();
    throw;
  }
}

Tensor Gan::do_sample(const SampleRequest& request) {
  const Tensor x = generator_.draw(request.n, request.rng, request.labels);
  return shape_.is_image() ? reshape(x, {request.n, shape_.height(), shape_.width()}) : x;
}

std::optional<ModeCoverage> Gan::coverage(uint64_t seed) {
  const Modes* modes = shape_.toy ? shape_.toy->modes() : nullptr;
  if (!modes) return std::nullopt;
  Rng rng(seed, "eval/samples");
  return mode_coverage(sample({kModeSamples, rng}), *modes);
}

std::vector<CurveLevel> Gan::levels(const DataView&) {
  const double half = std::log(2.0);
  const char* at_rest = "where D cannot tell real from generated";
  const bool minimax = options_.loss == GeneratorLoss::minimax;
  return {{discriminator_loss_, "log 4", 2 * half, "nats", at_rest, false},
          {generator_loss_, minimax ? "-log 2" : "log 2", minimax ? -half : half, "nats", at_rest, false},
          {d_real_, "1/2", 0.5, "", at_rest, false},
          {d_fake_, "1/2", 0.5, "", at_rest, false}};
}

Quantities Gan::do_validate(const DataView& data) {
  if (const auto found = coverage(data.seed)) return coverage_quantities(*found);
  Quantities out;
  Quantity held_out = gan_held_out_d(discriminator_, data);
  held_out.curve = d_real_;
  out.add(std::move(held_out));
  out.add(gan_spread(generator_, data));
  return out;
}

Quantities Gan::do_evaluate(const DataView& data) {
  Quantities out = gan_value_quantities(generator_, discriminator_, data);
  out.add(gan_spread(generator_, data));
  if (const auto found = coverage(data.seed)) out.add(coverage_quantities(*found));
  return out;
}

std::vector<Picture> Gan::do_pictures(const DataView& data) {
  return gan_pictures(generator_, discriminator_, shape_, data);
}

std::string Gan::do_reading(const DataView& data) {
  return gan_reading(generator_, discriminator_, coverage(data.seed), data);
}

}  // namespace gradzoo
