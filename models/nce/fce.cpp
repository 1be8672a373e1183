#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

constexpr const char* kFceReading =
    "D tends to 1/2 on data and on the flow's samples if they cannot be distinguished; then the flow has no "
    "more to learn. The flow keeps thin bridges between modes, since it is an invertible map of the plane. "
    "The energy has none.";

}  // namespace

LearnerOptions flow_learner(const TrainingOptions& training) {
  LearnerOptions options = training.learner();
  if (options.clip == 0) options.clip = 10;
  return options;
}

Fce::Fce(const FceOptions& options, const DataShape& shape, const TrainingOptions& training)
    : ContrastiveModel(options.energy, true, options.draws, shape, training),
      options_(options),
      seed_(training.stream_seed()),
      flow_rng_(seed_, "fce/init"),
      flow_(shape, options.flow, flow_rng_),
      noise_(noise_of(flow_)),
      flow_learner_("flow", flow_, flow_learner(training)),
      loss_(add_metric({"nce_loss", "nats",
                        "cross-entropy of classifying data against the flow's samples: 2 log 2 = 1.386 if "
                        "they cannot be distinguished",
                        true})),
      c_(add_metric({"c", "nats", "learned constant: log Z after training of f", true})),
      d_data_(add_metric(
          {"d_data", "", "mean D(x) of data: the probability of being data that D assigns to them", true})),
      d_noise_(add_metric({"d_noise", "", "mean D(y) of the flow's samples", true})),
      flow_nll_(add_metric({"flow_nll", "nats", "-log q(x) of data", true, {.volumes = 1}})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(flow_learner_);
  description().interpretation = [](const DataView&) { return kFceReading; };
  const auto of_energy = description().plane_pictures;
  description().plane_pictures = [this, of_energy](const DataView& data) {
    constexpr int64_t kShown = 1000;
    std::vector<Picture> all = of_energy(data);
    Rng rng(data.seed, "pictures/fce");
    all.push_back(density_picture(
        "flow", "The true density, the flow's density, and its samples.", *data.toy,
        [this](const Tensor& x) { return flow_.log_prob(x); }, flow_.sample(kShown, rng)));
    return all;
  };
}

void Fce::prepare(const Examples&) {
  constexpr int64_t kFirstBatch = 512;
  Rng rng(seed_, "fce/first_batch");
  flow_.begin_at(shape().toy->sample(kFirstBatch, rng));
}

// The flow's step, then the energy's against the samples of the flow before it.
void Fce::train_step(const StepContext& context, MetricRow row) {
  const Tensor& x = context.batch.x;
  const bool by_likelihood =
      static_cast<double>(context.step) < options_.warm_up * static_cast<double>(context.steps);
  const Tape tape;
  const CouplingFlow::Drawn drawn = flow_.draw(x.dim(0), noise_rng());
  const Tensor log_q = flow_.log_prob(x);
  const auto loss_against = [&](const Tensor& y, const Tensor& log_q_x, const Tensor& log_q_y,
                                MetricRow* seen) {
    const Tensor data = nce_logit(network().log_model(x), log_q_x);
    const Tensor noise = nce_logit(network().log_model(y), log_q_y);
    if (seen != nullptr) {
      (*seen)[d_data_] = mean(sigmoid(data.detach())).item();
      (*seen)[d_noise_] = mean(sigmoid(noise.detach())).item();
    }
    return mean(nce_data_loss(data)) + mean(nce_noise_loss(noise));
  };
  const Tensor nll = -mean(log_q);
  row[flow_nll_] = nll.item();
  // V is minus the loss of telling both apart.
  flow_learner_.step(by_likelihood ? nll : -loss_against(drawn.x, log_q, drawn.log_prob, nullptr),
                     options_.flow_rate * context.learning_rate);
  const Tensor loss = loss_against(drawn.x.detach(), log_q.detach(), drawn.log_prob.detach(), &row);
  row[loss_] = loss.item();
  row[c_] = network().constant().item();
  row[grad_norm_] = learner().step(loss, context.learning_rate);
}

Quantities Fce::fit_to_truth(int64_t cells) const {
  Quantities out = ContrastiveModel::fit_to_truth(cells);
  const DensityFit fit = density_fit(
      *shape().toy, [this](const Tensor& x) { return flow_.log_prob(x); }, DType::f32, cells);
  out.add(quantity(kFlowKl, fit.kl, "KL(truth || flow) by quadrature"));
  return out;
}

}  // namespace gradzoo
