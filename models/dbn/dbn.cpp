#include "gradzoo/models/dbn/dbn.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/nn/learn/schedule.h"
#include "models/pictures/unit_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kExamplesAtOnce = 1000;

RbmStack make_stack(int64_t visible, const std::vector<int64_t>& hidden, Rng& rng) {
  RbmStack layers;
  for (const int64_t size : hidden) {
    layers.push_back(std::make_unique<RbmLayer>(visible, size, rng));
    visible = size;
  }
  return layers;
}

}  // namespace

Dbn::Dbn(const DbnOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "dbn/init"),
      up_rng_(training.stream_seed(), "dbn/up"),
      layers_(make_stack(shape.size(), options.hidden, init_rng_)),
      cd_loss_(add_metric(
          {"cd_loss", "nats", "F(data) - F(samples) of the layer in training; only its gradient matters"})),
      f_data_(add_metric({"free_energy", "nats", "mean free energy of this layer's training data"})),
      grad_norm_(add_metric(grad_norm_info())),
      layer_(add_metric({"layer_number", "", "layer in training; 1 is next to the data", true})) {
  for (size_t l = 0; l < layers_.size(); ++l) {
    learning_.push_back(std::make_unique<RbmLearning>(*layers_[l], options.learning, training.learner(),
                                                      training.stream_seed(), fmt::format("layer{}", l + 1)));
    add_last_learner(learning_.back()->learner());  // one layer learns at a time
  }
  const auto pictures = [this](const DataView& data) { return pictures_of(data); };
  describe({.sampling = sampling_from(options_),
            .evaluation =
                [this](OptionTable& table) {
                  if (!is_enumerable(*layers_.back())) options_.annealing.describe(table);
                  table.add("bound_samples", options_.bound_samples,
                            "draws per example for the bound of log p(x) in eval", {1, 1e5});
                },
            .evaluate_at_length = [this](const DataView& data,
                                         const ShareDone& done) { return bounds(data, done); },
            .image_pictures = pictures,
            .point_pictures = pictures});
}

void Dbn::prepare(const Examples& training) { learning_[0]->begin_at(mean_example(training)); }

void Dbn::add_to(State& state) {
  state.add("dbn.up_draws", up_rng_);
  for (size_t l = 0; l < learning_.size(); ++l)
    learning_[l]->add_to(state, fmt::format("dbn.layer{}", l + 1));
}

Tensor Dbn::above(Tensor x, size_t count, DbnUpward upward, Rng& rng) const {
  const NoGrad quiet;
  for (size_t l = 0; l < count; ++l) {
    const Tensor logits = matmul(x, layers_[l]->weight());
    x = upward == DbnUpward::samples ? draw_units(logits, layers_[l]->hidden_bias(), rng)
                                     : sigmoid(logits + layers_[l]->hidden_bias());
  }
  return x;
}

Tensor Dbn::below(Tensor h, size_t top, Rng& rng) const {
  for (size_t l = top; l > 0; --l) h = RbmGibbs(*layers_[l]).draw_visible(h, rng);
  return layers_[0]->visible_probabilities(h);
}

void Dbn::train_step(const StepContext& context, MetricRow row) {
  const auto count = static_cast<int64_t>(layers_.size());
  const int64_t at = std::min(count - 1, context.step * count / context.steps);
  const auto begin_of = [&](int64_t layer) { return (layer * context.steps + count - 1) / count; };
  const int64_t begin = begin_of(at), share = std::max<int64_t>(1, begin_of(at + 1) - begin);
  const double rate = context.learning_rate * linear_decay(context.step - begin, share);
  const auto layer = static_cast<size_t>(at);
  if (layer > 0 && context.step == begin) learning_[layer]->begin_at(learning_[layer - 1]->hidden_means());
  const Tensor x = above(context.batch.x, layer, options_.upward, up_rng_);
  const RbmLearning::Step step = learning_[layer]->step(x, rate);
  row[cd_loss_] = step.f_data - step.f_sample;
  row[f_data_] = step.f_data;
  row[grad_norm_] = step.grad_norm;
  row[layer_] = static_cast<double>(at + 1);
}

Quantities Dbn::do_validate(const DataView& data) {
  Rng rng(data.seed, "eval/hidden");
  Tensors wrong;
  for_each_batch(data.examples, options_.pixels, data.seed, kExamplesAtOnce, [&](const Batch& batch) {
    const Tensor h = above(batch.x, layers_.size(), DbnUpward::samples, rng);
    wrong.push_back(sum(abs(batch.x - below(h, layers_.size() - 1, rng)), 1));
  });
  return {mean_over_examples(kDbnReconstruction, concat(wrong, 0),
                             "wrong pixels after a pass up to the top layer and down again")};
}

Quantities Dbn::do_evaluate(const DataView& data) { return do_validate(data); }

RbmLogPartition Dbn::top_log_partition(uint64_t seed) const {
  return rbm_log_partition(*layers_.back(), learning_.back()->base_bias(), options_.annealing, seed);
}

Quantities Dbn::bounds(const DataView& data, const ShareDone& done) const {
  const RbmLogPartition found = top_log_partition(data.seed);
  const Quantity log_z = sampled_log_z(found.value, found.error, found.trusted, "of the top machine");
  Rng rng(data.seed, "eval/bound");
  Tensors bounds;
  int64_t measured = 0;
  for_each_batch(data.examples, options_.pixels, data.seed, kExamplesAtOnce, [&](const Batch& batch) {
    Tensor total = zeros({batch.count()}, DType::f64);
    for (int64_t i = 0; i < options_.bound_samples; ++i)
      total += dbn_bound(layers_, batch.x, log_z.value, rng);
    bounds.push_back(total / static_cast<double>(options_.bound_samples));
    measured += batch.count();
    done(static_cast<double>(measured) / static_cast<double>(data.examples.count()));
  });
  Quantity bound =
      mean_over_examples(kDbnBound, concat(bounds, 0),
                         fmt::format("lower bound of log p(x), {} draws per example; the top machine's {}",
                                     options_.bound_samples, found.how));
  return {log_z, less_log_z(std::move(bound), log_z, "lower bound of log p(x)")};
}

Tensor Dbn::top_noise(size_t layer, int64_t n, Rng& rng) const {
  return bernoulli(broadcast_to(learning_[layer]->means(), {n, layers_[layer]->visible()}), rng);
}

Tensor Dbn::do_sample(const SampleRequest& request, const SamplingOptions& sampling) const {
  const size_t top = layers_.size() - 1;
  const RbmGibbs gibbs(*layers_[top]);
  const Tensor visible = gibbs.walk(top_noise(top, request.n, request.rng),
                                    options_in<DbnOptions>(sampling).sample_steps - 1, request.rng);
  const Tensor p = below(gibbs.draw_hidden(visible, request.rng), top, request.rng);
  return shape_.kind().bits ? bernoulli(p, request.rng) : as_examples(p, shape_);
}

// What a unit of layer l stands for at the data: the product of the weights down to there.
std::vector<Picture> Dbn::pictures_of(const DataView& data) const {
  const Shape tile = tile_of(shape_);
  if (tile.rank() == 0) return {};
  std::vector<Picture> out;
  Tensor weights;
  for (size_t l = 0; l < layers_.size(); ++l) {
    const std::string name = fmt::format("layer{}", l + 1);
    weights = l == 0 ? layers_[0]->weight() : matmul(weights, layers_[l]->weight());
    out.push_back(filters_picture(weights, tile, name + "_filters",
                                  fmt::format("Filters of layer {}, from the product of the weights down to "
                                              "the data: white pixels excite a unit, black ones inhibit it.",
                                              l + 1)));
    Rng rng(data.seed, "pictures/" + name);
    const RbmGibbs gibbs(*layers_[l]);
    const Tensor visible = gibbs.walk(top_noise(l, 50, rng), options_.sample_steps, rng);
    const Tensor p = below(gibbs.draw_hidden(visible, rng), l, rng);
    out.push_back({name + "_samples",
                   fmt::format("Samples of the network of the lowest {}, with layer {} as its top machine.",
                               l == 0 ? "layer" : fmt::format("{} layers", l + 1), l + 1),
                   ImageGrid{reshape(clamp(p, 0, 1), tile.insert(0, p.dim(0)))}});
  }
  return out;
}

Abilities Dbn::do_abilities() {
  return {
      .partition = rbm_partition(*layers_.back(), learning_.back()->base_bias()),
      .log_prob = LogProb{.of = [this](const Tensor& x, Rng& rng) { return dbn_bound(layers_, x, 0, rng); },
                          .meaning = "lower bound of log p(x) + log Z, Z of the top machine",
                          .is_bound = true,
                          .draws = 100},
      .encode = [this](const Tensor& x) {
        Rng none(0);  // probabilities are not drawn
        return above(x, layers_.size(), DbnUpward::probabilities, none);
      }};
}

}  // namespace gradzoo
