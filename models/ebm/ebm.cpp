#include "gradzoo/models/ebm/ebm.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/nn/parallel/shards.h"
#include "gradzoo/samplers/tweedie.h"
#include "models/ebm/pictures.h"
#include "models/networks/conv_energy.h"
#include "models/pictures/samples_picture.h"
#include "samplers/given.h"

namespace gradzoo {

EnergyNetwork ebm_network(const EbmOptions& options, const DataShape& shape, Rng& rng) {
  const EnergyOptions& energy = options.energy;
  if (options.net == EbmNet::mlp) return {shape.size(), energy, rng};
  return {shape.size(), energy, "conv",
          std::make_unique<ConvEnergy>(shape,
                                       ConvEnergyOptions{.channels = options.channels,
                                                         .hidden = energy.hidden,
                                                         .activation = energy.activation,
                                                         .spectral_norm = energy.spectral_norm},
                                       rng)};
}

CdTerms contrastive_divergence(TensorFn log_density, const Tensor& data, const Tensor& samples, double l2) {
  const int64_t b = data.dim(0), c = samples.dim(0);
  const Tensor f = log_density(concat(data, samples.detach(), 0));  // (B + C)
  const Tensor f_data = slice(f, 0, 0, b), f_sample = slice(f, 0, b, b + c);
  Tensor loss = mean(f_sample) - mean(f_data);
  if (l2 > 0) loss = loss + (mean(square(f_data)) + mean(square(f_sample))) * l2;
  return {loss, f_data.detach(), f_sample.detach()};
}

double largest_gap(int64_t dimension, double l2) {
  const double free = 1000 + 100 * static_cast<double>(dimension);
  constexpr double kLeast = 10;  // so far a network may be off before it has learned
  return l2 > 0 ? std::clamp(2 / l2, kLeast, free) : free;
}

Ebm::Ebm(const EbmOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "ebm/init"),
      chain_rng_(training.stream_seed(), "ebm/chains"),
      network_(ebm_network(options, shape, init_rng_)),
      learner_(network_, training.learner(adam({.beta1 = options.beta1}))),
      chains_(options),
      cd_loss_(add_metric({"cd_loss", "nats",
                           "f(sample) - f(data), plus the l2 term; only its gradient matters. Near 0, data "
                           "and chains have the same mean f"})),
      f_data_(add_metric({"f_data", "nats", "mean f of the batch", true})),
      f_sample_(add_metric(
          {"f_sample", "nats",
           "mean f at the ends of the chains: far above f(data), they have found peaks without data", true})),
      grad_norm_(add_metric(grad_norm_info(true))),
      temperature_(
          add_metric({"temperature", "", "T = noise^2 / (2 step): the chains sample exp(f / T)", true})),
      acceptance_(
          add_metric({"acceptance", "", "share of accepted proposals; 1 for ula, which accepts all"})) {
  if (chains_.jump()) {
    jumps_taken_ = add_metric(
        {"jumps_taken", "", "share of accepted jumps: at 0 the weights of distant modes are not learned"});
  }
  add_learner(learner_);
  describe({.sampling = sampling_from(options_),
            .image_pictures = [this](const DataView& data) { return image_pictures(data); },
            .plane_pictures =
                [this](const DataView& data) {
                  Rng rng(data.seed, "pictures/chains");
                  return std::vector<Picture>{planes(rng)};
                },
            .interpretation = [this](const DataView&) { return reading(); }});
  if (in_plane(shape.toy.get()))
    description().snapshot = [this](const DataView&, Rng& rng) { return planes(rng); };
  if (options.init != ChainStart::buffer) return;
  if (shape.kind().pixels)
    description().snapshot = [this](const DataView&, Rng&) { return buffer_picture(); };
  const auto begin = [&](int64_t n, Rng& rng) { return start(n, rng); };
  buffer_.emplace(options.buffer, options.fresh, begin, init_rng_);
}

void Ebm::add_to(State& state) {
  state.add("ebm.chain_draws", chain_rng_);
  chains_.add_to(state, "ebm.sampler");
  if (buffer_) state.add_rows("ebm.buffer", buffer_->chains());
}

Tensor Ebm::noisy(const Tensor& x, Rng& rng) const {
  if (options_.data_noise == 0) return x;
  const Tensor y = x + randn_like(x, rng) * options_.data_noise;
  return options_.clamp ? clamp(y, 0, 1) : y;
}

// Uniform over the pixels' range, or over the toy's box; of 0 and 1 either.
Tensor Ebm::start(int64_t n, Rng& rng) const {
  if (options_.binary()) return bernoulli(full({n, shape_.size()}, 0.5), rng);
  Tensor u = rand({n, shape_.size()}, rng);
  if (!shape_.toy) return u;
  const Box box = shape_.toy->box();
  return box.centre() + (u - 0.5) * box.sides();
}

Target Ebm::chain_target() const {
  Target target = network_.target();
  target.binary = options_.binary();
  if (!shape_.toy) return target;
  const Box box = shape_.toy->box();
  target.extent = {box.low, box.high};
  return target;
}

void Ebm::check_gap(double f_data, double f_sample) const {
  const double gap = std::abs(f_data - f_sample), allowed = largest_gap(shape_.size(), options_.l2);
  if (gap <= allowed) return;
  throw NonFinite(
      "the model diverges: f(data) = {:.4g} and f(sample) = {:.4g} are {:.3g} nats apart, more than {:.4g}. "
      "Hint: use a smaller step, {}, or a smaller lr",
      f_data, f_sample, gap, allowed, options_.l2 > 0 ? "more chain_steps" : "--set l2=0.01");
}

void Ebm::train_step(const StepContext& context, MetricRow row) {
  const Tensor data = noisy(context.batch.x, chain_rng_);
  const int64_t n = data.dim(0);
  const auto begin = [&](int64_t count, Rng& rng) { return start(count, rng); };
  ReplayBuffer::Drawn drawn;
  std::optional<ReplayBuffer> buffer;
  if (buffer_)
    drawn = buffer.emplace(rows_of_shard(buffer_->chains()), options_.fresh).draw(n, begin, chain_rng_);
  const Tensor from = buffer ? drawn.x : options_.init == ChainStart::data ? data : start(n, chain_rng_);
  double accepted = 0;
  const Target target = chain_target();
  Tensor samples = chains_.walk(target, from, options_.chain_steps, chain_rng_, &accepted);
  if (chains_.jump()) {
    double taken = 0;
    samples = chains_.jump(target, samples, chain_rng_, &taken);
    row[*jumps_taken_] = taken;
  }

  Tape tape;
  const CdTerms terms = contrastive_divergence([&](const Tensor& x) { return network_.log_density(x); }, data,
                                               samples, options_.l2);
  row[cd_loss_] = terms.loss.item();
  row[f_data_] = mean(terms.f_data).item();
  row[f_sample_] = mean(terms.f_sample).item();
  check_gap(row[f_data_], row[f_sample_]);
  row[grad_norm_] = learner_.step(terms.loss, context.learning_rate);
  row[temperature_] = chains_.temperature();
  row[acceptance_] = accepted;
  if (buffer) buffer->put_back(drawn.rows, samples);
}

// f of the examples as training sees them, noise included.
Quantity Ebm::mean_f(const DataView& data) const {
  Rng rng(data.seed, "ebm/evaluation");
  const Batch batch =
      read_examples(data.examples, 0, std::min<int64_t>(data.examples.count(), 10000), options_.pixels, rng);
  Quantity f = mean_over_examples(kEbmFData, network_.log_density(noisy(batch.x, rng)),
                                  "mean f of held-out examples; if it is well below the mean f of the "
                                  "training batches, the model memorises its training examples" +
                                      of_the_first(batch.count(), data.examples));
  f.curve = f_data_;
  return f;
}

Quantities Ebm::do_validate(const DataView& data) {
  Quantities out{mean_f(data)};
  if (!shape_.toy || !shape_.toy->integrable()) return out;
  const DensityFit fit = density_fit(*shape_.toy, [&](const Tensor& x) { return network_.log_density(x); });
  out.add(density_quantities(
      fit, options_.data_noise > 0 ? "KL(truth || model) by quadrature, with the truth before noise was added"
                                   : "KL(truth || model) by quadrature"));
  return out;
}

Quantities Ebm::do_evaluate(const DataView& data) {
  Quantities out = do_validate(data);
  out.add(quantity(kEbmTemperature, chains_.temperature(),
                   "T = noise^2 / (2 step) of the chains, which sample exp(f / T)"));
  if (!buffer_ || is_closed()) return out;
  const Tensor f = network_.log_density(buffer_->chains());
  out.add(mean_over_examples(kEbmFSample, f, "mean f of the replay buffer's chains"));
  return out;
}

Tensor Ebm::chain_ends(int64_t n, int64_t steps, Rng& rng, const ShareDone& done) const {
  EbmChains chains(options_);
  const Tensor from = start(std::max(n, chains.fewest()), rng);
  return chains.walk_and_jump(chain_target(), from, steps, options_.chain_steps, rng, done).rows(0, n);
}

Tensor Ebm::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const int64_t steps = options_in<EbmOptions>(sampling).sample_steps;
  return ebm_examples(network_, chain_ends(request.n, steps, request.rng, request.done), shown_noise(),
                      shape_);
}

Picture Ebm::buffer_picture() const {
  const Tensor first = buffer_->chains().rows(0, std::min<int64_t>(100, buffer_->count()));
  Picture picture = samples_picture(ebm_examples(network_, first, shown_noise(), shape_));
  picture.caption = fmt::format("The states of the first hundred chains of the replay buffer{}.",
                                shown_noise() > 0 ? ", denoised" : "");
  return picture;
}

Picture Ebm::planes(Rng& rng) const {
  return ebm_planes(network_, *shape_.toy, chain_ends(1000, options_.sample_steps, rng));
}

std::vector<Picture> Ebm::image_pictures(const DataView& data) {
  Rng rng(data.seed, "pictures/chains");
  std::vector<Picture> out{ebm_chain_picture(network_, chain_target(), start(8, rng), options_.sample_steps,
                                             chains_, shown_noise(), shape_, rng)};
  if (shown_noise() > 0) {
    out.push_back(
        ebm_raw_and_denoised(network_, chain_ends(30, options_.sample_steps, rng), shown_noise(), shape_));
  }
  return out;
}

Abilities Ebm::do_abilities() {
  return {.target = {.log_prob = [this](const Tensor& x) { return network_.log_density(x); },
                     .binary = options_.binary(),
                     .data_noise = shown_noise()},
          .inpaint = [this](const InpaintRequest& request) { return completed_images(request); }};
}

Tensor Ebm::completed_images(const InpaintRequest& request) const {
  const Tensor values =
      options_.binary() ? bernoulli(request.images, request.rng) : noisy(request.images, request.rng);
  const Tensor raw = EbmChains(options_).walk(given(chain_target(), values, request.known),
                                              start(values.dim(0), request.rng), options_.sample_steps,
                                              request.rng, nullptr, request.done);
  const Tensor x = completed(raw, values, request.known);
  return shown_noise() > 0 ? tweedie_denoised(x, network_.score(x), shown_noise()) : x;
}

std::string Ebm::reading() const {
  const ChainMove& move = chains_.move();
  if (options_.binary())
    return "Chains change one element of x at a time, and keep the proposal y with probability min(1, "
           "exp(f(y) - f(x))), so long chains sample exp f. A short chain ends before it has tried most of "
           "hundreds of pixels. f(data) and f(sample) should stay near each other.";
  std::string text =
      options_.sampler == ebm_mh
          ? fmt::format(
                "Chains propose y = x + {:.4g} z, and keep y with probability min(1, exp(f(y) - f(x))). ",
                move.noise)
          : fmt::format(
                "Chains take x_next = x + {:.4g} grad f + {:.4g} z, so T = noise^2 / (2 step) = {:.4g}. ",
                move.step, move.noise, move.temperature());
  text += chains_.sample_f()
              ? "T is 1: up to the bias of finite steps and finite chains, the chains sample exp f. "
          : move.is_limited() ? "The steps are limited, so the chains do not sample exp f. "
                              : "T is not 1: the chains do not sample exp f, but exp(f / T) at best. ";
  if (chains_.jump()) {
    text += fmt::format(
        "After every {} transitions each chain gets {} proposals to jump, alternately to a uniform point of "
        "the box and by the difference of two other chains, so that f learns the weights of distant modes. ",
        options_.chain_steps, options_.jumps);
  }
  text +=
      "f(data) and f(sample) should stay near each other. If f(sample) runs away upwards, the chains find "
      "peaks without data faster than the network removes them. If both grow without end, f becomes so steep "
      "that the chains cannot move (l2 or clip prevent it).";
  if (shown_noise() > 0) {
    text += fmt::format(
        " The data carry Gaussian noise of {:.3g}, so f learns the log-density of noisy data. Pictures show "
        "denoised samples: x + {:.3g}^2 grad f(x).",
        options_.data_noise, options_.data_noise);
  }
  return text;
}

}  // namespace gradzoo
