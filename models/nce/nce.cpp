#include "gradzoo/models/nce/nce.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/learn/schedule.h"

namespace gradzoo {
namespace {

constexpr int64_t kKernels = 100;  // of a kernel estimate

// A Gaussian about each of the first points, as wide as Scott's rule has it for `spread`.
std::shared_ptr<const Toy> kernel_estimate(const Tensor& points, double spread) {
  const int64_t kernels = std::min(kKernels, points.dim(0));
  const double scott = std::pow(static_cast<double>(kernels), -1.0 / static_cast<double>(points.dim(1) + 4));
  const auto count = static_cast<size_t>(kernels);
  return make_mixture(
      {std::vector<double>(count, 1.0), points.rows(0, kernels), std::vector<double>(count, spread * scott)});
}

constexpr const char* kNceReading =
    "If the noise had the distribution of the data, D would be 1/(1 + nu) on both. The further apart D is on "
    "data and noise, the easier the task and the less it teaches: a classifier that is never wrong has no "
    "gradient. c should tend to log Z and stay there (c_error near 0). But c by itself proves nothing, since "
    "a smooth ring has the right c too: read c together with the KL.";

}  // namespace

Noise noise_of(std::shared_ptr<const Toy> toy) {
  return {.sample = [toy](int64_t n, Rng& rng) { return toy->sample(n, rng); },
          .log_prob = [toy = std::move(toy)](const Tensor& x) { return toy->log_prob(x); }};
}

Noise noise_of(const CouplingFlow& flow) {
  return {.sample = [&flow](int64_t n, Rng& rng) { return flow.sample(n, rng); },
          .log_prob = [&flow](const Tensor& x) { return flow.log_prob(x); }};
}

std::shared_ptr<const Toy> contrasting_noise(NoiseKind kind, const Tensor& points, double width) {
  const Tensor x = cast(points, DType::f64), centre = mean(x, 0), away = x - centre;
  const Tensor covariance = matmul(away, away, true) / static_cast<double>(x.dim(0) - 1);
  const Tensor identity = eye(x.dim(1), DType::f64);
  const double widest = std::sqrt(max(covariance * identity).item());
  switch (kind) {
    case NoiseKind::gaussian:
      return make_gaussian(centre, identity * std::pow(width * widest, 2));
    case NoiseKind::fitted:
      return make_gaussian(centre, covariance * (width * width));
    case NoiseKind::mixture:
      break;
    case NoiseKind::flow:
      throw Error("noise: a flow has no closed form. Hint: use noise=fitted");
  }
  return kernel_estimate(x, width * widest);
}

NceNetwork::NceNetwork(int64_t inputs, const EnergyOptions& energy, bool learns_constant, Rng& rng)
    : energy_(inputs, energy, rng) {
  register_module("energy", energy_);
  if (learns_constant) begin_constant();
}

NceNetwork::NceNetwork(int64_t inputs, const EnergyOptions& energy, std::unique_ptr<Module> net)
    : energy_(inputs, energy, "conv", std::move(net)) {
  register_module("energy", energy_);
  begin_constant();
}

void NceNetwork::begin_constant() {
  constant_ = zeros({1});
  register_parameter("log_z", constant_);
}

Tensor NceNetwork::log_model(const Tensor& x) const {
  return constant_.defined() ? log_density(x) - constant_ : log_density(x);
}

Tensor nce_logit(const Tensor& log_model, const Tensor& log_noise, double nu) {
  if (!(nu > 0)) throw Error("nce: {} noise points per data point. Hint: use 1 or more", nu);
  return log_model - log_noise - std::log(nu);
}

Tensor nce_data_loss(const Tensor& logit) { return softplus(neg(logit)); }

Tensor nce_noise_loss(const Tensor& logit) { return softplus(logit); }

Tensor cnce_loss(const Tensor& f_data, const Tensor& f_noise) { return softplus(f_noise - f_data); }

Nce::Nce(const NceOptions& options, const DataShape& shape, const TrainingOptions& training)
    : ContrastiveModel(options.energy, true, options.draws, shape, training),
      seed_(training.stream_seed()),
      nu_(options.nu),
      flow_steps_(options.flow_steps),
      loss_(add_metric(
          {"nce_loss", "nats",
           "loss: cross-entropy of classifying data against noise, for a data point and its nu noise points",
           true})),
      c_(add_metric({"c", "nats", "learned constant: log Z after training of f", true})),
      d_data_(add_metric(
          {"d_data", "", "mean D(x) of data: the probability of being data that D assigns to them", true})),
      d_noise_(add_metric({"d_noise", "", "mean D(y) of noise", true})),
      grad_norm_(add_metric(grad_norm_info())) {
  description().interpretation = [](const DataView&) { return kNceReading; };
  if (options.noise != NoiseKind::flow) {
    noise_ = noise_of(contrasting_noise(options.noise, fit_points(training), options.noise_width));
    return;
  }
  check_flowable("nce with noise=flow", shape);
  Rng rng(seed_, "nce/flow");
  noise_ = noise_of(flow_.emplace(shape, options.flow, rng));
}

void Nce::prepare(const Examples&) {
  constexpr int64_t kBatch = 512;
  if (!flow_) return;
  Rng rng(seed_, "nce/fit");
  flow_->begin_at(shape().toy->sample(kBatch, rng));
  Learner learner(*flow_, {.clip = 10});
  for (int64_t step = 0; step < flow_steps_; ++step) {
    const Tensor x = shape().toy->sample(kBatch, rng);
    const Tape tape;
    learner.step(-mean(flow_->log_prob(x)), 0.002 * cosine_decay(step, flow_steps_));
  }
}

void Nce::add_to(State& state) {
  ContrastiveModel::add_to(state);
  if (!flow_) return;
  for (const NamedTensor& named : flow_->named_parameters())
    state.add("nce.flow." + named.name, named.tensor);
}

void Nce::train_step(const StepContext& context, MetricRow row) {
  const Tensor& x = context.batch.x;
  const auto nu = static_cast<double>(nu_);
  const Tensor y = noise_.sample(nu_ * x.dim(0), noise_rng());
  const Tensor log_noise_x = noise_.log_prob(x), log_noise_y = noise_.log_prob(y);
  Tape tape;
  const Tensor data = nce_logit(network().log_model(x), log_noise_x, nu);
  const Tensor noise = nce_logit(network().log_model(y), log_noise_y, nu);
  const Tensor loss = mean(nce_data_loss(data)) + nu * mean(nce_noise_loss(noise));
  row[loss_] = loss.item();
  row[c_] = network().constant().item();
  row[d_data_] = mean(sigmoid(data.detach())).item();
  row[d_noise_] = mean(sigmoid(noise.detach())).item();
  row[grad_norm_] = learner().step(loss, context.learning_rate);
}

}  // namespace gradzoo
