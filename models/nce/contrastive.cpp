#include "models/nce/contrastive.h"

#include "autograd/ops.h"
#include "models/base/density_quantities.h"
#include "models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kFitPoints = 20'000;  // that noise is fitted to
constexpr int64_t kPool = 50;           // proposals that a sample is drawn from
constexpr int64_t kShown = 1000;        // points in a picture
// Cells of the quadrature, along an axis.
constexpr int64_t kCells = 400, kCellsWhileTraining = 160;

const DataShape& checked(const DataShape& shape) {
  if (!shape.toy) throw Error("nce needs points with a known density to be measured on. Hint: --data ring8");
  if (const std::string reason = shape.toy->why_no_density(); !reason.empty()) throw Error(reason);
  return shape;
}

// n of the weights' indices: an equal step through the running sum of the weights, from one random offset
// (systematic resampling, Kitagawa 1996).
Tensor resampled(const Tensor& log_weight, int64_t n, Rng& rng) {
  const Tensor share = softmax(cast(log_weight, DType::f64), 0);
  const double offset = rand({1}, rng, DType::f64).item();
  Tensor chosen = empty({n}, DType::i64);
  double sum = share.data<double>()[0];
  int64_t at = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double wanted = (static_cast<double>(i) + offset) / static_cast<double>(n);
    while (sum < wanted && at + 1 < share.dim(0)) sum += share.data<double>()[++at];
    chosen.mutable_data<int64_t>()[i] = at;
  }
  return chosen;
}

}  // namespace

ContrastiveModel::ContrastiveModel(const EnergyOptions& energy, bool learns_constant, const DataShape& shape,
                                   const TrainingOptions& training)
    : shape_(checked(shape)),
      init_rng_(training.stream_seed(), "nce/init"),
      noise_rng_(training.stream_seed(), "nce/noise"),
      network_(shape.size(), energy, learns_constant, init_rng_),
      learner_(network_, training.learner()) {
  add_learner(learner_);
}

Tensor ContrastiveModel::fit_points(const TrainingOptions& training) const {
  Rng rng(training.stream_seed(), "nce/fit");
  return shape_.toy->sample(kFitPoints, rng, DType::f64);
}

void ContrastiveModel::add_to(State& state) { state.add("nce.noise", noise_rng_); }

Quantities ContrastiveModel::fit_to_truth(int64_t cells) const {
  if (shape_.size() > 2) return {};
  const DensityFit fit = density_fit(
      *shape_.toy, [&](const Tensor& x) { return network_.log_density(x); }, DType::f32, cells);
  return density_quantities(fit, "KL(truth || e^f / Z) by quadrature");
}

Quantities ContrastiveModel::do_validate(const DataView&) { return fit_to_truth(kCellsWhileTraining); }

Quantities ContrastiveModel::do_evaluate(const DataView&) {
  Quantities out = fit_to_truth(kCells);
  if (shape_.toy->name() == "ring8")
    out.add(quantity(kKlWithoutModes, ring_without_modes_kl(*shape_.toy),
                     "of the ring's average over its angle: a model at this KL has not found the modes"));
  return out;
}

Tensor ContrastiveModel::do_sample(const SampleRequest& request) {
  const Tensor pool = proposal().sample(request.n * kPool, request.rng);
  const Tensor log_weight = network_.log_density(pool) - proposal().log_prob(pool);
  return index_select(pool, 0, resampled(log_weight, request.n, request.rng));
}

Picture ContrastiveModel::do_snapshot(const DataView& data, Rng& rng) {
  if (!in_plane(shape_.toy.get())) return Model::do_snapshot(data, rng);
  return density_picture(
      "density",
      "True density, learned density e^f / Z, and noise points drawn again with weights e^f / p_n.",
      *shape_.toy, [&](const Tensor& x) { return network_.log_density(x); }, do_sample({kShown, rng}));
}

std::vector<Picture> ContrastiveModel::do_pictures(const DataView&) {
  if (!in_plane(shape_.toy.get())) return {};
  return {score_picture("score", "The learned score grad f beside the true one, where there is density.",
                        *shape_.toy, [&](const Tensor& x) { return network_.score(x); })};
}

Target ContrastiveModel::do_target() {
  return {.log_prob = [this](const Tensor& x) { return network_.log_density(x); }};
}

}  // namespace gradzoo
