#include "models/dae/dae.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/parallel/shards.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "models/base/data_units.h"
#include "models/dae/pictures.h"
#include "samplers/given.h"

namespace gradzoo {
namespace {

constexpr int64_t kExamplesAtOnce = 1000;

std::unique_ptr<Module> make_denoiser(const DaeOptions& options, int64_t size, Rng& rng) {
  if (options.weights == DaeWeights::tied)
    return std::make_unique<TiedDenoiser>(size, options.hidden.front(), options.input_scale, rng);
  return std::make_unique<Mlp>(layer_sizes(size, options.hidden, size), rng,
                               MlpOptions{.activation = options.activation});
}

// average += share (value - average), in place: the State holds on to it.
void move_towards(Tensor& average, const Tensor& value, double share) {
  float* to = average.mutable_data<float>();
  const float* from = value.data<float>();
  for (int64_t i = 0; i < average.size(); ++i) to[i] += static_cast<float>(share) * (from[i] - to[i]);
}

}  // namespace

Dae::Dae(const DaeOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      sigma_(options.sigma),
      scale_(options.input_scale),
      init_rng_(training.stream_seed(), "dae/init"),
      noise_rng_(training.stream_seed(), "dae/noise"),
      denoiser_(make_denoiser(options, shape.size(), init_rng_)),
      tied_(dynamic_cast<const TiedDenoiser*>(denoiser_.get())),
      learner_(*denoiser_, training.learner()),
      mean_(zeros({shape.size()})),
      square_(zeros({shape.size()})),
      error_(add_metric({"denoising_error",
                         "",
                         "loss: |r(x~) - x|^2 for an example x and its noisy x~, summed over its elements",
                         false,
                         {.lengths = 2}})),
      error_per_noise_(
          options.noise == DaeNoise::none
              ? std::nullopt
              : std::optional(add_metric(
                    {"error_per_noise", "",
                     "the error divided by |x~ - x|^2, the error without denoising: 1 means no denoising; "
                     "on images it is far below 1, since most of the noise lies off the images",
                     true}))),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
  const auto images = [this](const DataView& data) { return pictures_of(40, dae_image_pictures, data); };
  describe(
      {.sampling = sampling_from(options_),
       .image_pictures = images,
       .plane_pictures = [this](const DataView& data) { return pictures_of(1000, dae_plane_pictures, data); },
       .interpretation = [this](const DataView& data) { return reading(data); }});
  if (options.noise == DaeNoise::none)  // which draws no samples
    description().snapshot = [=](const DataView& data, Rng&) { return images(data).front(); };
}

void Dae::add_to(State& state) {
  state.add("dae.noise", noise_rng_);
  state.add("dae.mean", mean_);
  state.add("dae.square", square_);
  state.add("dae.seen", seen_);
}

void Dae::train_step(const StepContext& context, MetricRow row) {
  const Tensor& x = context.batch.x;
  const Tensor x_noisy = noisy(x, noise_rng_);
  {
    const Tape tape;
    const Tensor loss = mean(denoising_error([this](const Tensor& y) { return r(y); }, x, x_noisy));
    row[grad_norm_] = learner_.step(loss, context.learning_rate);
    row[error_] = loss.item();
    if (error_per_noise_) row[*error_per_noise_] = row[error_] / noise_of(x, x_noisy);
  }
  const NoGrad quiet;
  const double share = 1.0 / static_cast<double>(++seen_);
  move_towards(mean_, mean_over_shards(mean(x, 0)), share);
  move_towards(square_, mean_over_shards(mean(square(x), 0)), share);
}

Tensor Dae::codes(const Tensor& x) const {
  if (tied_) return tied_->codes(x * scale_);
  const auto& layers = static_cast<const Mlp&>(*denoiser_);  // a linear map and an activation each
  const auto narrowest = std::ranges::min_element(options_.hidden) - options_.hidden.begin();
  Tensor h = x * scale_;
  for (size_t i = 0; i <= 2 * static_cast<size_t>(narrowest) + 1; ++i) h = layers[i].forward(h);
  return h;
}

Tensor Dae::noisy(const Tensor& x, Rng& rng) const {
  if (options_.noise == DaeNoise::none) return x;
  if (options_.noise == DaeNoise::masking) return x * bernoulli(full(x.shape(), 1 - options_.masked), rng);
  return x + randn_like(x, rng) * sigma_;
}

// d sigma^2 of Gaussian noise; of masking what it took away.
double Dae::noise_of(const Tensor& x, const Tensor& x_noisy) const {
  if (options_.noise == DaeNoise::masking) return std::max(mean(sum(square(x_noisy - x), 1)).item(), 1e-12);
  return static_cast<double>(shape_.size()) * sigma_ * sigma_;
}

Tensor Dae::r(const Tensor& x) const {
  const Tensor y = denoiser_->forward(x * scale_);
  return options_.output == DaeOutput::sigmoid ? sigmoid(y) : y / scale_;
}

std::string Dae::noise_words() const {
  if (options_.noise == DaeNoise::masking)
    return fmt::format("{:.0f}% of the pixels masked", 100 * options_.masked);
  return fmt::format("noise of sigma {:g}", sigma_);
}

// In y = scale x the noise is scale sigma, and f as a function of x has the gradient (r(x) - x) / sigma^2.
Tensor Dae::log_density(const Tensor& x) const { return tied_->log_density(x * scale_, sigma_ * scale_); }

// A Gaussian with the noisy data's mean and variance in each number.
Tensor Dae::initial(int64_t n, Rng& rng) const {
  const Tensor spread = sqrt(clamp(square_ - square(mean_), 0, INFINITY) + sigma_ * sigma_);
  return mean_ + spread * randn({n, shape_.size()}, rng);
}

DenoisedSamples Dae::draw(int64_t n, const DaeOptions& options, Rng& rng, const ShareDone& done) const {
  return options_.noise == DaeNoise::masking ? walk_back(n, options.chain_steps, rng)
                                             : walk(score_target(), initial(n, rng), options, rng, done);
}

DenoisedSamples Dae::walk(const Target& target, const Tensor& from, const DaeOptions& options, Rng& rng,
                          const ShareDone& done) const {
  // a share of sigma^2, so that x' = (1 - a) x + a r(x) + sqrt(2a) sigma z
  UnadjustedLangevin sampler({.step = options.chain_step * sigma_ * sigma_});
  const Tensor raw = run_chains(target, from, sampler, {.steps = options.chain_steps, .done = done}, rng).x;
  return {raw, r(raw)};
}

// x' ~ Bernoulli(r(x~)), x~ masked x: its law tends to the data's where r is the true conditional (Bengio et
// al. 2013, "Generalized denoising auto-encoders as generative models", theorem 1).
DenoisedSamples Dae::walk_back(int64_t n, int64_t steps, Rng& rng) const {
  Tensor x = clamp(initial(n, rng), 0, 1), mean_x;
  for (int64_t i = 0; i < steps; ++i) {
    mean_x = clamp(r(noisy(x, rng)), 0, 1);
    x = bernoulli(mean_x, rng);
  }
  return {x, mean_x};
}

Target Dae::score_target() const {
  return {.score =
              [this](const Tensor& x) {
                return denoiser_score([this](const Tensor& y) { return r(y); }, x, sigma_);
              },
          .data_noise = sigma_};
}

Tensor Dae::completed_images(const InpaintRequest& request) const {
  const Target free = score_target();
  const Tensor known = request.images + randn_like(request.images, request.rng) * sigma_;
  const Target target = given(free, known, request.known);
  const Tensor raw =
      walk(target, initial(known.dim(0), request.rng), options_, request.rng, request.done).raw;
  return r(completed(raw, known, request.known));
}

Tensor Dae::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  if (options_.noise == DaeNoise::none)
    throw Error("dae: noise=none is a plain autoencoder, which draws no samples. Hint: use noise=gaussian");
  const Tensor x = draw(request.n, options_in<DaeOptions>(sampling), request.rng, request.done).denoised;
  return as_examples(x, shape_);
}

Abilities Dae::do_abilities() {
  const auto encode = [this](const Tensor& x) { return codes(x); };
  if (options_.noise != DaeNoise::gaussian)
    return {.samples = options_.noise == DaeNoise::masking, .encode = encode};
  Target target = score_target();
  if (tied_) target.log_prob = [this](const Tensor& x) { return log_density(x); };
  target.initial = [this](int64_t n, Rng& rng) { return initial(n, rng); };
  return {.target = std::move(target),
          .inpaint = [this](const InpaintRequest& request) { return completed_images(request); },
          .encode = encode};
}

Tensor Dae::held_out_errors(TensorFn denoise, const DataView& data) const {
  Rng noise(data.seed, "dae/held_out");
  Tensors errors;
  for_each_batch(data.examples, Pixels::grey, data.seed, kExamplesAtOnce, [&](const Batch& batch) {
    errors.push_back(denoising_error(denoise, batch.x, noisy(batch.x, noise)));
  });
  return concat(errors, 0);
}

Quantities Dae::do_validate(const DataView& data) {
  const auto denoise = [this](const Tensor& y) { return r(y); };
  Quantity error =
      mean_over_examples(kDaeError, held_out_errors(denoise, data), "|r(x~) - x|^2 on held-out examples");
  error.curve = error_;
  return {error};
}

Quantities Dae::do_evaluate(const DataView& data) {
  Quantities out = do_validate(data);
  if (options_.noise == DaeNoise::none) return out;
  const Quantity error = out[kDaeError];
  const bool masks = options_.noise == DaeNoise::masking;
  const double noise = masks ? mean(held_out_errors([](const Tensor& y) { return y.clone(); }, data)).item()
                             : static_cast<double>(shape_.size()) * sigma_ * sigma_;
  out.add(
      quantity(kDaeNoise, noise,
               masks ? "|x~ - x|^2: the error without denoising" : "d sigma^2: the error without denoising"));
  out.add(quantity(kDaeErrorPerNoise, error.value / noise, "share of the squared noise that remains",
                   error.error / noise));
  return out;
}

std::vector<Picture> Dae::pictures_of(int64_t n, DaePictures* pictures, const DataView& data) {
  Rng rng(data.seed, "pictures/chains");
  const DenoisedSamples samples =
      options_.noise == DaeNoise::none ? DenoisedSamples{} : draw(n, options_, rng);
  const auto denoise = [this](const Tensor& x) { return r(x); };
  const auto density = [this](const Tensor& x) { return log_density(x); };
  const auto spoil = [this](const Tensor& x, Rng& noise) { return noisy(x, noise); };
  return pictures({denoise, density, spoil, tied_, noise_words(), sigma_, shape_, samples}, data);
}

std::string Dae::reading(const DataView& data) {
  const Quantities found = in_data_units(do_evaluate(data), units());
  if (options_.noise == DaeNoise::none)
    return fmt::format(
        "Without noise r may learn to copy its input: an error of {:.4g}, summed over an example, shows "
        "little about its codes. A linear classifier on the codes shows more (gradzoo probe).",
        found[kDaeError].value);
  if (options_.noise == DaeNoise::masking)
    return fmt::format(
        "Masking {:.0f}% of the pixels causes an error of {:.4g}, summed over an example; after r the error "
        "is {:.4g} ({:.1f}%). This noise gives no score: samples alternate between masking and a draw from "
        "r. A chain that masks less stays longer at one image.",
        100 * options_.masked, found[kDaeNoise].value, found[kDaeError].value,
        100 * found[kDaeErrorPerNoise].value);
  return fmt::format(
      "Each example carries noise of squared norm d sigma^2 = {:.4g}; {:.4g} ({:.1f}%) remains after r. "
      "(r(x) - x)/sigma^2 is the score of the noisy density p * N(0, {:g}^2). The chains therefore sample "
      "noisy data, and the last step with r removes the noise. A smaller sigma gives finer detail, but makes "
      "it harder for chains to move from mode to mode.",
      found[kDaeNoise].value, found[kDaeError].value, 100 * found[kDaeErrorPerNoise].value,
      sigma_ * units().length());
}

}  // namespace gradzoo
