#include "models/nce/nce.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/eval/over_examples.h"
#include "models/eval/quadrature.h"
#include "models/nce/objective.h"
#include "models/pictures/plane_pictures.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

constexpr int64_t kFitPoints = 20'000;  // that noise is fitted to
constexpr int64_t kKernels = 100;       // of a kernel estimate
constexpr int64_t kPool = 50;           // noise points that a sample is drawn from
constexpr int64_t kShown = 1000;        // points in a picture
constexpr int64_t kQuadratureCells = 400,
                  kQuadratureCellsWhileTraining = 160;  // of quadrature, along an axis

const DataShape& checked(const DataShape& shape) {
  if (!shape.toy) throw Error("nce needs points with a known density to be measured on. Hint: --data ring8");
  if (const std::string reason = shape.toy->why_no_density(); !reason.empty()) throw Error(reason);
  return shape;
}

Tensor fit_points(const DataShape& shape, const Settings& settings) {
  Rng rng(settings.seed(), "nce/fit");
  return shape.toy->sample(kFitPoints, rng, DType::f64);
}

}  // namespace

NceNetwork::NceNetwork(const EnergyShape& shape, bool learns_constant, Rng& rng) : energy_(shape, rng) {
  register_module("energy", energy_);
  if (!learns_constant) return;
  constant_ = zeros({1}, shape.dtype);
  register_parameter("log_z", constant_);
}

Tensor NceNetwork::log_model(const Tensor& x) const {
  return constant_.defined() ? log_density(x) - constant_ : log_density(x);
}

std::shared_ptr<const Toy> contrasting_noise(const std::string& kind, const Tensor& points, double width) {
  const auto n = static_cast<double>(points.dim(0));
  const int64_t d = points.dim(1);
  const Tensor x = cast(points, DType::f64);
  const Tensor centre = mean(x, 0), away = x - centre;
  const Tensor covariance = matmul(away, away, true) / (n - 1);
  const double widest = std::sqrt(max(covariance * eye(d, DType::f64)).item());
  if (kind == "gaussian") return make_gaussian(centre, eye(d, DType::f64) * std::pow(width * widest, 2));
  if (kind == "fitted") return make_gaussian(centre, covariance * (width * width));
  const int64_t kernels = std::min(kKernels, points.dim(0));
  const double scott = std::pow(static_cast<double>(kernels), -1.0 / static_cast<double>(d + 4));
  const auto count = static_cast<size_t>(kernels);
  return make_mixture({std::vector<double>(count, 1.0), x.rows(0, kernels),
                       std::vector<double>(count, width * widest * scott)});
}

Nce::Nce(const Settings& settings, const DataShape& shape, bool conditional)
    : shape_(checked(shape)),
      conditional_(conditional),
      init_rng_(settings.seed(), "nce/init"),
      noise_rng_(settings.seed(), "nce/noise"),
      network_(energy_shape(settings, shape.size()), !conditional, init_rng_),
      learner_(network_, {.clip = settings.real("clip"), .ema = settings.real("ema")}),
      noise_(contrasting_noise(conditional ? "fitted" : settings.text("noise"), fit_points(shape, settings),
                               conditional ? 1.5 : settings.real("noise_width"))),
      nu_(settings.integer("nu")) {
  if (conditional) {
    eps_ = settings.real("eps");
    metrics_ = {
        {"cnce_loss_nats",
         "-log sigmoid(f(x) - f(y)) for a neighbour y = x +- eps xi: log 2 = 0.693 knows nothing", true},
        {"right_order", "share of pairs whose data point has the larger f", true},
        {"grad_norm", "Euclidean norm of the gradient, before clipping"}};
    return;
  }
  metrics_ = {{"nce_loss_nats",
               "cross-entropy of telling data from noise, a data point and its nu noise points", true},
              {"c_nats", "the learned constant: log Z, once f is learned", true},
              {"d_data", "mean D(x) of data: the probability that they are called data", true},
              {"d_noise", "mean D(y) of noise", true},
              {"grad_norm", "Euclidean norm of the gradient, before clipping"}};
}

void Nce::register_state(State& state) {
  learner_.add_to(state);
  state.add("nce.noise", noise_rng_);
}

void Nce::train_step(const StepContext& context, std::span<double> metrics) {
  if (conditional_)
    train_cnce(context, metrics);
  else
    train_nce(context, metrics);
}

void Nce::train_nce(const StepContext& context, std::span<double> metrics) {
  const Tensor& x = context.batch.x;
  const auto nu = static_cast<double>(nu_);
  const Tensor y = noise_->sample(nu_ * x.dim(0), noise_rng_);
  Tape tape;
  const Tensor data = nce_logit(network_.log_model(x), noise_->log_prob(x), nu);
  const Tensor noise = nce_logit(network_.log_model(y), noise_->log_prob(y), nu);
  const Tensor loss = mean(nce_data_loss(data)) + nu * mean(nce_noise_loss(noise));
  metrics[0] = loss.item();
  metrics[1] = network_.constant().item();
  metrics[2] = mean(sigmoid(data.detach())).item();
  metrics[3] = mean(sigmoid(noise.detach())).item();
  metrics[4] = learner_.step(loss, context.learning_rate);
}

void Nce::train_cnce(const StepContext& context, std::span<double> metrics) {
  const Tensor& x = context.batch.x;
  Tape tape;
  const Tensor f = network_.log_density(x);
  Tensor loss = scalar(0, x.dtype());
  double right = 0;
  for (int64_t pair = 0; pair < nu_; ++pair) {
    const Tensor step = randn_like(x, noise_rng_) * eps_;
    for (const double sign : {1.0, -1.0}) {
      const Tensor f_noise = network_.log_density(x + step * sign);
      loss = loss + mean(cnce_loss(f, f_noise)) / static_cast<double>(2 * nu_);
      right += mean(cast(gt(f.detach(), f_noise.detach()), x.dtype())).item() / static_cast<double>(2 * nu_);
    }
  }
  metrics[0] = loss.item();
  metrics[1] = right;
  metrics[2] = learner_.step(loss, context.learning_rate);
}

std::vector<Quantity> Nce::validate(const DataView&) { return fit_to_truth(kQuadratureCellsWhileTraining); }

std::vector<Quantity> Nce::fit_to_truth(int64_t cells) {
  if (shape_.size() > 2) return {};
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  const DensityFit fit = density_fit(
      *shape_.toy, [&](const Tensor& x) { return network_.log_density(x); }, DType::f32, cells);
  std::vector<Quantity> out{{"kl", fit.kl, NAN, "nats", "KL(truth || e^f / Z) by quadrature"},
                            {"log_z", fit.log_partition, fit.box_error, "nats",
                             "log Z by quadrature; beside it how far it moves when the box is doubled"}};
  if (!conditional_)
    out.push_back({"c_error", network_.constant().item() - fit.log_partition, NAN, "nats",
                   "c - log Z: what is missing from e^(f - c) to be a density"});
  return out;
}

std::vector<Quantity> Nce::evaluate(const DataView& data) {
  std::vector<Quantity> out = fit_to_truth(kQuadratureCells);
  if (shape_.toy->name() == "ring8")
    out.push_back({"kl_without_modes", ring_without_modes_kl(*shape_.toy), NAN, "nats",
                   "of the ring's average over its angle: a model at this KL has not found the modes"});
  if (conditional_) return out;
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  Rng rng(data.seed, "nce/evaluation");
  const Tensor log_p =
      network_.log_model(read_examples(data.examples, 0, data.examples.count(), Pixels::grey, rng).x);
  out.push_back(mean_over_examples("log_p", log_p, "nats",
                                   "mean f - c of the examples: their log-likelihood as far as c is log Z"));
  return out;
}

Tensor Nce::sample(int64_t n, Rng& rng) {
  const NoGrad quiet;
  const auto averaged = learner_.averaged();
  const Tensor pool = noise_->sample(n * kPool, rng);
  const Tensor log_weight = network_.log_density(pool) - noise_->log_prob(pool);
  // An equal step through the running sum of the weights, from one random offset: systematic resampling.
  const Tensor share = softmax(cast(log_weight, DType::f64), 0);
  const double offset = rand({1}, rng, DType::f64).item();
  Tensor chosen = empty({n}, DType::i64);
  double sum = share.data<double>()[0];
  int64_t at = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double wanted = (static_cast<double>(i) + offset) / static_cast<double>(n);
    while (sum < wanted && at + 1 < pool.dim(0)) sum += share.data<double>()[++at];
    chosen.mutable_data<int64_t>()[i] = at;
  }
  return index_select(pool, 0, chosen);
}

Picture Nce::snapshot(const DataView&, Rng& rng) {
  const Tensor points = sample(kShown, rng);
  if (!in_plane(shape_.toy.get())) return samples_picture(points);
  const auto averaged = learner_.averaged();
  return density_picture(
      "density",
      "True density, learned density e^f / Z, and noise points drawn again with weights e^f / p_n.",
      *shape_.toy, [&](const Tensor& x) { return network_.log_density(x); }, points);
}

std::vector<Picture> Nce::pictures(const DataView&) {
  if (!in_plane(shape_.toy.get())) return {};
  const auto averaged = learner_.averaged();
  return {score_picture("score", "The learned score grad f beside the true one, where there is density.",
                        *shape_.toy, [&](const Tensor& x) { return network_.score(x); })};
}

Target Nce::target() {
  const auto averaged = learner_.hold_average();
  return {.log_prob = [this, averaged](const Tensor& x) { return network_.log_density(x); }};
}

std::string Nce::reading(const DataView&) {
  if (conditional_)
    return fmt::format(
        "Each data point is compared with neighbours at distance about {:.3g}: f learns differences between "
        "near points, and where the data fall into islands further apart than that, not how much weight each "
        "island has. The KL to the truth by quadrature shows it.",
        eps_);
  return "D(x) of data and of noise would both be 1/(1 + nu) where noise is as good as the data; the further "
         "apart they are, the easier the task and the less it teaches: a classifier that is never wrong has "
         "no "
         "gradient. c should come to log Z and stay (c_error near 0), but c alone proves nothing: a smooth "
         "ring has the right c too. Read it together with the KL.";
}

}  // namespace gradzoo
