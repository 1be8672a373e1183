#include "gradzoo/models/gan/gan.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "models/gan/decoder.h"
#include "models/gan/eval.h"
#include "models/gan/jigsaw.h"
#include "models/gan/pictures.h"
#include "models/networks/classes.h"

namespace gradzoo {
namespace {

constexpr int64_t kFakesPerNegative = 4;

GanShape sizes_from(const GanOptions& options, const Classes& classes, const DataShape& shape) {
  return {.net = options.net,
          .data = shape,
          .latent = options.latent,
          .prior = options.prior,
          .channels = options.channels,
          .norm_groups = options.norm_groups,
          .generator_hidden = options.generator_hidden,
          .discriminator_hidden = options.discriminator_hidden,
          .init = options.init,
          .generator_norm = options.generator_norm,
          .maxout = options.maxout,
          .activation = options.activation,
          .spectral_norm = options.spectral_norm,
          .classes = classes.count(),
          .pac = options.pac};
}

OptimizerMaker optimizer(const GanOptions& options) {
  return adam({.beta1 = options.beta1, .beta2 = options.beta2});
}

LearnerOptions discriminator_options(const GanOptions& options, const TrainingOptions& training) {
  return {.optimizer = optimizer(options), .clip = training.clip};
}

const char* loss_unit(const GanOptions& options) { return options.loss->logits ? "nats" : ""; }

// What D says of examples on average: of most losses a probability.
MetricInfo of_real_info(const GanLoss& loss) {
  if (!loss.logits) return {"score_real", "", "s(x): D's score of real examples", true};
  return {"d_real", "", "D(x): the probability that D assigns to real examples. 1/2 at the equilibrium",
          true};
}

MetricInfo of_fake_info(const GanLoss& loss) {
  if (!loss.logits)
    return {"score_fake", "", "s(G(z)): D's score of fakes. If it is far below s(x), D recognises fakes",
            true};
  return {"d_fake", "",
          "D(G(z)): the probability of being real that D assigns to fakes. Near 0, D recognises all fakes",
          true};
}

double mean_score(const Tensor& scores, const GanLoss& loss) {
  return mean(loss.logits ? sigmoid(scores.detach()) : scores.detach()).item();
}

std::string warning_of(const GanOptions& options) {
  const bool maxout = options.maxout > 1;
  if (options.penalty == SlopePenalty::none || (options.activation != steep_leaky_relu && !maxout)) return "";
  return fmt::format(
      "D bends at kinks ({}), where its second derivative is lost, so the penalty's gradient misses the "
      "movement of the kinks. Hint: set {}activation=silu",
      maxout ? "maxout" : "activation=leaky_relu", maxout ? "maxout=1, " : "");
}

std::string collapse_hint_of(const GanOptions& options, const Classes& classes) {
  std::vector<std::string> tries;
  if (options.instance_noise == 0) tries.push_back(fmt::format("instance_noise={}", options.usual_noise));
  if (options.penalty == SlopePenalty::none) tries.emplace_back("penalty=r1");
  if (options.pac == 1 && classes.count() == 0) tries.emplace_back("pac=2");
  tries.emplace_back("a smaller lr");
  return fmt::format("{}", fmt::join(tries, ", "));
}

}  // namespace

Gan::Gan(const GanOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      classes_(std::make_unique<Classes>(Conditioning{options.conditional, options.clusters}, shape)),
      init_rng_(training.stream_seed(), "gan/init"),
      noise_rng_(training.stream_seed(), "gan/noise"),
      generator_(sizes_from(options, *classes_, shape), init_rng_),
      discriminator_(sizes_from(options, *classes_, shape), init_rng_),
      discriminator_learner_("discriminator", discriminator_, discriminator_options(options, training)),
      generator_learner_("generator", generator_, training.learner(optimizer(options))),
      instance_noise_(options.instance_noise * Units(shape.kind()).length()),
      discriminator_loss_(add_metric(
          {options.loss->discriminator_name, loss_unit(options), options.loss->discriminator_means})),
      generator_loss_(add_metric(
          {options.loss->generator_name, loss_unit(options), options.loss->generator_means, true})),
      of_real_(add_metric(of_real_info(*options.loss))),
      of_fake_(add_metric(of_fake_info(*options.loss))) {
  add_learner(options.simultaneous ? generator_learner_ : discriminator_learner_);
  Learner& later = options.simultaneous ? discriminator_learner_ : generator_learner_;
  if (options.generator_steps > 1) {
    add_learner(later);  // its own later steps may fail
  } else {
    add_last_learner(later);
  }
  describe(
      {.labels = classes_->labels(),
       .warning = warning_of(options),
       .collapse_hint = collapse_hint_of(options, *classes_),
       .image_pictures =
           [this](const DataView& data) { return gan_image_pictures(generator_, *classes_, shape_, data); },
       .point_pictures = [this](const DataView& data) -> std::vector<Picture> {
         // Where true draws lie in the plane, their density is not asked for.
         if (shape_.size() != 2) return {};
         return {gan_game(generator_, discriminator_, *options_.loss, *shape_.toy, data.seed)};
       },
       .levels = [this](const DataView&) { return levels_at_rest(); },
       .interpretation = [this](const DataView& data) { return reading(data); }});
}

Gan::~Gan() = default;

void Gan::prepare(const Examples& examples) {
  classes_->fit(examples, init_rng_.seed());
  if (options_.decoder_steps > 0)
    begin_as_decoder(generator_, sizes_from(options_, *classes_, shape_), *classes_, examples,
                     options_.decoder_steps, init_rng_.seed());
}

void Gan::add_to(State& state) {
  state.add("gan.noise", noise_rng_);
  classes_->add_to(state, "gan.clusters");
}

Tensor Gan::with_noise(const Tensor& x, double sigma) {
  return sigma > 0 ? x + randn(x.shape(), noise_rng_) * sigma : x;
}

Tensor Gan::slope_penalty(const Tensor& real, const Tensor& real_scores, const Tensor& fake,
                          const Tensor& labels) {
  if (options_.penalty == SlopePenalty::r1) return r1_penalty(real, real_scores);
  const Tensor between = points_between(real, fake, options_.pac, noise_rng_);
  return gradient_penalty(between, discriminator_.judge(between, labels));
}

void Gan::train_step(const StepContext& context, MetricRow row) {
  const double fallen =
      static_cast<double>(context.step) / (options_.noise_until * static_cast<double>(context.steps));
  const double noise = instance_noise_ * std::max(0.0, 1 - fallen);
  const bool generator_moves = (context.step + 1) % options_.critic_steps == 0;
  const GanLoss& loss = *options_.loss;
  const Tape tape;
  const Tensor labels = whole_packs(classes_->of(context.batch.x, context.batch.labels), options_.pac);
  Tensor real = discriminator_.centred(whole_packs(context.batch.x, options_.pac));
  const int64_t n = real.dim(0), packs = n / options_.pac;
  const Tensor z = generator_.draw_codes(n, noise_rng_);
  const Tensor fake = generated(z, labels, generator_moves);  // (B, inputs)
  if (options_.penalty == SlopePenalty::r1) real = real.clone().requires_grad_();

  const Tensor both = labels.defined() ? concat(labels, labels, 0) : labels;
  Tensor shown = concat(real, fake.detach(), 0), given_labels = both;
  if (options_.negative_augmentation == NegativeAugmentation::jigsaw) {
    const int64_t negatives = options_.pac * ((packs + kFakesPerNegative - 1) / kFakesPerNegative);
    shown = concat(shown, jigsaw(real.detach().rows(0, negatives), shape_, noise_rng_), 0);
    if (labels.defined()) given_labels = concat(both, labels.rows(0, negatives), 0);
  }
  const Tensor scores = discriminator_.judge(with_noise(shown, noise), given_labels);
  const Tensor of_real = slice(scores, 0, 0, packs), of_fake = slice(scores, 0, packs, 2 * packs);
  Tensor descended = loss.discriminator(of_real, slice(scores, 0, packs, scores.dim(0)));
  if (options_.label_smoothing > 0)
    descended = descended + label_smoothing_term(of_real, options_.label_smoothing);
  row[discriminator_loss_] = descended.item();
  row[of_real_] = mean_score(of_real, loss);
  row[of_fake_] = mean_score(of_fake, loss);
  if (!generator_moves) row[generator_loss_] = loss.generator(of_fake.detach()).item();  // before D's step
  if (options_.penalty != SlopePenalty::none)
    descended = descended + slope_penalty(real, of_real, fake, labels) * options_.penalty_weight;
  const auto step_generator = [&] {
    const Tensor answer = generator_loss(fake, labels, noise);
    row[generator_loss_] = answer.item();
    generator_learner_.step(answer, context.learning_rate);
  };
  if (generator_moves && options_.simultaneous) step_generator();
  discriminator_learner_.step(descended, options_.discriminator_rate * context.learning_rate);
  if (!generator_moves) return;
  if (!options_.simultaneous) step_generator();
  for (int64_t more = 1; more < options_.generator_steps; ++more) {
    const Tape own;
    const Tensor anew = generator_.centred_in_training(generator_.draw_codes(n, noise_rng_), labels);
    generator_learner_.step(generator_loss(anew, labels, noise), context.learning_rate);
  }
}

Tensor Gan::generator_loss(const Tensor& fake, const Tensor& labels, double noise) {
  return options_.loss->generator(discriminator_.judge(with_noise(fake, noise), labels));
}

// Recorded where G is to learn from it.
Tensor Gan::generated(const Tensor& z, const Tensor& labels, bool recorded) const {
  std::optional<NoGrad> quiet;
  if (!recorded) quiet.emplace();
  return generator_.centred_in_training(z, labels);
}

// G has no way back from an image to its z.
Abilities Gan::do_abilities() {
  return {.interpolate = [this](const InterpolateRequest& request) {
    const int64_t rows = request.ends.count() / 2;
    const Tensor classes = classes_->draw(rows, label_of_each_pair(request.ends.labels), request.rng);
    return images_between(generator_, rows, classes, request.rng);
  }};
}

Tensor Gan::do_sample(const SampleRequest& request, const SamplingOptions&) const {
  const Tensor classes = classes_->draw(request.n, request.labels, request.rng);
  const Tensor x = generator_.draw(request.n, request.rng, classes);
  return as_examples(x, shape_);
}

std::optional<ModeCoverage> Gan::coverage(uint64_t seed) {
  const Modes* modes = shape_.modes();
  if (!modes) return std::nullopt;
  Rng rng(seed, "eval/samples");
  return mode_coverage(units().to_model(sample({kModeSamples, rng})), *modes);
}

std::vector<CurveLevel> Gan::levels_at_rest() const {
  const char* at_rest = "if D cannot distinguish real from fake";
  const Tensor undecided = zeros({1}, DType::f64);
  const double loss = options_.loss->discriminator(undecided, undecided).item();
  if (!options_.loss->logits)
    return {{discriminator_loss_, fmt::format("{:g}", loss), loss, "", at_rest, false}};
  const double answer = options_.loss->generator(undecided).item();
  const char* named = answer == 0 ? "0" : answer < 0 ? "-log 2" : "log 2";
  return {{discriminator_loss_, "log 4", loss, "nats", at_rest, false},
          {generator_loss_, named, answer, "nats", at_rest, false},
          {of_real_, "1/2", 0.5, "", at_rest, false},
          {of_fake_, "1/2", 0.5, "", at_rest, false}};
}

Quantities Gan::do_validate(const DataView& data) {
  if (const auto found = coverage(data.seed)) return coverage_quantities(*found);
  Quantities out;
  Quantity held_out = gan_held_out_d(discriminator_, *options_.loss, *classes_, data);
  held_out.curve = of_real_;
  out.add(std::move(held_out));
  out.add(gan_spread(generator_, *classes_, data));
  return out;
}

Quantities Gan::do_evaluate(const DataView& data) {
  Quantities out = gan_value_quantities(generator_, discriminator_, *options_.loss, *classes_, data);
  out.add(gan_spread(generator_, *classes_, data));
  if (const auto found = coverage(data.seed)) out.add(coverage_quantities(*found));
  return out;
}

std::string Gan::reading(const DataView& data) {
  const std::string text = gan_reading(generator_, discriminator_, *options_.loss, coverage(data.seed),
                                       *classes_, data),
                    warned = warning();
  return warned.empty() ? text : text + " Warning: " + warned + ".";
}

}  // namespace gradzoo
