#include "gradzoo/models/run/trainer.h"

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/allocation_count.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/numbers.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/take_over.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kShape{.example = {4, 4}};

Examples some_images(int64_t n) {
  Rng rng(1, "train_test");
  return {cast(rand({n, 4, 4}, rng) * 255.0, DType::u8), zeros({n}, DType::u8), arange(n, DType::i64)};
}

struct Watcher : TrainObserver {
  std::vector<double> rows;
  std::vector<int64_t> epochs;
  int64_t stop_at = -1;
  void on_log(const LogRow& row) override { rows.insert(rows.end(), row.metrics.begin(), row.metrics.end()); }
  void on_epoch(int64_t step) override { epochs.push_back(step); }
  bool should_stop(int64_t step) override { return step == stop_at; }
};

const Strings kSmallVae = {"hidden=8", "latent=2"};

/// A VAE, its batches and its trainer.
struct Run {
  std::unique_ptr<RunOptions> options;
  std::unique_ptr<Model> model;
  Batches batches;
  Trainer trainer;
  State state;
  explicit Run(const std::vector<std::string>& assignments = {}, int64_t steps = 12)
      : options(options_for("vae", joined(kSmallVae, assignments), kShape)),
        model(options->make_model(kShape)),
        batches(some_images(20), {.batch = 5}),
        trainer(*model, batches, {steps, 4, 3, options->training.lr, Decay::linear}) {
    model->register_state(state);
    trainer.register_state(state);
  }
};

TEST_CASE("a run logs the mean of its steps, and sees every epoch's end once") {
  Run run;
  Watcher watcher;
  CHECK(run.trainer.run(watcher));
  CHECK(watcher.rows.size() == 4 * run.model->metrics().size());
  CHECK(watcher.epochs == std::vector<int64_t>{4, 8, 12});
}

TEST_CASE("a run that is stopped and continued ends in the same State, bit for bit, and logs the same rows") {
  Run whole({"ema=0.9", "estimator=log-derivative"});
  Watcher all;
  whole.trainer.run(all);

  Run first({"ema=0.9", "estimator=log-derivative"});
  Watcher half;
  half.stop_at = 7;
  CHECK_FALSE(first.trainer.run(half));
  Run second({"ema=0.9", "estimator=log-derivative"});
  take_over(first.state, second.state);
  second.trainer.run(half);
  CHECK(second.state.bytes() == whole.state.bytes());
  CHECK(half.rows == all.rows);
}

TEST_CASE("a model is finished once, after the last step and before that is observed") {
  std::vector<std::string> events;
  struct Listener : Watcher {
    std::vector<std::string>& events;
    explicit Listener(std::vector<std::string>& all) : events(all) {}
    void on_finish(FunctionRef<void()> finish) override {
      events.emplace_back("before");
      finish();
    }
    void on_epoch(int64_t step) override { events.push_back(std::to_string(step)); }
  };
  Run run;
  Trainer trainer(*run.model, run.batches,
                  {.steps = 6,
                   .steps_per_epoch = 4,
                   .log_every = 3,
                   .learning_rate = 1e-3,
                   .schedule = Decay::constant,
                   .finish = [&] { events.emplace_back("finished"); }});
  Listener listener(events);
  listener.stop_at = 5;
  CHECK_FALSE(trainer.run(listener));
  CHECK(events == std::vector<std::string>{"4"});
  CHECK(trainer.run(listener));
  CHECK(events == std::vector<std::string>{"4", "before", "finished", "6"});
}

TEST_CASE("a finished run that goes on forgets what it was finished with, and is the uninterrupted one") {
  const auto vae = [](int64_t steps) { return Run({"components=2"}, steps); };
  Run first = vae(4), whole = vae(8);
  Watcher watcher;
  first.trainer.run(watcher);
  first.model->finish(some_images(20));
  const State::Entry* fitted = first.state.find("vae.prior.fitted");
  REQUIRE(fitted != nullptr);
  CHECK(*std::get<int64_t*>(fitted->target) == 1);
  Run longer = vae(8);
  take_over(first.state, longer.state);
  longer.trainer.run(watcher);
  CHECK(*std::get<int64_t*>(longer.state.find("vae.prior.fitted")->target) == 0);
  CHECK(longer.state.find("vae.prior.0.means")->bytes() == whole.state.find("vae.prior.0.means")->bytes());
}

TEST_CASE("training gives the same bytes at 1, 2, 3 and 8 threads") {
  CHECK(same_at_any_thread_count([] {
    Run run({"hidden=300"});
    Watcher watcher;
    run.trainer.run(watcher);
    return run.state.bytes();
  }));
}

TEST_CASE("after warm-up a training step of the VAE makes no system allocation") {
  if (!counts_allocations()) return;
  Run run({}, 4000);
  Watcher watcher;
  watcher.rows.reserve(100000);
  watcher.epochs.reserve(10000);
  watcher.stop_at = 40;
  run.trainer.run(watcher);
  watcher.stop_at = 3990;
  const uint64_t before = allocation_count();
  run.trainer.run(watcher);
  CHECK(allocation_count() - before == 0);
}

TEST_CASE("a loss that is not finite stops the run, names step and op, and leaves the State as it was") {
  Run run({"lr=1000"}, 400);
  Watcher watcher;
  const std::string message = error_message([&] { run.trainer.run(watcher); });
  CHECK(contains(message, "step " + std::to_string(run.trainer.step() + 1) + ": the "));
  check_says(message, {"the first value that is not finite: ", "Hint: use a smaller lr"});
  Run before({"lr=1000"}, 400);
  watcher.stop_at = run.trainer.step();
  before.trainer.run(watcher);
  CHECK(run.state.bytes() == before.state.bytes());
}

/// A model that notes what its steps are told, and from a step on finds nothing finite.
class Listening : public Model {
 public:
  explicit Listening(int64_t fails_at = -1) : fails_at_(fails_at), number_(add_metric({"number", "", ""})) {}
  void train_step(const StepContext& context, MetricRow row) override {
    drawn.push_back(rng_.draw());
    randn({1}, rng_);
    if (context.step == fails_at_) throw NonFinite("the loss is nan");
    rates.push_back(context.learning_rate);
    steps.push_back(context.steps);
    row[number_] = static_cast<double>(context.step);
  }
  std::vector<double> rates;
  std::vector<int64_t> steps;
  std::vector<uint64_t> drawn;  // the stream's draw number as each step begins

 protected:
  void add_to(State& state) override { state.add("listening.rng", rng_); }
  Quantities do_validate(const DataView&) override { return {}; }
  Quantities do_evaluate(const DataView&) override { return {}; }
  Tensor do_sample(const SampleRequest&, const SamplingOptions&) const override { return {}; }

 private:
  int64_t fails_at_;
  Metric number_;
  Rng rng_{1, "listening"};
};

struct Rows : Watcher {
  std::vector<double> rates, epochs_done;
  void on_log(const LogRow& row) override {
    Watcher::on_log(row);
    rates.push_back(row.learning_rate);
    epochs_done.push_back(row.epoch);
  }
};

/// Eight steps that a model listens to.
struct Listened {
  Listening model;
  Batches batches{some_images(20), {.batch = 5}};
  Trainer trainer{model, batches, {8, 4, 3, 0.8, Decay::linear}};
  State state;
  Rows rows;
  explicit Listened(int64_t fails_at = -1) : model(fails_at) {
    model.register_state(state);
    trainer.register_state(state);
  }
};

TEST_CASE("each step has the schedule's rate of its own number, and a row the means of its steps") {
  Listened run;
  const Listening& model = run.model;
  const Rows& rows = run.rows;
  run.trainer.run(run.rows);
  REQUIRE(model.rates.size() == 8);
  for (size_t i = 0; i < 8; ++i) {
    CHECK(model.rates[i] == approx(0.1 * static_cast<double>(8 - i)));
    CHECK(model.steps[i] == 8);
  }
  CHECK(rows.rows == std::vector<double>{1, 4, 6.5});  // of steps 0 to 2, 3 to 5, 6 and 7
  CHECK(rows.epochs_done == std::vector<double>{0.75, 1.5, 2});
  REQUIRE(rows.rates.size() == 3);
  for (const size_t i : {0U, 1U}) CHECK(rows.rates[i] == model.rates[3 * i + 2]);
  CHECK(rows.rates[2] == model.rates[7]);
}

TEST_CASE("a step that fails is run again on the same draws, which are wound back in the end") {
  Listened run(2);
  check_says(error_message([&] { run.trainer.run(run.rows); }), "step 3: the loss is nan");
  CHECK(run.model.drawn == std::vector<uint64_t>{0, 1, 2, 2});
  CHECK(std::get<Rng*>(run.state.find("listening.rng")->target)->draw() == 2);
}

TEST_CASE("shards that do not divide a batch, the last of an epoch or a model's chains are refused") {
  const auto refusal = [](Model& model, int64_t images, int64_t shards) {
    Batches batches(some_images(images), {.batch = 6});
    Trainer trainer(model, batches, {100, batches.steps_per_epoch(), 3, 0.1, Decay::constant, shards});
    Watcher watcher;
    watcher.stop_at = 1;
    return error_message([&] { trainer.run(watcher); });
  };
  const auto vae = options_for("vae", kSmallVae, kShape)->make_model(kShape);
  CHECK(refusal(*vae, 24, 3).empty());
  CHECK(contains(refusal(*vae, 24, 4), "shards=4 do not divide a batch of 6 rows. Hint: "));
  CHECK(contains(refusal(*vae, 22, 3), "shards=3 do not divide a batch of 4 rows. Hint: "));
  const auto rbm = options_for("rbm", {"hidden=4", "particles=50"}, kShape)->make_model(kShape);
  CHECK(refusal(*rbm, 24, 2).empty());
  CHECK(contains(refusal(*rbm, 24, 3), "shards=3 do not divide the 50 rows of rbm.chains. Hint: "));
}

TEST_CASE("what shards leave differently in a State is refused by its name") {
  struct Counting : Listening {
    void train_step(const StepContext& context, MetricRow row) override {
      Listening::train_step(context, row);
      sum += context.batch.x.rows(0, 1).to_vector()[0];
    }
    void add_to(State& state) override {
      Listening::add_to(state);
      state.add("counting.sum", sum);
    }
    double sum = 0;
  } model;
  Batches batches(some_images(20), {.batch = 4});
  Trainer trainer(model, batches, {8, 4, 3, 0.8, Decay::linear, 2});
  Rows rows;
  check_refused("shards end with different values of counting.sum", [&] { trainer.run(rows); });
}

TEST_CASE("a shard has its rows, labels and numbers of them, and a step that fails leaves no trace") {
  struct Reading : Listening {
    void train_step(const StepContext& context, MetricRow row) override {
      ++count;
      if (context.step == 1 && context.batch.rows.to_vector()[0] == 7) throw Error("no more");
      Listening::train_step(context, row);
      for (const Tensor& part : {context.batch.x, context.batch.labels, context.batch.rows})
        seen.push_back(part.to_vector());
    }
    void add_to(State& state) override {
      Listening::add_to(state);
      state.add("reading.count", count);
    }
    std::vector<std::vector<double>> seen;
    int64_t count = 0;
  } model;
  ShardedStep step(model, 2);
  const Batch batch{reshape(arange(4), {4, 1}), tensor({3, 2, 1, 0}, {4}, DType::i64),
                    tensor({9, 8, 7, 6}, {4}, DType::i64)};
  std::vector<double> row(1);
  step.run({0, 2, 0.1, batch}, row);
  CHECK(model.seen == std::vector<std::vector<double>>{{0, 1}, {3, 2}, {9, 8}, {2, 3}, {1, 0}, {7, 6}});
  CHECK(model.count == 1);
  State state;
  model.register_state(state);
  Rng& stream = *std::get<Rng*>(state.find("listening.rng")->target);
  CHECK(stream.window().count == 1);  // whole batches again
  const std::vector<std::byte> begun = state.bytes();
  check_refused("no more", [&] { step.run({1, 2, 0.1, batch}, row); });
  CHECK(state.bytes() == begun);
}

}  // namespace
}  // namespace gradzoo
