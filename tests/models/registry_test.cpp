#include "gradzoo/models/registry.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/kernels/threads/parallel.h"
#include "gradzoo/autograd/ops.h"
#include "models/model_tasks.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/take_over.h"

// What holds of every model of the list.
namespace gradzoo {
using namespace test;
namespace {

TEST_CASE("an evaluation reads the examples that it is given, and never those that were trained on") {
  for (ModelTask& task : every_task()) {
    CAPTURE(task.name());
    const auto model = task.make("0");
    train(*model, task, 0, 2);
    const Examples held_out = task.examples(1), other = task.examples(2), third = task.examples(3);
    const Toy* toy = task.shape.toy.get();
    const std::string evaluated = text_of(model->evaluate({held_out, other, 1, toy}));
    CHECK(text_of(model->evaluate({held_out, third, 1, toy})) == evaluated);
    const std::string validated = text_of(model->validate({held_out, other, 1, toy}));
    CHECK(text_of(model->validate({held_out, third, 1, toy})) == validated);
    // A density by quadrature reads no examples.
    if (task.entry.name != "cnce") CHECK(text_of(model->evaluate({third, other, 1, toy})) != evaluated);
  }
}

TEST_CASE("samples are of the averaged weights, which leave training as it is") {
  for (ModelTask& task : every_task()) {
    CAPTURE(task.name());
    const auto plain = task.make("0"), averaged = task.make("0.9");
    if (!plain->abilities().samples) continue;
    State of_plain, of_averaged;
    plain->register_state(of_plain);
    averaged->register_state(of_averaged);
    const auto drawn = [](Model& model) {
      Rng rng(4, "registry_test");
      return model.sample({200, rng}).to_vector();
    };
    const std::vector<double> first = drawn(*plain);
    CHECK(drawn(*averaged) == first);
    for (Model* model : {plain.get(), averaged.get()}) train(*model, task, 0, 4);
    for (const State::Entry& entry : of_plain.entries()) {
      CAPTURE(entry.name);
      CHECK(of_averaged.find(entry.name)->bytes() == entry.bytes());
    }
    CHECK(drawn(*plain) != first);
    CHECK(drawn(*averaged) != drawn(*plain));
  }
}

TEST_CASE("every random stream of a model, and how its weights begin, follow from the run's seed") {
  for (ModelTask& task : every_task()) {
    CAPTURE(task.name());
    const auto one = task.make("0", "7"), other = task.make("0", "8");
    State of_one, of_other;
    one->register_state(of_one);
    other->register_state(of_other);
    for (const State::Entry& entry : of_one.entries()) {
      CAPTURE(entry.name);
      if (Rng* const* rng = std::get_if<Rng*>(&entry.target)) CHECK((*rng)->seed() == 7);
    }
    CHECK(std::ranges::any_of(of_one.entries(), [&](const State::Entry& entry) {
      return std::holds_alternative<Tensor>(entry.target) &&
             entry.bytes() != of_other.find(entry.name)->bytes();
    }));
  }
}

// Both densities of a DDE and its generator.
const std::vector<ModelTask::Setting> kAllLearners = {{"generator", "true"}, {"fake_density", "true"}};

TEST_CASE("a step that fails leaves the State as it was, whichever of a model's learners fails") {
  size_t taken_back = 0;
  for (ModelTask& task : every_task()) {
    CAPTURE(task.name());
    const size_t learners = task.make("0", "0", kAllLearners)->learners().size();
    for (const int64_t shards : {1, 2}) {
      CAPTURE(shards);
      for (size_t spoilt = 0; spoilt <= learners; ++spoilt) {
        CAPTURE(spoilt);
        // A rate that leads out of all bounds, or a weight that is no number.
        TaskRun run(task, plan_of(10, spoilt == learners ? 1e20 : 0.01, shards), kAllLearners);
        if (spoilt < learners)
          run.model->learners()[spoilt]->parameters().flat().mutable_data<float>()[0] = NAN;
        const std::vector<std::byte> begun = run.state.bytes();
        const std::string message = error_message([&] { run.trainer.run(run.seen); });
        if (message.empty()) continue;  // a dbn's layer whose turn has not come
        CHECK(contains(message, "step "));
        const int64_t reached = run.trainer.step();
        if (reached == 0) CHECK(run.state.bytes() == begun);
        TaskRun twin(task, plan_of(10, spoilt == learners ? 1e20 : 0.01, shards), kAllLearners);
        if (spoilt < learners)
          twin.model->learners()[spoilt]->parameters().flat().mutable_data<float>()[0] = NAN;
        Unwatched until;
        until.stop_at = reached;
        if (reached > 0) twin.trainer.run(until);
        CHECK(run.state.bytes() == twin.state.bytes());
        taken_back += learners > 1 ? 1 : 0;
      }
    }
  }
  CHECK(taken_back > 20);
}

double largest(const Tensor& x) { return max(abs(x)).item(); }

// Of the first step, up to a factor: what an optimiser's moving mean of gradients then is.
Tensor gradients_of(Learner& learner) {
  State state;
  learner.add_to(state);
  Tensors found;
  for (const State::Entry& entry : state.entries()) {
    if (entry.name.find("optimizer.first_moment") == std::string::npos &&
        entry.name.find("optimizer.momentum") == std::string::npos)
      continue;
    const Tensor& part = std::get<Tensor>(entry.target);
    found.push_back(reshape(part, {part.size()}));
  }
  return concat(found, 0);
}

// Draws that belong to rows, as a shard's window gives them.
const std::vector<ModelTask::Setting> kByRows = {
    {"generator", "true"}, {"instance_noise", "0"}, {"particles", "20"}, {"pairing", "independent"}};

TEST_CASE("a step in two shards is the step of the whole batch, and keeps its bytes at any thread count") {
  const int before = kernels::threads();
  for (ModelTask& task : every_task()) {
    CAPTURE(task.name());
    std::vector<ModelTask::Setting> settings = kByRows;
    if (task.entry.name == "ebm") {
      settings.emplace_back("init", "noise");
      if (!task.shape.kind().pixels) settings.emplace_back("jumps", "0");  // by chains of the same shard
    }
    // So short that the second of two learners meets the first as it was.
    TaskRun whole(task, plan_of(1, 1e-7), settings), halves(task, plan_of(1, 1e-7, 2), settings);
    whole.trainer.run(whole.seen);
    halves.trainer.run(halves.seen);
    for (size_t i = 0; i < whole.seen.metrics.size(); ++i) {
      CAPTURE(whole.model->metrics()[i].key());
      if (std::isfinite(whole.seen.metrics[i]))
        CHECK(halves.seen.metrics[i] == approx(whole.seen.metrics[i]).epsilon(1e-4));
    }
    for (size_t i = 0; i < whole.model->learners().size(); ++i) {
      CAPTURE(i);
      const Tensor g = gradients_of(*whole.model->learners()[i]);
      CHECK(largest(gradients_of(*halves.model->learners()[i]) - g) <=
            1e-4 * largest(g));  // an ebm's is a difference of two means
    }
    const State kept = whole.model->own_state(), kept_by_halves = halves.model->own_state();
    for (const State::Entry& entry : kept.entries()) {
      CAPTURE(entry.name);
      const State::Entry& other = *kept_by_halves.find(entry.name);
      if (const Tensor* tensor = std::get_if<Tensor>(&entry.target)) {
        CHECK(largest(std::get<Tensor>(other.target) - *tensor) <= 1e-6 * largest(*tensor));
      } else if (double* const* number = std::get_if<double*>(&entry.target)) {
        CHECK(*std::get<double*>(other.target) == approx(**number).epsilon(1e-5));
      } else {
        CHECK(other.bytes() == entry.bytes());  // counts and draw numbers
      }
    }

    std::vector<std::byte> expected;
    for (const int threads : {1, 3}) {
      kernels::set_threads(threads);
      TaskRun again(task, plan_of(4, 0.01, 2), kByRows);
      again.trainer.run(again.seen);
      if (expected.empty()) expected = again.state.bytes();
      CHECK(again.state.bytes() == expected);
    }
    kernels::set_threads(before);
    // Stopped after the second step, and gone on with by another run.
    Unwatched second;
    second.stop_at = 2;
    TaskRun first(task, plan_of(4, 0.01, 2), kByRows), rest(task, plan_of(4, 0.01, 2), kByRows);
    CHECK_FALSE(first.trainer.run(second));
    take_over(first.state, rest.state);
    rest.trainer.run(rest.seen);
    CHECK(rest.state.bytes() == expected);
  }
}

/// What options come to for data of a kind, unless something else is chosen.
struct Defaults {
  const char* model;
  DataShape shape;
  Strings values;
};

TEST_CASE("options that follow from the data are those that the models were tuned with") {
  const DataShape mnist{.example = {28, 28}, .classes = 10}, ring = toy_shape("ring8"),
                                                             grid = toy_shape("grid25");
  const Defaults all[] = {
      {"score", ring, {"hidden=128,128", "ema=0.999", "schedule=cosine", "steps=4000", "lr=0.005"}},
      {"score", mnist, {"hidden=1024,1024,1024", "batch=128", "epochs=20"}},
      {"gan", ring, {"generator_hidden=64,64", "noise_until=0.5", "instance_noise=0.2"}},
      {"gan", ring, {"loss=non-saturating", "penalty=none", "penalty_weight=10", "pac=1"}},
      {"gan", grid, {"generator_hidden=128,128", "schedule=linear", "ema=0.999"}},
      {"gan", mnist, {"net=dcgan", "instance_noise=0.6", "noise_until=1", "batch=64"}},
      {"ebm", mnist, {"net=conv", "data_noise=0.2", "output_scale=100", "sampler=ula"}},
      {"ebm", toy_shape("gamma"), {"step=0.1", "lr=0.01"}},
      {"ebm", toy_shape("grid25"), {"data_noise=0", "step=0.002", "jumps=10"}},
      {"ebm", toy_shape("grid25"), {"hidden=256,256,256", "batch=256", "buffer=256"}},
      {"ebm", ring, {"fresh=0.002", "sampler=mala", "lr=0.01", "beta1=0.9"}},
      {"dae", ring, {"output=identity", "ema=0.999", "weights=tied"}},
      {"flow-matching", mnist, {"clip=1", "schedule=hold-linear", "epochs=4", "classes=labels:100"}},
      {"ddpm", mnist, {"epochs=10", "solver=ddim", "sample_steps=50"}},
      {"ncsn", mnist, {"epochs=10", "solver=langevin", "level_repeats=5"}},
      {"dde", mnist, {"sigma=0.05", "confinement=0", "net=unet", "sigma_begin=3"}},
      {"dde", mnist, {"batch=64", "epochs=6", "lr=0.001", "chain_steps=100"}},
      {"vae", mnist, {"lr=0.004", "schedule=linear", "prior=mixture", "components=200"}},
      {"classifier", mnist, {"shift=2", "noise=0.1", "schedule=cosine", "epochs=16"}},
      {"rbm", mnist, {"lr=0.05", "epochs=20", "schedule=linear", "pixels=dynamic-binary", "chain_steps=5"}},
      {"rbm", toy_shape("bars-and-stripes"), {"hidden=16", "lr=0.1", "epochs=4"}},
      {"made", mnist, {"hidden=1000", "lr=0.001", "epochs=60", "schedule=linear", "direct=true"}},
      {"made", toy_shape("bars-and-stripes"), {"hidden=64", "lr=0.01", "epochs=4"}},
      {"dbn", mnist, {"hidden=500,500", "lr=0.05", "epochs=40", "chain_steps=5"}},
      {"nce", ring, {"ema=0.999", "batch=512", "noise=fitted"}},
      {"fce", ring, {"ema=0.999", "batch=512", "warm_up=0.25"}},
      {"realnvp", ring, {"lr=0.005", "batch=512", "steps=4000", "schedule=cosine"}},
      {"realnvp", mnist, {"lr=0.001", "batch=64", "epochs=4", "clip=10"}}};
  for (const auto& [model, shape, values] : all) check_options(model, {}, shape, values);
  check_options("score", {"objective=ism", "data_noise=0.3"}, mnist, {"batch=8"});
  check_options("ebm", {"net=mlp"}, mnist, {"hidden=512"});
  check_options("gan", {"preset=collapse"}, ring, {"instance_noise=0"});
  check_options("vae", {"architecture=pytorch-examples"}, mnist, {"hidden=400"});
  check_options("dae", {"weights=free"}, ring, {"output=identity"});
}

}  // namespace
}  // namespace gradzoo
