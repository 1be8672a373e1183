#include <algorithm>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/models/run/trainer.h"
#include "gradzoo/nn/layers/layers.h"
#include "models/model_tasks.h"
#include "support/error_message.h"

// What Trainer::check_step says of a model with a mistake, and that it accepts every model of the list.
namespace gradzoo {
using namespace test;
namespace {

enum class Mistake { none, layer, frozen_layer, metric, random_stream, count };

/// Two layers, and a loss with noise.
class TwoLayers : public Module {
 public:
  TwoLayers(Mistake mistake, Rng& rng) : first(2, 3, rng), second(3, 1, rng) {
    register_module("first", first);
    if (mistake != Mistake::layer && mistake != Mistake::frozen_layer) register_module("second", second);
    if (mistake == Mistake::frozen_layer)
      for (Tensor& parameter : second.parameters()) parameter.requires_grad_(false);
  }
  Tensor forward(const Tensor& x) const override { return second(tanh(first(x))); }
  Linear first, second;
};

class Mistaken : public Model {
 public:
  explicit Mistaken(Mistake mistake)
      : mistake_(mistake),
        net_(mistake, init_),
        learner_(net_),
        loss_(add_metric({"loss", "", ""})),
        kl_(add_metric({"kl", "", ""})) {
    add_learner(learner_);
  }
  void train_step(const StepContext& step, MetricRow row) override {
    Tape tape;
    const Tensor x = randn({4, 2}, noise_);
    // Not a factor, by which Adam's first step changes in its rounding alone.
    const Tensor loss = mean(square(net_(x) - static_cast<double>(steps_)));
    row[loss_] = loss.item();
    if (mistake_ != Mistake::metric) row[kl_] = 0;
    learner_.step(loss, step.learning_rate);
    ++steps_;
  }

 protected:
  void add_to(State& state) override {
    if (mistake_ != Mistake::random_stream) state.add("noise", noise_);
    if (mistake_ != Mistake::count) state.add("steps", steps_);
  }
  Tensor do_sample(const SampleRequest& request, const SamplingOptions&) const override {
    return zeros({request.n, 2});
  }

 private:
  Mistake mistake_;
  Rng init_{1, "init"}, noise_{1, "noise"};
  int64_t steps_ = 0;
  TwoLayers net_;
  Learner learner_;
  Metric loss_, kl_;
};

std::string mistake_found(Mistake mistake) {
  Mistaken model(mistake);
  ToyBatches batches(make_toy("ring8"), {.batch = 4, .seed = 1});
  Trainer trainer(model, batches, {10, 10, 5, 0.01, Decay::constant});
  State state;
  model.register_state(state);
  trainer.register_state(state);
  const std::vector<std::byte> before = state.bytes();
  std::string message = error_message([&] { trainer.check_step(state); });
  CHECK(state.bytes() == before);
  return message;
}

}  // namespace

TEST_CASE("a model's mistakes are found before its training begins, each by one sentence") {
  CHECK(mistake_found(Mistake::none) == "");
  CHECK(mistake_found(Mistake::frozen_layer) == "");
  const std::string layer = mistake_found(Mistake::layer);
  check_says(layer, "the loss depends on the parameter 'weight' (1,3), which no Learner trains. Hint: ");
  CHECK(contains(mistake_found(Mistake::metric), "the metric 'kl' is NaN after a step. Hint: "));
  for (const Mistake forgotten : {Mistake::random_stream, Mistake::count})
    check_says(mistake_found(forgotten), {"two steps from the same State differ in 'first."});
}

TEST_CASE("every model of the list passes the check, which leaves its State as it was") {
  for (ModelTask& task : every_task()) {
    CAPTURE(task.name());
    TrainPlan plan = plan_of(10, 0.01);
    plan.log_every = 5;
    TaskRun run(task, plan);
    const std::vector<std::byte> before = run.state.bytes();
    CHECK(error_message([&] { run.trainer.check_step(run.state); }) == "");
    CHECK(run.state.bytes() == before);
  }
}

TEST_CASE("a program's own model is in the list, checked, under a name of its own") {
  const size_t before = model_registry().size();
  check_refused("two models are named 'vae'. Hint: ", [] { add_model({.name = "vae"}); });
  check_refused("'My VAE' is not a name for a model", [] { add_model({.name = "My VAE"}); });
  CHECK(model_registry().size() == before);
  add_model({.name = "mistaken", .summary = "of this test"});
  CHECK(find_model("mistaken").checked);
  CHECK_FALSE(find_model("vae").checked);
}

}  // namespace gradzoo
