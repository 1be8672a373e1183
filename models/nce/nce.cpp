#include "models/nce/nce.h"

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/base/over_examples.h"
#include "models/nce/objective.h"

namespace gradzoo {

Nce::Nce(const NceOptions& options, const DataShape& shape, const TrainingOptions& training)
    : ContrastiveModel(options.energy, true, shape, training),
      noise_(contrasting_noise(options.noise, fit_points(training), options.noise_width)),
      nu_(options.nu),
      loss_(add_metric({"nce_loss_nats",
                        "cross-entropy of telling data from noise, a data point and its nu noise points",
                        true})),
      c_(add_metric({"c_nats", "the learned constant: log Z, once f is learned", true})),
      d_data_(add_metric({"d_data", "mean D(x) of data: the probability that they are called data", true})),
      d_noise_(add_metric({"d_noise", "mean D(y) of noise", true})),
      grad_norm_(add_metric(grad_norm_info())) {}

void Nce::train_step(const StepContext& context, MetricRow row) {
  const Tensor& x = context.batch.x;
  const auto nu = static_cast<double>(nu_);
  const Tensor y = noise_->sample(nu_ * x.dim(0), noise_rng());
  Tape tape;
  const Tensor data = nce_logit(network().log_model(x), noise_->log_prob(x), nu);
  const Tensor noise = nce_logit(network().log_model(y), noise_->log_prob(y), nu);
  const Tensor loss = mean(nce_data_loss(data)) + nu * mean(nce_noise_loss(noise));
  row[loss_] = loss.item();
  row[c_] = network().constant().item();
  row[d_data_] = mean(sigmoid(data.detach())).item();
  row[d_noise_] = mean(sigmoid(noise.detach())).item();
  row[grad_norm_] = learner().step(loss, context.learning_rate);
}

Quantities Nce::fit_to_truth(int64_t cells) const {
  Quantities out = ContrastiveModel::fit_to_truth(cells);
  if (const Quantity* log_z = out.find(kLogZ))
    out.add(quantity(kNceConstantError, network().constant().item() - log_z->value,
                     "c - log Z: what is missing from e^(f - c) to be a density"));
  return out;
}

Quantities Nce::do_evaluate(const DataView& data) {
  Quantities out = ContrastiveModel::do_evaluate(data);
  Rng rng(data.seed, "nce/evaluation");
  const Batch batch = read_examples(data.examples, 0, data.examples.count(), Pixels::grey, rng);
  out.add(mean_over_examples(kNceLogProb, network().log_model(batch.x),
                             "mean f - c of the examples: their log-likelihood as far as c is log Z"));
  return out;
}

std::string Nce::do_reading(const DataView&) {
  return "D(x) of data and of noise would both be 1/(1 + nu) where noise is as good as the data; the further "
         "apart they are, the easier the task and the less it teaches: a classifier that is never wrong has "
         "no gradient. c should come to log Z and stay (c_error near 0), but c alone proves nothing: a "
         "smooth ring has the right c too. Read it together with the KL.";
}

}  // namespace gradzoo
