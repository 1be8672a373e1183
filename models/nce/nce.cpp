#include "gradzoo/models/nce/nce.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/learn/optim.h"

namespace gradzoo {

Nce::Nce(const NceOptions& options, const DataShape& shape, const TrainingOptions& training)
    : ContrastiveModel(options.energy, true, shape, training),
      seed_(training.stream_seed()),
      nu_(options.nu),
      flow_steps_(options.flow_steps),
      loss_(add_metric({"nce_loss_nats",
                        "the loss: cross-entropy of classifying data against noise, for a data point and its "
                        "nu noise points",
                        true})),
      c_(add_metric({"c_nats", "the learned constant: log Z, once f is learned", true})),
      d_data_(add_metric(
          {"d_data", "mean D(x) of data: the probability of being data that D assigns to them", true})),
      d_noise_(add_metric({"d_noise", "mean D(y) of noise", true})),
      grad_norm_(add_metric(grad_norm_info())) {
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

std::string Nce::do_interpretation(const DataView&) {
  return "If the noise had the distribution of the data, D would be 1/(1 + nu) on both. The further apart D "
         "is on data and noise, the easier the task and the less it teaches: a classifier that is never "
         "wrong has no gradient. c should tend to log Z and stay there (c_error near 0). But c alone proves "
         "nothing, since a smooth ring has the right c too: read it together with the KL.";
}

}  // namespace gradzoo
