#include "gradzoo/models/rbm/rbm.h"

#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "models/pictures/unit_pictures.h"
#include "models/rbm/eval.h"
#include "models/rbm/pictures.h"

namespace gradzoo {

Rbm::Rbm(const RbmOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "rbm/init"),
      layer_(shape.size(), options.hidden, init_rng_),
      learning_(layer_, options.learning, training.learner(), training.stream_seed()),
      cd_loss_(
          add_metric({"cd_loss", "nats",
                      "F(data) - F(samples); only its gradient matters. Near 0, data and chains have the "
                      "same mean F. With exact gradients, without samples: F(data) + log Z = -log p"})),
      f_data_(add_metric(
          {"free_energy", "nats",
           "mean free energy F of the batch; if held-out examples are well above it, the model memorises",
           true})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learning_.learner());
  const auto pictures = [this](const DataView& data) { return pictures_of(data); };
  describe(
      {.sampling = sampling_from(options_),
       .evaluation =
           [this](OptionTable& table) {
             if (!is_enumerable(layer_)) options_.annealing.describe(table);
           },
       .evaluate_at_length = [this](const DataView& data, const ShareDone&) { return log_likelihood(data); },
       .image_pictures = pictures,
       .point_pictures = pictures,
       .interpretation = [this](const DataView& data) { return reading(data); }});
}

void Rbm::prepare(const Examples& training) { learning_.begin_at(mean_example(training)); }

void Rbm::add_to(State& state) { learning_.add_to(state, "rbm"); }

void Rbm::train_step(const StepContext& context, MetricRow row) {
  const RbmLearning::Step step = learning_.step(context.batch.x, context.learning_rate);
  row[cd_loss_] = step.f_data - step.f_sample;
  row[f_data_] = step.f_data;
  row[grad_norm_] = step.grad_norm;
}

// Whether log Z by enumeration takes less than a second.
bool Rbm::is_quick() const {
  constexpr double kNumbers = 6e7;
  return is_enumerable(layer_) &&
         std::ldexp(static_cast<double>(std::max(layer_.visible(), layer_.hidden())),
                    static_cast<int>(std::min(layer_.visible(), layer_.hidden()))) < kNumbers;
}

Quantities Rbm::do_validate(const DataView& data) {
  const RbmNumbers numbers = rbm_numbers(layer_, data.examples, options_.pixels, data.seed);
  Quantity f = mean_over_examples(
      kRbmFreeEnergy, numbers.free_energy,
      "mean F of held-out examples, in the chart of the batches' F: the gap between them is overfitting");
  f.curve = f_data_;
  Quantities out{std::move(f), mean_over_examples(kRbmReconstruction, numbers.wrong,
                                                  "wrong pixels after x -> h -> P(x | h)")};
  if (is_quick())
    out.add(
        rbm_log_likelihood(numbers, sampled_log_z(exact_log_partition(layer_), NAN, true, "log Z exact")));
  return out;
}

Quantities Rbm::do_evaluate(const DataView& data) {
  const RbmNumbers numbers = rbm_numbers(layer_, data.examples, options_.pixels, data.seed);
  return {mean_over_examples(kRbmFreeEnergy, numbers.free_energy, "mean F = -log p(x) - log Z"),
          mean_over_examples(kRbmReconstruction, numbers.wrong, "wrong pixels after x -> h -> P(x | h)")};
}

Quantities Rbm::log_likelihood(const DataView& data) const {
  const RbmNumbers numbers = rbm_numbers(layer_, data.examples, options_.pixels, data.seed);
  const RbmLogPartition found =
      rbm_log_partition(layer_, learning_.base_bias(), options_.annealing, data.seed);
  const Quantity log_z = sampled_log_z(found.value, found.error, found.trusted, found.how);
  return {log_z, rbm_log_likelihood(numbers, log_z)};
}

Tensor Rbm::noise(int64_t n, Rng& rng) const {
  return bernoulli(broadcast_to(learning_.means(), {n, layer_.visible()}), rng);
}

Tensor Rbm::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const int64_t steps = options_in<RbmOptions>(sampling).sample_steps;
  const RbmGibbs gibbs(layer_);
  const Tensor x = gibbs.walk(noise(request.n, request.rng), steps - 1, request.rng);
  const Tensor h = gibbs.draw_hidden(x, request.rng);
  if (shape_.kind().bits) return gibbs.draw_visible(h, request.rng);
  return as_examples(layer_.visible_probabilities(h), shape_);
}

std::vector<Picture> Rbm::pictures_of(const DataView& data) const {
  Rng rng(data.seed, "pictures/chains");
  std::vector<Picture> out;
  if (const Shape tile = tile_of(shape_); tile.rank() > 0) {
    out.push_back(filters_picture(layer_.weight(), tile, "filters",
                                  "Filters of the first hidden units: white pixels excite a unit, black ones "
                                  "inhibit it; each unit has its own scale."));
    out.push_back(rbm_chains(layer_, noise(8, rng), options_.sample_steps, tile, rng));
  }
  out.push_back(rbm_free_energies(layer_, data, options_.pixels));
  return out;
}

Abilities Rbm::do_abilities() {
  Target target{
      .log_prob = [this](const Tensor& x) { return neg(layer_.free_energy(x)); },
      .initial = [this](int64_t n, Rng& rng) { return noise(n, rng); },
      .conditionals = {.hidden = [this](const Tensor& x) { return layer_.hidden_probabilities(x); },
                       .visible = [this](const Tensor& h) { return layer_.visible_probabilities(h); }},
      .binary = true};
  return {.target = std::move(target),
          .partition = rbm_partition(layer_, learning_.base_bias()),
          .log_prob = LogProb{.of = [this](const Tensor& x, Rng&) { return neg(layer_.free_energy(x)); },
                              .meaning = "-F(x) = log p(x) + log Z, F the free energy"},
          .encode = [this](const Tensor& x) { return layer_.hidden_probabilities(x); }};
}

std::string Rbm::reading(const DataView& data) const {
  const double gap = rbm_free_energy_gap(layer_, data, options_.pixels);
  return fmt::format(
      "F of held-out examples is {:.2f} nats {} the F of as many training examples. log Z is the same for "
      "both, so the gap shows how much more likely training examples are under the model. Near 0 it "
      "memorises nothing; if the gap grows during training, it overfits.",
      std::abs(gap), gap >= 0 ? "above" : "below");
}

}  // namespace gradzoo
