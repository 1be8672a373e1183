#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "models/nce/correction.h"

namespace gradzoo {
namespace {

constexpr int64_t kFitPoints = 20'000;  // that noise is fitted to
constexpr int64_t kShown = 1000;        // points in a picture
// Cells of the quadrature, along an axis.
constexpr int64_t kCells = 400, kCellsWhileTraining = 160;

const DataShape& checked(const DataShape& shape) {
  if (!shape.toy)
    throw Error("nce needs points with a known density, to measure its error. Hint: use --data ring8");
  if (const std::string reason = shape.toy->why_no_density(); !reason.empty()) throw Error(reason);
  return shape;
}

}  // namespace

ContrastiveModel::ContrastiveModel(const EnergyOptions& energy, bool learns_constant,
                                   const ContrastDraws& draws, const DataShape& shape,
                                   const TrainingOptions& training)
    : shape_(checked(shape)),
      draws_(draws),
      init_rng_(training.stream_seed(), "nce/init"),
      noise_rng_(training.stream_seed(), "nce/noise"),
      network_(shape.size(), energy, learns_constant, init_rng_),
      learner_(network_, training.learner()) {
  add_last_learner(learner_);
  describe({.sampling = sampling_from(draws_), .plane_pictures = [this](const DataView& data) {
              Rng rng(data.seed, "pictures/nce");
              return std::vector<Picture>{
                  score_picture(
                      "score",
                      "The true score and the learned score grad f, where the density is not negligible.",
                      *data.toy, [&](const Tensor& x) { return network_.score(x); }),
                  corrected_picture(*data.toy, weighted(), rng)};
            }});
  if (in_plane(shape.toy.get()))
    description().snapshot = [this](const DataView&, Rng& rng) {
      return density_picture(
          "density",
          "The true density, the learned density exp(f) / Z, and noise points resampled with weights exp(f) "
          "/ p_n.",
          *shape_.toy, [&](const Tensor& x) { return network_.log_density(x); }, drawn(kShown, rng));
    };
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
  Quantities out = density_quantities(fit, "KL(truth || exp(f) / Z) by quadrature");
  if (const Tensor& c = network_.constant(); c.defined())
    out.add(quantity(kNceConstantError, c.item() - fit.log_partition,
                     "c - log Z: 0 if exp(f - c) is normalised"));
  return out;
}

Quantities ContrastiveModel::do_validate(const DataView&) { return fit_to_truth(kCellsWhileTraining); }

Quantities ContrastiveModel::do_evaluate(const DataView& data) {
  Quantities out = fit_to_truth(kCells);
  if (shape_.toy->name() == "ring8")
    out.add(quantity(kKlWithoutModes, ring_without_modes_kl(*shape_.toy),
                     "KL of the ring averaged over its angle: a model at this KL has not found the modes"));
  if (!network_.constant().defined()) return out;
  Rng rng(data.seed, "nce/evaluation");
  const Batch batch = read_examples(data.examples, 0, data.examples.count(), Pixels::grey, rng);
  out.add(mean_over_examples(kNceLogProb, network_.log_model(batch.x),
                             "mean f - c of the examples: their log-likelihood, if c is log Z"));
  return out;
}

Weighted ContrastiveModel::weighted() const {
  const auto log_weight = [this](const Tensor& x) {
    return network_.log_density(x) - proposal().log_prob(x);
  };
  return {proposal(), proposed_by(), log_weight};
}

Tensor ContrastiveModel::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const ContrastDraws& draws = options_in<ContrastDraws>(sampling);
  return as_examples(drawn_again(weighted(), draws, request.n, request.rng, request.done), shape_);
}

Abilities ContrastiveModel::do_abilities() {
  Abilities own{.target = {.log_prob = [this](const Tensor& x) { return network_.log_density(x); }}};
  if (network_.constant().defined())
    own.log_prob = LogProb{.of = [this](const Tensor& x, Rng&) { return network_.log_model(x); },
                           .meaning = "f(x) - c: log p(x), if the learned c is log Z",
                           .up_to_constant = false};
  return own;
}

}  // namespace gradzoo
