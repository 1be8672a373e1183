#include "gradzoo/models/dde/dde.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/nn/learn/schedule.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/tweedie.h"

namespace gradzoo {
Tensor LevelNet::forward(const Tensor&) const {
  throw Error("a denoiser at many noise levels needs the noise. Hint: call predict(x, sigma)");
}

LevelPerceptron::LevelPerceptron(int64_t inputs, const std::vector<int64_t>& hidden, double input_scale,
                                 Rng& rng)
    : input_scale_(input_scale) {
  int64_t width = inputs + 1;
  const auto add = [&](const std::string& name, int64_t out) {
    layers_.push_back(std::make_unique<Linear>(width, out, rng));
    register_module(name, *layers_.back());
    width = out;
  };
  for (size_t i = 0; i < hidden.size(); ++i) add(fmt::format("hidden_{}", i), hidden[i]);
  add("out", inputs);
}

Tensor LevelPerceptron::predict(const Tensor& x, const Tensor& sigma) const {
  Tensor h = silu((*layers_.front())(concat(x * input_scale_, log(sigma), 1)));
  for (size_t i = 1; i + 1 < layers_.size(); ++i) {
    const Tensor next = silu((*layers_[i])(h));
    h = next.shape() == h.shape() ? h + next : next;
  }
  return (*layers_.back())(h);
}

LevelUnet::LevelUnet(const DataShape& shape, int64_t channels, double widest, double least, Rng& rng)
    : log_widest_(std::log(widest)),
      log_least_(std::log(least)),
      net_({.channels = channels}, shape, 0, rng) {
  register_module("unet", net_);
}

Tensor LevelUnet::predict(const Tensor& x, const Tensor& sigma) const {
  const Tensor t = (log_widest_ - log(sigma)) * (1 / (log_widest_ - log_least_));
  return net_.predict(x, reshape(clamp(t, 0, 1), {x.dim(0)}), {});
}

Tensor NoisyDensity::score(const Tensor& x, const Tensor& sigma, bool create_graph) const {
  // Rows do not interact, so the gradient of the sum has each row's own gradient in its row.
  const FunctionalScope scope(create_graph);
  const Tensor points = scope.input(x);
  return scope.result(grad(sum(log_density(points, sigma)), points, {.create_graph = create_graph}));
}

Tensor NoisyDensity::forward(const Tensor&) const {
  throw Error("a density of noisy data needs the noise. Hint: call log_density(x, sigma)");
}

LevelDensity::LevelDensity(std::unique_ptr<LevelNet> net, Tensor data_mean, Tensor data_variance)
    : mean_(std::move(data_mean)), variance_(std::move(data_variance)), net_(std::move(net)) {
  register_module("net", *net_);
}

Tensor LevelDensity::log_density(const Tensor& x, const Tensor& sigma) const {
  const Tensor total = square(sigma) + variance_, length = sqrt(total);  // (B, 1)
  const Tensor centred = x - mean_;
  const Tensor guess = net_->predict(centred / length, sigma);
  // x - r = sigma (sigma/total (x - m) - sqrt(v/total) net), so that nothing is lost by the difference.
  const Tensor moved = centred * (sigma / total) - guess * (sqrt(variance_) / length);
  return sum(square(moved), 1) * -0.5;
}

DdeFit dde_fit(const Toy& toy, double sigma, TensorFn log_density) {
  const NoisedToy truth = noised_toy(toy, sigma);
  const Tensor f = on_grid(truth.grid, log_density, DType::f32);
  const double log_z = log_partition(truth.grid, f);
  const std::vector<double> log_p = truth.log_p.to_vector(), values = f.to_vector();
  double mean_offset = 0, square_offset = 0, mass = 0;
  std::vector<size_t> order;
  for (size_t i = 0; i < log_p.size(); ++i) {
    const double weight = std::exp(log_p[i]) * truth.grid.volume;
    if (!(weight > 0)) continue;
    const double offset = values[i] - log_p[i];
    mass += weight;
    mean_offset += weight * offset;
    square_offset += weight * offset * offset;
    order.push_back(i);
  }
  mean_offset /= mass;
  const double sd = std::sqrt(std::max(0.0, square_offset / mass - mean_offset * mean_offset));
  std::ranges::sort(order, [&](size_t a, size_t b) { return log_p[a] > log_p[b]; });
  double seen = 0, largest = 0;
  for (const size_t i : order) {
    if (seen > 0.99 * mass) break;
    seen += std::exp(log_p[i]) * truth.grid.volume;
    largest = std::max(largest, std::abs(values[i] - log_p[i] - mean_offset));
  }
  return {{sd, largest}, log_z - mean_offset};  // KL = E_p[log p - f] + log Z
}

Dde::Dde(const DdeOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "dde/init"),
      noise_rng_(training.stream_seed(), "dde/noise"),
      data_mean_(zeros({1, shape.size()})),
      data_variance_(ones({1, 1})),
      density_(make_density()),
      density_learner_("density", *density_, training.learner()),
      error_(add_metric({"density_error", "",
                         "loss: |sigma grad f_p(x + sigma e) + e|^2 per element; 1 if f_p is flat. Its "
                         "minimum is above 0, since many e lead to one x + sigma e",
                         true})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(density_learner_);
  describe(
      {.image_pictures =
           [this](const DataView& data) {
             Rng rng(data.seed, "pictures/dde");
             const Tensor samples = flatten_rows(drawn(2 * kImageColumns, rng));
             return std::vector<Picture>{neighbours_picture(samples, shape_, data.train)};
           },
       .plane_pictures =
           [this](const DataView& data) {
             Rng rng(data.seed, "pictures/dde");
             return std::vector<Picture>{density_picture(
                 "density",
                 "The true density; exp f_p / Z, which learns the true density with noise of sigma; samples.",
                 *data.toy, [this](const Tensor& x) { return log_density(x); }, drawn(1000, rng))};
           },
       .interpretation = [this](const DataView&) { return reading(); }});
  if (!options.generator) description().sampling = sampling_from(options_);
  if (!options.generator) return;
  gap_ = add_metric({"fake_gap", "nats", "generator's loss: mean f_q - f_p at noisy fakes", true});
  generator_ = make_generator();
  if (options.fake_density) {
    fake_error_ = add_metric({"fake_density_error", "", "the loss of f_q, on the generator's samples", true});
    fake_density_ = make_density();
    fake_learner_.emplace("fake_density", *fake_density_, training.learner());
    add_learner(*fake_learner_);
  }
  generator_learner_.emplace("generator", *generator_,
                             training.learner(adam({.beta1 = options.generator_beta1})));
  add_last_learner(*generator_learner_);
}

std::unique_ptr<NoisyDensity> Dde::make_density() {
  if (!has_levels()) return std::make_unique<OneLevelDensity>(shape_.size(), options_.energy, init_rng_);
  std::unique_ptr<LevelNet> net;
  if (options_.net == DdeNet::unet) {
    net = std::make_unique<LevelUnet>(shape_, options_.channels, options_.sigma_begin, options_.sigma,
                                      init_rng_);
  } else {
    net = std::make_unique<LevelPerceptron>(shape_.size(), options_.energy.hidden,
                                            options_.energy.input_scale, init_rng_);
  }
  return std::make_unique<LevelDensity>(std::move(net), data_mean_, data_variance_);
}

void Dde::prepare(const Examples& examples) {
  if (!has_levels()) return;
  constexpr int64_t kSeen = 10000;
  const Tensor x =
      inner(read_examples(examples, 0, std::min(examples.count(), kSeen), Pixels::grey, noise_rng_).x);
  const Tensor centre = mean(x, 0, true);
  const auto copy = [](const Tensor& from, Tensor& to) {
    std::copy_n(from.data<float>(), from.size(), to.mutable_data<float>());
  };
  copy(centre, data_mean_);
  copy(reshape(mean(square(x - centre)), {1, 1}), data_variance_);
}

std::unique_ptr<Module> Dde::make_generator() {
  constexpr int64_t kGroup = 8;  // channels that are normalised together
  if (is_codable(shape_))
    return std::make_unique<ImageDecoder>(
        options_.latent, shape_, init_rng_,
        ImageCoderOptions{.channels = options_.channels, .norm_groups = options_.channels / kGroup});
  return std::make_unique<Mlp>(layer_sizes(options_.latent, options_.generator_hidden, shape_.size()),
                               init_rng_, MlpOptions{.activation = "silu"});
}

void Dde::add_to(State& state) {
  state.add("dde.noise", noise_rng_);
  if (!has_levels()) return;
  state.add("dde.data_mean", data_mean_);
  state.add("dde.data_variance", data_variance_);
}

Tensor Dde::draw_levels(int64_t n, double least, Rng& rng) const {
  if (!has_levels()) return full({n, 1}, options_.sigma);
  const double range = std::log(options_.sigma_begin / least);
  return exp(reshape(stratified_times(n, rng), {n, 1}) * range + std::log(least));
}

Tensor Dde::denoising_error(const NoisyDensity& density, const Tensor& x, const Tensor& eps,
                            const Tensor& sigma) const {
  const Tensor score = density.score(x + eps * sigma, sigma, is_recording());
  return mean(square(score * sigma + eps), 1);
}

Tensor Dde::generate(const Tensor& z) const {
  const Tensor x = generator_->forward(z);
  return Units(shape_.kind()).squashed_in_data(x);
}

double Dde::train_density(const NoisyDensity& density, Learner& learner, const Tensor& x, double rate,
                          double& norm) {
  Tensor points = x, eps = randn_like(x, noise_rng_),
         sigma = draw_levels(x.dim(0), options_.sigma, noise_rng_);
  if (!has_levels()) {  // +e and -e of each example: their errors cancel in part
    points = concat(x, x, 0);
    eps = concat(eps, -eps, 0);
    sigma = concat(sigma, sigma, 0);
  }
  const Tape tape;
  const Tensor loss = mean(denoising_error(density, points, eps, sigma));
  const double value = loss.item();
  norm = learner.step(loss, rate);
  return value;
}

void Dde::train_fake_density(int64_t n, double rate, MetricRow row) {
  double norm = 0;
  for (int64_t i = 0; i < options_.fake_steps; ++i) {
    const Tensor fake = [&] {
      const NoGrad quiet;
      return inner(generate(randn({n, options_.latent}, noise_rng_)));
    }();
    row[*fake_error_] = train_density(*fake_density_, *fake_learner_, fake, rate, norm);
  }
}

void Dde::train_generator(int64_t n, const StepContext& context, MetricRow row) {
  const double done = static_cast<double>(context.step - options_.density_steps) /
                      static_cast<double>(std::max<int64_t>(1, context.steps - options_.density_steps));
  const double first = std::max(options_.generator_sigma, options_.sigma);
  const double least = first * std::pow(options_.sigma / first, done);
  const Tensor sigma = draw_levels(n, least, noise_rng_);
  const Tensor z = randn({n, options_.latent}, noise_rng_), eps = randn({n, shape_.size()}, noise_rng_);
  const Tape tape;
  const Tensor noisy = inner(generate(z)) + eps * sigma;
  const Tensor difference = gap(noisy, sigma);
  row[*gap_] = mean(difference.detach()).item();
  generator_learner_->step(generator_loss(difference, sigma),
                           options_.generator_lr > 0 ? options_.generator_lr : context.learning_rate);
}

Tensor Dde::gap(const Tensor& x, const Tensor& sigma) const {
  const Tensor f_p = density_->log_density(x, sigma);
  return fake_density_ ? fake_density_->log_density(x, sigma) - f_p : neg(f_p);
}

Tensor Dde::generator_loss(const Tensor& difference, const Tensor& sigma) const {
  return mean(difference * (reshape(sigma, {sigma.dim(0)}) / options_.sigma));
}

void Dde::train_step(const StepContext& context, MetricRow row) {
  const Tensor x = inner(context.batch.x);
  if (!generator_) {
    learn_data(x, context.learning_rate, row);
  } else if (context.step < options_.density_steps) {
    prepare_for_generator(x, context, row);
  } else {
    teach_generator(x, context, row);
  }
}

void Dde::learn_data(const Tensor& x, double rate, MetricRow row) {
  row[error_] = train_density(*density_, density_learner_, x, rate, row[grad_norm_]);
}

// f_q begins as the f_p that the last of these steps leaves.
void Dde::prepare_for_generator(const Tensor& x, const StepContext& context, MetricRow row) {
  learn_data(x, context.learning_rate * linear_decay(context.step, options_.density_steps), row);
  row[*gap_] = 0;
  if (!fake_density_) return;
  row[*fake_error_] = 0;
  if (context.step < options_.density_steps - 1) return;
  const Tensor& from = density_learner_.parameters().flat();
  std::copy_n(from.data<float>(), from.size(), fake_learner_->parameters().flat().mutable_data<float>());
}

// Where f_p had steps of its own, it stands still from here on.
void Dde::teach_generator(const Tensor& x, const StepContext& context, MetricRow row) {
  if (options_.density_steps == 0) {
    learn_data(x, context.learning_rate, row);
  } else {
    const NoGrad quiet;
    const Tensor sigma = draw_levels(x.dim(0), options_.sigma, noise_rng_);
    row[error_] = mean(denoising_error(*density_, x, randn_like(x, noise_rng_), sigma)).item();
    row[grad_norm_] = 0;
  }
  if (fake_density_) train_fake_density(x.dim(0), context.learning_rate, row);
  train_generator(x.dim(0), context, row);
}

Quantities Dde::do_validate(const DataView& data) {
  Rng rng(data.seed, "dde/evaluation");
  const int64_t n = std::min<int64_t>(data.examples.count(), 1000);
  const Tensor x = read_examples(data.examples, 0, n, Pixels::grey, rng).x;
  const Tensor centre = inner(x);
  const Tensor eps = randn_like(x, rng), sigma = draw_levels(n, options_.sigma, rng);
  const Tensor both = concat(denoising_error(*density_, centre, eps, sigma),
                             denoising_error(*density_, centre, -eps, sigma), 0);
  Quantity error = mean_over_examples(kDdeError, (both.rows(0, n) + both.rows(n, 2 * n)) * 0.5,
                                      "loss on held-out examples" + of_the_first(n, data.examples));
  error.curve = error_;
  Quantities out{error};
  if (!generator_ || shape_.modes() == nullptr) return out;
  Rng samples(data.seed, "eval/samples");
  out.add(coverage_quantities(
      mode_coverage(generate(randn({kModeSamples, options_.latent}, samples)), *shape_.modes())));
  return out;
}

Quantities Dde::do_evaluate(const DataView& data) {
  Quantities out = do_validate(data);
  if (!in_plane(shape_.toy.get())) return out;
  const DdeFit fit = dde_fit(*shape_.toy, options_.sigma, [this](const Tensor& x) { return log_density(x); });
  Quantity kl = quantity(kKl, fit.kl, "KL(truth with noise of sigma || model) by quadrature");
  kl.density_kind = kKlToTruth;
  out.add(std::move(kl));
  out.add(quantity(kDdeOffsetSd, fit.offset.sd, "standard deviation of f_p - log p^ under p^"));
  out.add(quantity(kDdeOffsetMax, fit.offset.largest,
                   "largest distance of f_p - log p^ from its mean, on the 99% most likely points"));
  return out;
}

// In the data's own units, [0,1] of images, whose noise is half as wide there.
Tensor Dde::log_density(const Tensor& x, std::optional<double> sigma) const {
  const double level = sigma ? *sigma * unit() : options_.sigma;
  return density_->log_density(inner(x), full({x.dim(0), 1}, level, x.dtype()));
}

Tensor Dde::noisy_score(const Tensor& x, double sigma) const {
  return density_->score(inner(x), full({x.dim(0), 1}, sigma * unit(), x.dtype())) * unit();
}

// From where the noisy data could be, by Langevin steps on log p^; the last through Tweedie.
Tensor Dde::chain_ends(int64_t n, const DdeOptions& options, Rng& rng) const {
  const double sigma = options_.sigma, step = options.chain_step * sigma * sigma;
  const Target target = target_of_least();
  Tensor x = rand({n, shape_.size()}, rng);
  if (shape_.toy) x = shape_.toy->box().centre() + (x - 0.5) * shape_.toy->box().sides();
  UnadjustedLangevin langevin({.step = step});
  langevin.begin(target, x);
  for (int64_t i = 0; i < options.chain_steps; ++i) langevin.step(target, rng);
  return tweedie_denoised(langevin.x(), langevin.value().score, sigma);
}

// What `walk` makes of noise on the way down the levels, at each by the score there.
Tensor Dde::along_levels(Rng& rng, const ShareDone& done, FunctionRef<Tensor(const Trajectory&)> walk) const {
  const NoisePath path = geometric_path(options_.sigma_begin, options_.sigma);
  const auto predict = [&](const Tensor& x, double t) {
    const Mixing at = path(t);
    return prediction_from_score(density_->score(x, full({x.dim(0), 1}, at.noise, x.dtype())), x, at);
  };
  return outer(walk({path, predict, rng, {}, done}));
}

Tensor Dde::down_levels(int64_t n, int64_t steps, Rng& rng, const ShareDone& done) const {
  return along_levels(rng, done, [&](const Trajectory& trajectory) {
    const Tensor noise = randn({n, shape_.size()}, rng) * options_.sigma_begin;
    return follow_path(trajectory, ancestral_step, noise + data_mean_, steps);
  });
}

Tensor Dde::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const DdeOptions& options = options_in<DdeOptions>(sampling);
  const Tensor x = generator_     ? generate(randn({request.n, options_.latent}, request.rng))
                   : has_levels() ? down_levels(request.n, options.chain_steps, request.rng, request.done)
                                  : chain_ends(request.n, options, request.rng);
  return as_examples(x, shape_);
}

// The density is that of data with noise of sigma.
Target Dde::target_of_least() const {
  Target target{.log_prob = [this](const Tensor& x) { return log_density(x); },
                .data_noise = options_.sigma / unit()};
  if (has_levels()) {
    target.noisy_score = [this](const Tensor& x, double sigma) { return noisy_score(x, sigma); };
    target.noise_range = {options_.sigma / unit(), options_.sigma_begin / unit()};
  }
  return target;
}

// Chains at the least noise alone would not come down from where they begin.
Tensor Dde::completed_images(const InpaintRequest& request) const {
  constexpr int64_t kSteps = 50, kRepeats = 10;
  const Tensor data = inner(request.images);
  return along_levels(request.rng, request.done, [&](const Trajectory& trajectory) {
    const Tensor noise = randn_like(data, request.rng) * options_.sigma_begin;
    return complete_path(trajectory, ancestral_step, noise + data_mean_, {data, request.known}, kSteps,
                         kRepeats);
  });
}

Abilities Dde::do_abilities() {
  Abilities own{.target = target_of_least()};
  if (has_levels()) own.inpaint = [this](const InpaintRequest& request) { return completed_images(request); };
  return own;
}

std::string Dde::reading() const {
  std::string text = fmt::format(
      "f_p is the log-density of data with noise of {:g}, up to a constant, so this noise limits the "
      "sharpness of its peaks. ",
      options_.sigma);
  if (!generator_ && has_levels())
    return text +
           "Samples go from wide noise down to this noise, along the density's gradient at each level.";
  if (!generator_) return text + "Samples are the ends of Langevin chains on f_p, after a denoising step.";
  text +=
      "Samples come from a generator, which moves towards points where f_p is above the log-density of its "
      "own samples.";
  if (!fake_density_)
    text += " Without this log-density nothing keeps the generator from collapsing onto the highest peak.";
  return text;
}

}  // namespace gradzoo
