#include "models/nce/cnce.h"

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/nce/nce.h"

namespace gradzoo {
namespace {

constexpr double kProposalWidth = 1.5;  // times that of the data: samples are drawn from there

}  // namespace

Cnce::Cnce(const CnceOptions& options, const DataShape& shape, const TrainingOptions& training)
    : ContrastiveModel(options.energy, false, options.draws, shape, training),
      proposal_(noise_of(contrasting_noise(NoiseKind::fitted, fit_points(training), kProposalWidth))),
      eps_(options.eps),
      nu_(options.nu),
      loss_(add_metric(
          {"cnce_loss", "nats",
           "loss: -log sigmoid(f(x) - f(y)) for a neighbour y = x ± eps xi; a constant f has log 2 = 0.693",
           true})),
      right_order_(add_metric({"right_order", "", "share of pairs whose data point has the larger f", true})),
      grad_norm_(add_metric(grad_norm_info())) {
  description().interpretation = [this](const DataView&) {
    return fmt::format(
        "Each data point is compared with neighbours at a distance of about {:.3g}, so f learns differences "
        "between near points. If clusters of data lie further apart, f does not learn the weight of each "
        "cluster. The KL to the truth by quadrature shows this error.",
        eps_);
  };
}

void Cnce::train_step(const StepContext& context, MetricRow row) {
  const Tensor& x = context.batch.x;
  const auto terms = static_cast<double>(2 * nu_);
  Tape tape;
  const Tensor f = network().log_density(x);
  Tensor loss = scalar(0, x.dtype());
  double right = 0;
  for (int64_t pair = 0; pair < nu_; ++pair) {
    const Tensor step = randn_like(x, noise_rng()) * eps_;
    for (const double sign : {1.0, -1.0}) {
      const Tensor f_noise = network().log_density(x + step * sign);
      loss = loss + mean(cnce_loss(f, f_noise)) / terms;
      right += mean(cast(gt(f.detach(), f_noise.detach()), x.dtype())).item() / terms;
    }
  }
  row[loss_] = loss.item();
  row[right_order_] = right;
  row[grad_norm_] = learner().step(loss, context.learning_rate);
}

}  // namespace gradzoo
