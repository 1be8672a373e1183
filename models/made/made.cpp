#include "gradzoo/models/made/made.h"

#include <numeric>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "models/made/pictures.h"

namespace gradzoo {
namespace {

Order listed(const std::string& text) {
  if (std::optional<Order> order = parse_numbers<int64_t>(text)) return std::move(*order);
  throw Error("order='{}' is not an order. Hint: use natural, random, or a permutation such as 2,0,1", text);
}

}  // namespace

Order order_of(const std::string& text, int64_t size, uint64_t seed) {
  Order order(static_cast<size_t>(size));
  if (text == "natural") {
    std::iota(order.begin(), order.end(), int64_t{0});
  } else if (text == "random") {
    Rng rng(seed, "made/order");
    const Tensor drawn = randperm(size, rng);
    order.assign(drawn.data<int64_t>(), drawn.data<int64_t>() + size);
  } else {
    order = listed(text);
    if (std::ssize(order) != size)
      throw Error("order lists {} numbers, and an example has {}. Hint: list each number from 0 to {} once",
                  order.size(), size, size - 1);
    places_in(order);
  }
  return order;
}

std::vector<int64_t> places_in(const Order& order) {
  const int64_t size = std::ssize(order);
  std::vector<int64_t> places(order.size(), -1);
  for (int64_t p = 0; p < size; ++p) {
    const int64_t number = order[static_cast<size_t>(p)];
    if (number < 0 || number >= size || places[static_cast<size_t>(number)] >= 0)
      throw Error("the order is not a permutation: {} {}. Hint: list each number from 0 to {} once", number,
                  number < 0 || number >= size ? "is out of range" : "comes twice", size - 1);
    places[static_cast<size_t>(number)] = p;
  }
  return places;
}

Made::Made(const MadeOptions& options, const DataShape& shape, const TrainingOptions& training)
    : shape_(shape),
      options_(options),
      init_rng_(training.stream_seed(), "made/init"),
      network_({.order = order_of(options.order, shape.size(), training.stream_seed()),
                .hidden = options.hidden,
                .direct = options.direct,
                .activation = options.activation},
               init_rng_),
      learner_(network_, training.learner()),
      loss_(add_metric({"nll", shape.kind().nats, "loss: -log p(x), exact; lower is better"})),
      grad_norm_(add_metric(grad_norm_info())) {
  add_learner(learner_);
  describe({.image_pictures =
                [this](const DataView& data) {
                  return made_image_pictures(network_, options_.pixels, shape_, data);
                },
            .point_pictures = [this](const DataView&) { return made_unit_pictures(network_, shape_); }});
}

void Made::train_step(const StepContext& context, MetricRow row) {
  const Tape tape;
  const Tensor loss = neg(mean(network_.log_prob(context.batch.x)));
  row[grad_norm_] = learner_.step(loss, context.learning_rate);
  row[loss_] = loss.item();
}

Quantity Made::nll(const DataView& data) const {
  constexpr int64_t kExamplesAtOnce = 500;
  Tensors rows;
  for_each_batch(data.examples, options_.pixels, data.seed, kExamplesAtOnce,
                 [&](const Batch& batch) { rows.push_back(neg(network_.log_prob(batch.x))); });
  Quantity out = mean_over_examples(kMadeNll, concat(rows, 0), "-log p(x), exact");
  out.unit = shape_.kind().nats;  // as its curve has it
  out.density_kind = "-log p(x)";
  return out;
}

Quantities Made::do_validate(const DataView& data) {
  Quantity held_out = nll(data);
  held_out.meaning = "-log p(x) of held-out examples, exact";
  held_out.curve = loss_;
  return {std::move(held_out)};
}

Quantities Made::do_evaluate(const DataView& data) { return {nll(data)}; }

Tensor Made::do_sample(const SampleRequest& request, const SamplingOptions&) const {
  const Tensor drawn = network_.sample(request.n, request.rng);
  return as_examples(drawn, shape_);
}

Tensor Made::completed_images(const InpaintRequest& request) const {
  if (!known_come_first(network_.order(), request.known))
    throw Error(
        "made: some hidden pixels come before known ones in its order, so the draws of the hidden pixels "
        "would not depend on them. Hint: use --keep upper, with a run of order=natural");
  const Tensor values = bernoulli(clamp(request.images, 0, 1), request.rng);
  return network_.complete(values, request.known, request.rng);
}

Abilities Made::do_abilities() {
  Target target{.log_prob = [this](const Tensor& x) { return network_.log_prob(x); },
                .initial =
                    [this](int64_t n, Rng& rng) {
                      return bernoulli(full({n, network_.size()}, 0.5), rng);
                    },
                .binary = true};
  return {.target = std::move(target),
          .inpaint = [this](const InpaintRequest& request) { return completed_images(request); },
          .log_prob = LogProb{.of = [this](const Tensor& x, Rng&) { return network_.log_prob(x); },
                              .meaning = "log p(x), exact",
                              .up_to_constant = false}};
}

}  // namespace gradzoo
