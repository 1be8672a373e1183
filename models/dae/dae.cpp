#include "models/dae/dae.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/dae/pictures.h"
#include "models/eval/over_examples.h"
#include "models/pictures/image_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kExamplesAtOnce = 1000;

std::unique_ptr<Module> make_denoiser(const Settings& settings, int64_t size, Rng& rng) {
  const int64_t hidden = settings.integer("hidden");
  if (settings.text("weights") == "tied")
    return std::make_unique<TiedDenoiser>(size, hidden, settings.real("input_scale"), rng);
  const std::vector<int64_t> layers(static_cast<size_t>(settings.integer("layers")), hidden);
  return std::make_unique<Mlp>(layer_sizes(size, layers, size), rng,
                               MlpOptions{.activation = settings.text("activation")});
}

// average += share (value - average), in place: the State holds on to it.
void move_towards(Tensor& average, const Tensor& value, double share) {
  float* to = average.mutable_data<float>();
  const float* from = value.data<float>();
  for (int64_t i = 0; i < average.size(); ++i) to[i] += static_cast<float>(share) * (from[i] - to[i]);
}

}  // namespace

TiedDenoiser::TiedDenoiser(int64_t inputs, int64_t hidden, double reach, Rng& rng, DType dtype)
    : weight_(zeros({hidden, inputs}, dtype)),
      hidden_bias_(zeros({hidden}, dtype)),
      bias_(zeros({inputs}, dtype)) {
  init::torch_linear(weight_, rng);
  const double bound = reach / std::sqrt(static_cast<double>(inputs));
  init::uniform(hidden_bias_, rng, -bound, bound);
  register_parameter("weight", weight_);
  register_parameter("hidden_bias", hidden_bias_);
  register_parameter("bias", bias_);
}

Tensor TiedDenoiser::forward(const Tensor& x) const {
  return matmul(sigmoid(linear(x, weight_, hidden_bias_)), weight_) + bias_;
}

Tensor TiedDenoiser::log_density(const Tensor& x, double sigma) const {
  const Tensor bowl = sum(x * bias_ - square(x) * 0.5, 1);
  return (bowl + sum(softplus(linear(x, weight_, hidden_bias_)), 1)) / (sigma * sigma);
}

Tensor denoising_error(TensorFn r, const Tensor& x, const Tensor& eps, double sigma) {
  return sum(square(r(x + eps * sigma) - x), 1);
}

Tensor denoiser_score(TensorFn r, const Tensor& x, double sigma) { return (r(x) - x) / (sigma * sigma); }

Dae::Dae(const Settings& settings, const DataShape& shape)
    : shape_(shape),
      sigma_(settings.real("sigma")),
      scale_(settings.real("input_scale")),
      // a share of sigma^2, so that x' = (1 - a) x + a r(x) + sqrt(2a) sigma z
      chain_{.kind = SamplerKind::ula,
             .step = settings.real("chain_step") * sigma_ * sigma_,
             .steps = settings.integer("chain_steps")},
      init_rng_(settings.seed(), "dae/init"),
      noise_rng_(settings.seed(), "dae/noise"),
      denoiser_(make_denoiser(settings, shape.size(), init_rng_)),
      bounded_(settings.text("output") == "sigmoid"),
      tied_(dynamic_cast<const TiedDenoiser*>(denoiser_.get())),
      learner_(*denoiser_, {.clip = settings.real("clip"), .ema = settings.real("ema")}),
      mean_(zeros({shape.size()})),
      square_(zeros({shape.size()})),
      metrics_{
          {"denoising_error",
           "|r(x + sigma eps) - x|^2, summed over an example's numbers: what is minimised"},
          {"error_per_noise",
           "the error over that of leaving the noise where it is, d sigma^2: 1 is no denoiser at all; on "
           "images "
           "far below, since most noise lies off the digits",
           true},
          {"grad_norm", "Euclidean norm of the gradient, before clipping"},
      } {}

void Dae::register_state(State& state) {
  learner_.add_to(state);
  state.add("dae.noise", noise_rng_);
  state.add("dae.mean", mean_);
  state.add("dae.square", square_);
  state.add("dae.seen", seen_);
}

void Dae::train_step(const StepContext& context, std::span<double> metrics) {
  const Tensor& x = context.batch.x;
  const Tensor eps = randn_like(x, noise_rng_);
  {
    const Tape tape;
    const Tensor loss = mean(denoising_error([this](const Tensor& y) { return r(y); }, x, eps, sigma_));
    metrics[2] = learner_.step(loss, context.learning_rate);
    metrics[0] = loss.item();
    metrics[1] = metrics[0] / (static_cast<double>(shape_.size()) * sigma_ * sigma_);
  }
  const NoGrad quiet;
  const double share = 1.0 / static_cast<double>(++seen_);
  move_towards(mean_, mean(x, 0), share);
  move_towards(square_, mean(square(x), 0), share);
}

Tensor Dae::r(const Tensor& x) const {
  const Tensor y = denoiser_->forward(x * scale_);
  return bounded_ ? sigmoid(y) : y / scale_;
}

// In y = scale x the noise is scale sigma, and f as a function of x has the gradient (r(x) - x) / sigma^2.
Tensor Dae::log_density(const Tensor& x) const { return tied_->log_density(x * scale_, sigma_ * scale_); }

// A Gaussian with the noisy data's mean and variance in each number.
Tensor Dae::initial(int64_t n, Rng& rng) const {
  const Tensor spread = sqrt(clamp(square_ - square(mean_), 0, INFINITY) + sigma_ * sigma_);
  return mean_ + spread * randn({n, shape_.size()}, rng);
}

DenoisedSamples Dae::draw(int64_t n, Rng& rng) const {
  const Target target{.score = [this](const Tensor& x) {
    return denoiser_score([this](const Tensor& y) { return r(y); }, x, sigma_);
  }};
  const Tensor raw = run_chains(target, initial(n, rng), chain_, rng).x;
  return {raw, r(raw)};
}

Tensor Dae::sample(int64_t n, Rng& rng) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  const Tensor x = draw(n, rng).denoised;
  return shape_.is_image() ? as_images(x, shape_) : x;
}

Target Dae::target() {
  const auto averaged = learner_.hold_average();
  Target target;
  target.score = [this, averaged](const Tensor& x) {
    return denoiser_score([this](const Tensor& y) { return r(y); }, x, sigma_);
  };
  if (tied_) target.log_prob = [this, averaged](const Tensor& x) { return log_density(x); };
  target.initial = [this](int64_t n, Rng& rng) { return initial(n, rng); };
  return target;
}

Tensor Dae::held_out_errors(const DataView& data) const {
  Rng noise(data.seed, "dae/held_out");
  Tensors errors;
  for_each_batch(data.examples, Pixels::grey, data.seed, kExamplesAtOnce, [&](const Batch& batch) {
    const Tensor eps = randn_like(batch.x, noise);
    errors.push_back(denoising_error([this](const Tensor& y) { return r(y); }, batch.x, eps, sigma_));
  });
  return concat(errors, 0);
}

std::vector<Quantity> Dae::validate(const DataView& data) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  return {mean_over_examples("denoising_error", held_out_errors(data), "",
                             "|r(x + sigma eps) - x|^2 on examples that were not trained on")};
}

std::vector<Quantity> Dae::evaluate(const DataView& data) {
  std::vector<Quantity> out = validate(data);
  const double noise = static_cast<double>(shape_.size()) * sigma_ * sigma_;
  out.push_back({"noise", noise, NAN, "", "d sigma^2: the error of leaving the noise where it is"});
  out.push_back({"error_per_noise", out.front().value / noise, out.front().standard_error / noise, "",
                 "the share of the noise's square that is left"});
  return out;
}

std::vector<Picture> Dae::pictures(const DataView& data) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  Rng rng(data.seed, "pictures/chains");
  const DenoisedSamples samples = draw(shape_.is_image() ? 40 : 1000, rng);
  const auto denoise = [this](const Tensor& x) { return r(x); };
  const auto density = [this](const Tensor& x) { return log_density(x); };
  return dae_pictures({denoise, density, tied_, sigma_, shape_, samples}, data);
}

std::string Dae::reading(const DataView& data) {
  const std::vector<Quantity> found = evaluate(data);
  return fmt::format(
      "Each example carries noise of squared length d sigma^2 = {:.4g}; what is left after r is {:.4g} "
      "({:.1f}%). "
      "The score (r(x) - x)/sigma^2 is that of the noisy density p * N(0, {:g}^2): what chains draw from is "
      "as "
      "blurred as that, and the last step through r takes the blur off again. A smaller sigma draws finer "
      "detail, "
      "but chains then find it harder to go from one mode to another.",
      found[1].value, found[0].value, 100 * found[2].value, sigma_);
}

}  // namespace gradzoo
