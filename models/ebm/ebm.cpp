#include "models/ebm/ebm.h"

#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/ebm/pictures.h"
#include "models/eval/over_examples.h"
#include "models/eval/quadrature.h"
#include "models/pictures/plane_pictures.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

ChainStart parse_start(const std::string& name) {
  return name == "data" ? ChainStart::data : name == "noise" ? ChainStart::noise : ChainStart::buffer;
}

}  // namespace

CdTerms contrastive_divergence(TensorFn log_density, const Tensor& data, const Tensor& samples, double l2) {
  const int64_t b = data.dim(0), c = samples.dim(0);
  const Tensor f = log_density(concat(data, samples.detach(), 0));  // (B + C)
  const Tensor f_data = slice(f, 0, 0, b), f_sample = slice(f, 0, b, b + c);
  Tensor loss = mean(f_sample) - mean(f_data);
  if (l2 > 0) loss = loss + (mean(square(f_data)) + mean(square(f_sample))) * l2;
  return {loss, f_data.detach(), f_sample.detach()};
}

Tensor langevin(const Target& target, const Tensor& x, int64_t steps, const LangevinOptions& options,
                Rng& rng, double* accepted) {
  const ChainOptions chain{
      .kind = options.kind, .step = options.step, .noise_scale = options.noise / std::sqrt(2 * options.step)};
  PointValue value = value_and_score(target, x);
  Tensor at = x;
  double moved = 0;
  for (int64_t i = 0; i < steps; ++i) at = transition(target, at, value, chain, rng, &moved);
  if (!all_finite(value.log_prob) || !all_finite(value.score)) {
    throw NonFinite(fmt::format(
        "f or its gradient is not finite where the chains stand after steps of {:g}; step={:g} may hold them",
        options.step, options.step / 10));
  }
  if (accepted) *accepted += moved / static_cast<double>(steps);
  return at;
}

Ebm::Ebm(const Settings& settings, const DataShape& shape)
    : shape_(shape),
      init_rng_(settings.seed(), "ebm/init"),
      chain_rng_(settings.seed(), "ebm/chains"),
      network_(energy_shape(settings, shape.size()), init_rng_),
      learner_(network_, {.adam = {.beta1 = settings.real("beta1")},
                          .clip = settings.real("clip"),
                          .ema = settings.real("ema")}),
      langevin_{parse_sampler(settings.text("sampler")), settings.real("step"), settings.real("noise")},
      init_(parse_start(settings.text("init"))),
      chain_steps_(settings.integer("chain_steps")),
      sample_steps_(settings.integer("sample_steps")),
      data_noise_(settings.real("data_noise")),
      l2_(settings.real("l2")) {
  if (init_ == ChainStart::buffer) {
    const auto begin = [&](int64_t n, Rng& rng) { return start(n, rng); };
    buffer_.emplace(settings.integer("buffer"), settings.real("fresh"), begin, init_rng_);
  }
  metrics_ = {
      {"cd_loss_nats",
       "f(sample) - f(data), plus l2's share: its gradient is what counts; near 0 the chains look "
       "to f as the data do"},
      {"f_data_nats", "mean f of the batch", true},
      {"f_sample_nats",
       "mean f where the chains ended: far above f(data) they have found what the data do not have", true},
      {"grad_norm", "Euclidean norm of the gradient, before clipping", true},
      {"temperature", "T = noise^2 / (2 step): the chains sample exp(f / T)", true},
      {"acceptance", "share of the chains' moves that were accepted; 1 for ula, which accepts all"},
  };
}

void Ebm::register_state(State& state) {
  learner_.add_to(state);
  state.add("ebm.chain_draws", chain_rng_);
  if (buffer_) state.add("ebm.buffer", buffer_->chains());
}

Tensor Ebm::noisy(const Tensor& x, Rng& rng) const {
  return data_noise_ > 0 ? x + randn_like(x, rng) * data_noise_ : x;
}

// Uniform over the pixels' range, or over the toy's box.
Tensor Ebm::start(int64_t n, Rng& rng) const {
  const NoGrad quiet;
  Tensor u = rand({n, shape_.size()}, rng);
  if (!shape_.toy) return u;
  const Box box = shape_.toy->box();
  std::vector<double> width = box.high;
  for (size_t i = 0; i < width.size(); ++i) width[i] -= box.low[i];
  const Shape row{1, shape_.size()};
  return tensor(box.low, row) + u * tensor(width, row);
}

// E_data f - E_model f is of the order of the dimension for any model that has learned something: far beyond,
// the network outruns its chains.
void Ebm::check_gap(double f_data, double f_sample) const {
  const double allowed = 1000 + 100 * static_cast<double>(shape_.size());
  if (std::abs(f_data - f_sample) <= allowed) return;
  throw NonFinite(
      fmt::format("the model diverges: f(data) = {:.4g} and f(sample) = {:.4g} are {:.3g} nats apart. "
                  "A smaller step and --set l2=0.01 hold it back too",
                  f_data, f_sample, std::abs(f_data - f_sample)));
}

void Ebm::train_step(const StepContext& context, std::span<double> metrics) {
  const Tensor data = noisy(context.batch.x, chain_rng_);
  const int64_t n = data.dim(0);
  const auto begin = [&](int64_t count, Rng& rng) { return start(count, rng); };
  ReplayBuffer::Drawn drawn;
  if (buffer_) drawn = buffer_->draw(n, begin, chain_rng_);
  const Tensor from = buffer_ ? drawn.x : init_ == ChainStart::data ? data : start(n, chain_rng_);
  double accepted = 0;
  const Tensor samples = langevin(network_.target(), from, chain_steps_, langevin_, chain_rng_, &accepted);

  Tape tape;
  const CdTerms terms =
      contrastive_divergence([&](const Tensor& x) { return network_.log_density(x); }, data, samples, l2_);
  metrics[0] = terms.loss.item();
  metrics[1] = mean(terms.f_data).item();
  metrics[2] = mean(terms.f_sample).item();
  check_gap(metrics[1], metrics[2]);
  metrics[3] = learner_.step(terms.loss, context.learning_rate);
  metrics[4] = langevin_.temperature();
  metrics[5] = accepted;
  if (buffer_) buffer_->put_back(drawn.rows, samples);
}

// f of the examples as training sees them, noise included.
Quantity Ebm::mean_f(const Examples& examples, uint64_t seed) const {
  const NoGrad quiet;
  Rng rng(seed, "ebm/evaluation");
  const Batch batch =
      read_examples(examples, 0, std::min<int64_t>(examples.count(), 10000), Pixels::grey, rng);
  const Tensor f = network_.log_density(noisy(batch.x, rng));
  return mean_over_examples(
      "f_data", f, "nats",
      "mean f of held-out examples: well below that of the batches, the model remembers them");
}

std::vector<Quantity> Ebm::validate(const DataView& data) {
  const auto averaged = learner_.averaged();
  std::vector<Quantity> out{mean_f(data.examples, data.seed)};
  if (!shape_.toy || shape_.size() > 2 || !shape_.toy->why_no_density().empty()) return out;
  const DensityFit fit = density_fit(*shape_.toy, [&](const Tensor& x) { return network_.log_density(x); });
  out.push_back({"kl", fit.kl, NAN, "nats",
                 data_noise_ > 0
                     ? "KL(truth || model) by quadrature, the truth without the noise that was added"
                     : "KL(truth || model) by quadrature"});
  out.push_back({"log_z", fit.log_partition, fit.box_error, "nats",
                 "log Z by quadrature; beside it how far it moves when the box is doubled"});
  return out;
}

std::vector<Quantity> Ebm::evaluate(const DataView& data) {
  std::vector<Quantity> out = validate(data);
  out.push_back({"temperature", langevin_.temperature(), NAN, "",
                 "T = noise^2 / (2 step) of the chains, which sample exp(f / T)"});
  if (!buffer_) return out;
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  const Tensor f = network_.log_density(buffer_->chains());
  out.push_back(mean_over_examples("f_sample", f, "nats", "mean f of the replay buffer's chains"));
  return out;
}

Tensor Ebm::chain_ends(int64_t n, Rng& rng) const {
  return langevin(network_.target(), start(n, rng), sample_steps_, langevin_, rng);
}

Tensor Ebm::sample(int64_t n, Rng& rng) {
  const auto averaged = learner_.averaged();
  return ebm_examples(network_, chain_ends(n, rng), data_noise_, shape_);
}

Picture Ebm::snapshot(const DataView& data, Rng& rng) {
  const bool of_buffer = buffer_ && shape_.is_image();
  if (!of_buffer && !in_plane(shape_.toy.get())) return Model::snapshot(data, rng);
  const auto averaged = learner_.averaged();
  if (!of_buffer) return ebm_planes(network_, *shape_.toy, chain_ends(1000, rng));
  const Tensor first = buffer_->chains().rows(0, std::min<int64_t>(100, buffer_->count()));
  Picture picture = samples_picture(ebm_examples(network_, first, data_noise_, shape_));
  picture.caption = "The first hundred chains of the replay buffer, where they stand, denoised.";
  return picture;
}

std::vector<Picture> Ebm::pictures(const DataView& data) {
  const auto averaged = learner_.averaged();
  Rng rng(data.seed, "pictures/chains");
  if (in_plane(shape_.toy.get())) return {ebm_planes(network_, *shape_.toy, chain_ends(1000, rng))};
  if (!shape_.is_image()) return {};
  std::vector<Picture> out{
      ebm_chain_picture(network_, start(8, rng), sample_steps_, langevin_, data_noise_, shape_, rng)};
  if (data_noise_ > 0) {
    out.push_back(ebm_raw_and_denoised(network_, chain_ends(30, rng), data_noise_, shape_));
  }
  return out;
}

Target Ebm::target() {
  const auto averaged = learner_.hold_average();
  return {.log_prob = [this, averaged](const Tensor& x) { return network_.log_density(x); }};
}

std::string Ebm::reading(const DataView&) {
  const double t = langevin_.temperature();
  std::string text =
      fmt::format("Chains take x' = x + {:.4g} grad f + {:.4g} z, so T = noise^2 / (2 step) = {:.4g}. ",
                  langevin_.step, langevin_.noise, t);
  text += std::abs(t - 1) < 1e-3
              ? "T is 1: up to the bias of finite steps and finite chains, they are samples of exp f. "
              : "T is not 1: what the chains give are not samples of exp f, but of exp(f / T) at best. ";
  text +=
      "f(data) and f(sample) should stay near each other: f(sample) running away upwards means that chains "
      "find peaks which the data do not have and the network cannot follow; both growing without end means "
      "that f steepens until the chains cannot move (l2 or clip hold it).";
  if (data_noise_ > 0) {
    text += fmt::format(
        " The data carry Gaussian noise of {:.3g}, so f learns the log-density of noisy data, and "
        "samples are shown denoised: x + {:.3g}^2 grad f(x).",
        data_noise_, data_noise_);
  }
  return text;
}

}  // namespace gradzoo
