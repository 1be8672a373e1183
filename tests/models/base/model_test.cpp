#include "gradzoo/models/base/model.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/layers.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr QuantityInfo kWeight{"weight", "kg"}, kOther{"other", ""};

/// A model of one number w: f(x) = w x. Its loss is w, so that w falls by the rate at every step of sgd.
class OneNumber : public Model {
 public:
  explicit OneNumber(double ema)
      : network_({1, 1}, init_, {.linear = {.bias = false, .dtype = DType::f64}}),
        learner_(network_, {.optimizer = sgd(), .ema = ema}),
        loss_(add_metric({"loss", "", "w"})) {
    add_learner(learner_);
    const auto picture = [this] { return Picture{"w", std::to_string(weight()), Bars{}}; };
    const auto pictures = [=](const DataView&) { return std::vector<Picture>{picture()}; };
    describe({.sampling = [] { return sampling_options_of(Factor()); },
              .snapshot = [=](const DataView&, Rng&) { return picture(); },
              .image_pictures = pictures,
              .point_pictures = pictures,
              .interpretation = [this](const DataView&) { return std::to_string(weight()); }});
  }
  void train_step(const StepContext& context, MetricRow row) override {
    const Tape tape;
    const Tensor loss = sum(network_.forward(ones({1, 1}, DType::f64)));
    row[loss_] = loss.item();
    learner_.step(loss, context.learning_rate);
  }
  struct Factor {
    double factor = 1;
    void describe_sampling(OptionTable& options) {
      options.add("factor", factor, "of every sample", {0, 10});
    }
  };
  double weight() const { return network_.named_parameters()[0].tensor.item(); }

 protected:
  void add_to(State& state) override { state.add("one.extra", extra_); }
  Quantities do_validate(const DataView&) override { return seen(); }
  Quantities do_evaluate(const DataView&) override { return seen(); }
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override {
    const double factor = options_in<Factor>(sampling).factor;
    if (factor > 9) throw Error("too much");
    return network_.forward(ones({request.n, 1}, DType::f64)) * factor;
  }
  Abilities do_abilities() override {
    const auto threes = [](const InpaintRequest& request) {
      return full(request.images.shape(), 3.0, DType::f64);
    };
    return {
        .target = {.log_prob = [this](const Tensor& x) { return reshape(network_.forward(x), {x.dim(0)}); },
                   .score = [this](const Tensor& x) { return network_.forward(ones_like(x)); },
                   .initial =
                       [this](int64_t n, Rng&) {
                         return network_.forward(ones({n, 1}, DType::f64));
                       }},
        .inpaint = threes,
        .encode = [this](const Tensor& x) { return network_.forward(x); },
        .decode = [this](const Tensor& codes) { return network_.forward(codes); }};
  }

 private:
  // What every one of them may rely on: nothing is recorded.
  Quantities seen() {
    const Tensor y = network_.forward(ones({1, 1}, DType::f64));
    return {quantity(kWeight, y.requires_grad() ? NAN : weight(), "the weight")};
  }

  Rng init_{1, "one"};
  Mlp network_;
  Learner learner_;
  Metric loss_;
  int64_t extra_ = 0;
};

const Examples kPoints{.values = zeros({1, 1}), .labels = {}, .rows = arange(1, DType::i64)};
const DataView kView{kPoints, kPoints, 1};

TEST_CASE("what a model shows is of the averaged weights, unrecorded, and leaves the weights as they were") {
  OneNumber model(0.5);
  for (int64_t step = 0; step < 3; ++step) step_on(model, Tensor(), 1.0, step);
  const double now = model.weight();
  const Tape tape;
  Rng rng(1);
  const double shown = model.validate(kView)[kWeight].value;
  CHECK(shown > now + 0.2);
  CHECK(model.evaluate(kView)[kWeight].value == shown);
  CHECK(model.sample({1, rng}).item() == shown);
  CHECK(model.snapshot(kView, rng).caption == std::to_string(shown));
  CHECK(model.pictures(kView)[0].caption == std::to_string(shown));
  CHECK(model.interpretation(kView) == std::to_string(shown));
  const Tensor one = ones({1, 1}, DType::f64);
  CHECK(model.abilities().encode(one).item() == shown);
  CHECK(model.abilities().decode(one).item() == shown);
  CHECK(model.weight() == now);
  CHECK(tape.size() == 0);
  {
    const Target target = model.abilities().target;
    CHECK(target.log_prob(ones({1, 1}, DType::f64)).item() == shown);
    CHECK(model.weight() == shown);  // as long as the target lives
  }
  CHECK(model.weight() == now);
}

TEST_CASE("two targets show the average as long as either lives, and no step is taken meanwhile") {
  OneNumber model(0.5);
  for (int64_t step = 0; step < 3; ++step) step_on(model, Tensor(), 1.0, step);
  const double now = model.weight();
  const double shown = model.validate(kView)[kWeight].value;
  std::optional<Target> first = model.abilities().target, second = model.abilities().target;
  const Tensor one = ones({1, 1}, DType::f64);
  CHECK(second->log_prob(one).item() == shown);
  first.reset();
  CHECK(second->log_prob(one).item() == shown);
  check_refused("the parameters hold their average", [&] { step_on(model, Tensor(), 1.0, 3); });
  CHECK(model.validate(kView)[kWeight].value == shown);
  CHECK(second->log_prob(one).item() == shown);
  second.reset();
  CHECK(model.weight() == now);
  Rng rng(1);
  {
    const auto score = model.abilities().target.score;  // a part of a target is a copy of it
    CHECK(score(one).item() == shown);
  }
  {
    const auto initial = model.abilities().target.initial;
    CHECK(initial(1, rng).item() == shown);
  }
  CHECK(model.weight() == now);
}

/// A model without a Description.
class Silent : public Model {
 public:
  Silent() { add_metric({"loss", "nats/image"}); }
  void train_step(const StepContext&, MetricRow) override {}
  Metric add(MetricInfo info) { return add_metric(std::move(info)); }

 protected:
  Tensor do_sample(const SampleRequest& request, const SamplingOptions&) const override {
    return zeros({request.n, 1});
  }
};

TEST_CASE("a model without a description has the defaults") {
  Silent model;
  CHECK(model.evaluate(kView).empty());
  CHECK(model.levels(kView).empty());
  CHECK(model.interpretation(kView).empty());
  CHECK(model.pictures(kView).empty());
  CHECK(model.labels().empty());
  model.finish(kPoints);
  model.reopen();
  OptionTable options;
  model.describe_evaluation(options);
  model.sampling_options()->describe(options);
  CHECK(options.all().empty());
  Rng rng(1);
  CHECK(!model.snapshot(kView, rng).caption.empty());
}

TEST_CASE("a metric's key ends in its unit, and a sentence is no unit") {
  CHECK(Silent().metrics()[0].key() == "loss_nats_per_image");
  check_refused("unit 'the divergence'", [] { Silent().add({"kl_nats", "the divergence"}); });
}

TEST_CASE("a State holds the learners first, then what the model names") {
  OneNumber model(0.5);
  State state;
  model.register_state(state);
  CHECK(state.entries().back().name == "one.extra");
  CHECK(state.entries().size() > 2);
}

TEST_CASE("an option of a request holds for that request alone, also where it fails") {
  OneNumber model(0);
  const auto drawn = [&](const std::vector<std::string>& options) {
    Rng rng(1);
    return model.sample({.n = 1, .rng = rng, .options = options}).item();
  };
  const double plain = drawn({});
  CHECK(drawn({"factor=3"}) == approx(3 * plain));
  CHECK(drawn({}) == plain);
  check_refused("too much", [&] { drawn({"factor=9.5"}); });
  CHECK(drawn({}) == plain);
  check_refused("did you mean 'factor'", [&] { drawn({"factor=2", "facto=2"}); });
  CHECK(drawn({}) == plain);
}

TEST_CASE("labels are refused by a model that has no use for them, and options by one that has none") {
  OneNumber model(0);
  Rng rng(1);
  check_refused("was not trained on labels",
                [&] { model.sample({.n = 1, .rng = rng, .labels = zeros({1}, DType::i64)}); });
  const auto dae = small_model<Model>("dae", {"hidden=4"}, {.example = {2, 2}});
  check_refused("steps", [&] { dae->sample({.n = 1, .rng = rng, .options = {"steps=3"}}); });
  const auto gan = small_model<Model>("gan", {"net=mlp", "generator_hidden=4"}, {.example = {2, 2}});
  check_refused("samples of this model have no options",
                [&] { gan->sample({.n = 1, .rng = rng, .options = {"steps=3"}}); });
}

TEST_CASE("a number of an evaluation is found by its handle, and one that was not measured is an error") {
  Quantities found{quantity(kWeight, 3, "the weight")};
  CHECK(found[kWeight].value == 3);
  CHECK(found[kWeight].unit == "kg");
  CHECK(found.find(kOther) == nullptr);
  check_refused("no 'other'", [&] { found[kOther]; });
  found.add(Quantities{quantity(kOther, 1, "")});
  found.add(found);
  CHECK(found.size() == 4);
}

TEST_CASE("inpainting leaves known pixels as they were, and what is made of the others lies in [0, 1]") {
  OneNumber model(0);
  Rng rng(1, "model_test");
  const Tensor images = tensor({0.2, 0.4, 0.6, 0.8}, {2, 2}, DType::f64),
               known = tensor({1, 0}, {2}, DType::f64);
  CHECK(model.abilities().inpaint({images, known, rng}).to_vector() == std::vector<double>{0.2, 1, 0.6, 1});
  check_refused("(pixels)", [&] { model.abilities().inpaint({images, tensor({1}, {1}, DType::f64), rng}); });
}

TEST_CASE("a guess without noise lies where examples do, and it and scores come for any number of rows") {
  OneNumber model(0);
  const double w = model.weight();
  Rng rng(1, "model_test");
  const Tensor rows = reshape(arange(600, DType::f64), {600, 1});
  const Tensor guess = model.abilities().denoise({rows, 0.5, rng});  // the slope w all the way: y + sigma^2 w
  REQUIRE(guess.shape() == Shape{600, 1});
  const std::vector<double> parts = {250 / 600.0, 500 / 600.0, 1};
  std::vector<double> told;
  const auto done = [&](double share) { told.push_back(share); };
  model.abilities().denoise({rows, 0.5, rng, {}, done});
  CHECK(std::ranges::is_sorted(told));  // within the parts too, for an ascent takes long
  CHECK(told.size() > 6);
  CHECK(told.front() < 0.01);
  for (const double part : parts) CHECK(std::ranges::find(told, part) != told.end());
  CHECK(told.back() == 1);
  told.clear();
  model.abilities().anomaly({rows, rng, done});
  CHECK(told == parts);
  CHECK(max(abs(guess - rows - 0.25 * w)).item() < 1e-3);
  CHECK(max(abs(model.abilities().denoise({rows, 0.5, rng, {0, 1}}) - clamp(rows + 0.25 * w, 0, 1))).item() <
        1e-3);
  const AnomalyScores found = model.abilities().anomaly({rows, rng});
  REQUIRE(found.scores.shape() == Shape{600});
  CHECK(max(abs(found.scores + reshape(rows, {600}) * w)).item() < 1e-12);
  for (const double sigma : {0.0, -1.0, double(NAN)})
    check_refused("Hint: use a value above 0", [&] { model.abilities().denoise({rows, sigma, rng}); });
  check_refused("n at least 1", [&] { model.abilities().denoise({zeros({0, 1}), 1, rng}); });
  check_refused("(n, elements)", [&] { model.abilities().anomaly({zeros({3}), rng}); });
}

TEST_CASE("what has neither score nor energy denoises nothing, nor what knows examples by label alone") {
  const DataShape shape{.example = {4, 4}, .classes = 3};
  Rng rng(1);
  const auto refusal = [&](const std::string& name, const std::vector<std::string>& assignments) {
    const Abilities all = small_model<Model>(name, assignments, shape)->abilities();
    CHECK_FALSE((all.denoise || all.anomaly));
    return lacks_target(all, "denoise") + "; " + lacks_target(all, "judge");
  };
  const auto classifier = small_model<Model>("classifier", {}, shape);
  const Abilities none = classifier->abilities();
  CHECK_FALSE((none.samples || none.inpaint || none.denoise || none.anomaly || none.interpolate));
  const auto rbm = small_model<Model>("rbm", {"hidden=4"}, {.example = {2, 2}});
  const Abilities by_target = rbm->abilities();  // of units: no score of real numbers, but conditionals
  CHECK((by_target.inpaint && by_target.anomaly && by_target.partition));
  CHECK_FALSE(by_target.denoise);
  const std::string judge = refusal("classifier", {});
  check_says(judge,
             {"neither a score nor an energy to denoise by", "neither a score nor an energy to judge by"});
  const std::string told = refusal("score", {"hidden=4", "conditional=true"});
  check_says(told, {"the examples to denoise have none", "the examples to judge have none"});
}

TEST_CASE("a frame of the film strip is a hundred images, ten of each class where there are some") {
  const Examples images{zeros({3, 4, 4}, DType::u8), zeros({3}, DType::u8), arange(3, DType::i64)};
  const auto frame = [&](const std::vector<std::string>& assignments) {
    const DataShape shape{.example = {4, 4}, .classes = 3};
    Rng rng(1);
    const auto model = small_model<Model>("vae", assignments, shape);
    return std::get<ImageGrid>(model->snapshot({images, images, 1}, rng).content).pixels.dim(0);
  };
  CHECK(frame({"hidden=4"}) == 100);
  CHECK(frame({"hidden=4", "conditional=true"}) == 30);
}

TEST_CASE("images between two lie in [0, 1], and the two of a pair have one label") {
  const Abilities all = with_consequences({.interpolate = [](const InterpolateRequest& request) {
    return concat(full({5, 2}, 3.0), full({5, 2}, -3.0), 0) + request.ends.x.to_vector()[0];
  }});
  Rng rng(1, "model_test");
  const Tensor ends = zeros({4, 2});
  const Tensor row = all.interpolate({{ends, tensor({0, 0, 1, 1}, {4}, DType::i64), {}}, rng});
  CHECK(row.to_vector() == concat(ones({5, 2}), zeros({5, 2}), 0).to_vector());
  const auto refusal = [&](const Tensor& x, const std::vector<double>& labels) {
    return error_message([&] {
      all.interpolate({{x, tensor(labels, {std::ssize(labels)}, DType::i64), {}}, rng});
    });
  };
  CHECK(contains(refusal(ends, {0, 0, 1, 2}), "pair 1 has two different labels"));
  CHECK(contains(refusal(zeros({3, 2}), {0, 0, 0}), "(2 pairs, pixels)"));
}

}  // namespace
}  // namespace gradzoo
