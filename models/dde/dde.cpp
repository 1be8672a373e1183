#include "models/dde/dde.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/base/density_quantities.h"
#include "models/base/mode_quantities.h"
#include "models/base/over_examples.h"
#include "models/eval/noised_toy.h"
#include "models/pictures/image_pictures.h"
#include "models/pictures/plane_pictures.h"
#include "samplers/kinds/langevin.h"
#include "samplers/tweedie.h"

namespace gradzoo {
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
      density_(shape.size(), options.energy, init_rng_),
      density_learner_("density", density_, training.learner()),
      error_(add_metric({"density_error",
                         "the loss: |grad f_p(x + e) + e|^2 / sigma^2 for each element; 1 if f_p is flat. It "
                         "falls to a floor above 0, since many e lead to one x + e",
                         true})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(density_learner_);
  if (!options.generator) return;
  gap_ =
      add_metric({"fake_gap_nats", "the generator's loss: mean [f_q - f_p] / sigma^2 at noisy fakes", true});
  generator_.emplace(
      layer_sizes(options.latent, options.generator_hidden, shape.size()), init_rng_,
      MlpOptions{.activation = "silu", .final_activation = shape.is_image() ? "sigmoid" : "identity"});
  if (options.fake_density) {
    fake_error_ = add_metric({"fake_density_error", "the same for f_q, on the generator's samples", true});
    fake_density_.emplace(shape.size(), options.energy, init_rng_);
    fake_learner_.emplace("fake_density", *fake_density_, training.learner());
    add_learner(*fake_learner_);
  }
  generator_learner_.emplace("generator", *generator_, training.learner());
  add_last_learner(*generator_learner_);
}

void Dde::add_to(State& state) { state.add("dde.noise", noise_rng_); }

std::unique_ptr<SamplingOptions> Dde::sampling_options() const {
  if (generator_) return Model::sampling_options();
  return sampling_options_of(options_);
}

Tensor Dde::denoising_error(const EnergyNetwork& network, const Tensor& x, const Tensor& eps) const {
  const double sigma = options_.sigma;
  const Tensor noise = concat(eps, -eps, 0);
  const Tensor score = network.score(concat(x, x, 0) + noise * sigma, is_recording());
  return mean(square(score * sigma + noise), 1);
}

Tensor Dde::generate(const Tensor& z) const { return generator_->forward(z); }

// f_q's step on fakes, then G's.
void Dde::train_generator(int64_t n, double rate, MetricRow row) {
  const Tensor z = randn({n, options_.latent}, noise_rng_), eps = randn({n, shape_.size()}, noise_rng_);
  if (fake_density_) {
    const Tensor fake = [&] {
      const NoGrad quiet;
      return generate(z);
    }();
    const Tape tape;
    const Tensor loss = mean(denoising_error(*fake_density_, fake, eps));
    row[*fake_error_] = loss.item();
    fake_learner_->step(loss, rate);
  }
  const Tape tape;
  const Tensor noisy = generate(z) + eps * options_.sigma;
  const Tensor f_p = density_.log_density(noisy);
  const Tensor gap = mean(fake_density_ ? fake_density_->log_density(noisy) - f_p : -f_p);
  row[*gap_] = gap.item();
  generator_learner_->step(gap, rate);
}

void Dde::train_step(const StepContext& context, MetricRow row) {
  const Tensor& x = context.batch.x;
  const Tensor eps = randn_like(x, noise_rng_);
  {
    const Tape tape;
    const Tensor loss = mean(denoising_error(density_, x, eps));
    row[error_] = loss.item();
    row[grad_norm_] = density_learner_.step(loss, context.learning_rate);
  }
  if (generator_) train_generator(x.dim(0), context.learning_rate, row);
}

Quantities Dde::do_validate(const DataView& data) {
  Rng rng(data.seed, "dde/evaluation");
  const int64_t n = std::min<int64_t>(data.examples.count(), 1000);
  const Tensor x = read_examples(data.examples, 0, n, Pixels::grey, rng).x;
  const Tensor both = denoising_error(density_, x, randn_like(x, rng));
  Quantity error = mean_over_examples(kDdeError, (both.rows(0, n) + both.rows(n, 2 * n)) * 0.5,
                                      "the loss on examples that were not trained on");
  error.curve = error_;
  Quantities out{error};
  if (!generator_ || !shape_.toy || shape_.toy->modes() == nullptr) return out;
  Rng samples(data.seed, "eval/samples");
  out.add(coverage_quantities(
      mode_coverage(generate(randn({kModeSamples, options_.latent}, samples)), *shape_.toy->modes())));
  return out;
}

Quantities Dde::do_evaluate(const DataView& data) {
  Quantities out = do_validate(data);
  if (!in_plane(shape_.toy.get())) return out;
  const DdeFit fit = dde_fit(*shape_.toy, options_.sigma, [this](const Tensor& x) { return log_density(x); });
  Quantity kl = quantity(kKl, fit.kl, "KL(truth with noise of sigma || model) by quadrature");
  kl.density_kind = kKlToTruth;
  out.add(std::move(kl));
  out.add(quantity(kDdeOffsetSd, fit.offset.sd, "standard deviation of f_p / sigma^2 - log p^ under p^"));
  out.add(quantity(kDdeOffsetMax, fit.offset.largest,
                   "its largest distance from the mean, on the 99 % most likely points"));
  return out;
}

// From where the noisy data could be, by Langevin steps on log p^; the last through Tweedie. Images begin as
// uniform noise: near black, which f_p is never shown either, chains stay where they are.
Tensor Dde::chain_ends(int64_t n, const DdeOptions& options, Rng& rng) const {
  const double sigma = options_.sigma;
  Tensor x = rand({n, shape_.size()}, rng);
  if (shape_.toy) x = shape_.toy->box().centre() + (x - 0.5) * shape_.toy->box().sides();
  UnadjustedLangevin langevin({.step = options.chain_step * sigma * sigma});
  const Target target = density_.target();
  langevin.begin(target, x);
  for (int64_t i = 0; i < options.chain_steps; ++i) langevin.step(target, rng);
  return tweedie_denoised(langevin.x(), langevin.value().score, sigma);
}

Tensor Dde::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const Tensor x = generator_ ? generate(randn({request.n, options_.latent}, request.rng))
                              : chain_ends(request.n, options_in<DdeOptions>(sampling), request.rng);
  return shape_.is_image() ? as_images(x, shape_) : x;
}

std::vector<Picture> Dde::do_pictures(const DataView& data) {
  Rng rng(data.seed, "pictures/dde");
  if (in_plane(shape_.toy.get())) {
    return {density_picture(
        "density", "The true density; exp f_p / Z, which learns the truth with noise of sigma; samples.",
        *shape_.toy, [this](const Tensor& x) { return log_density(x); }, drawn(1000, rng))};
  }
  if (!shape_.is_image()) return {};
  return {neighbours_picture(flatten_rows(drawn(2 * kImageColumns, rng)), shape_, data.train)};
}

// The density is that of data with noise of sigma.
Abilities Dde::do_abilities() {
  return {.target = {.log_prob = [this](const Tensor& x) { return log_density(x); },
                     .data_noise = options_.sigma}};
}

std::string Dde::do_interpretation(const DataView&) {
  std::string text = fmt::format(
      "f_p / sigma^2 is the log-density of data with noise of {:g}, up to a constant, so its peaks are no "
      "sharper than that noise. ",
      options_.sigma);
  if (!generator_) return text + "Samples are the ends of Langevin chains on it, after a denoising step.";
  text +=
      "Samples come from a generator, which moves to where f_p is above the log-density of its own samples.";
  if (!fake_density_)
    text += " Without that log-density nothing keeps it from collapsing onto the highest peak.";
  return text;
}

}  // namespace gradzoo
