#include "models/run/trainer.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "autograd/ops.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "tools/bench/allocation_count.h"

namespace gradzoo {
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

/// A VAE, its batches and its trainer.
struct Run {
  std::unique_ptr<RunOptions> options;
  std::unique_ptr<Model> model;
  Batches batches;
  Trainer trainer;
  State state;
  explicit Run(const std::vector<std::string>& assignments = {}, int64_t steps = 12)
      : options(test::options_for("vae", with_small_sizes(assignments), kShape)),
        model(options->make_model(kShape)),
        batches(some_images(20), {.batch = 5}),
        trainer(*model, batches, {steps, 4, 3, options->training.lr, Decay::linear}) {
    model->register_state(state);
    trainer.register_state(state);
  }
  static std::vector<std::string> with_small_sizes(const std::vector<std::string>& assignments) {
    std::vector<std::string> all = {"hidden=8", "latent=2"};
    all.insert(all.end(), assignments.begin(), assignments.end());
    return all;
  }
};

TEST_CASE("a run logs the mean of its steps, and sees every epoch's end once") {
  Run run;
  Watcher watcher;
  CHECK(run.trainer.run(run.state, watcher));
  CHECK(watcher.rows.size() == 4 * run.model->metrics().size());
  CHECK(watcher.epochs == std::vector<int64_t>{4, 8, 12});
}

TEST_CASE("a run that is stopped and continued ends in the same State, bit for bit, and logs the same rows") {
  Run whole({"ema=0.9", "estimator=log-derivative"});
  Watcher all;
  whole.trainer.run(whole.state, all);

  Run first({"ema=0.9", "estimator=log-derivative"});
  Watcher half;
  half.stop_at = 7;
  CHECK_FALSE(first.trainer.run(first.state, half));
  Run second({"ema=0.9", "estimator=log-derivative"});
  for (size_t i = 0; i < first.state.entries().size(); ++i) {
    second.state.entries()[i].restore(first.state.entries()[i].bytes().data());
  }
  second.trainer.run(second.state, half);
  CHECK(second.state.bytes() == whole.state.bytes());
  CHECK(half.rows == all.rows);
}

TEST_CASE("training gives the same bytes at 1, 2, 3 and 8 threads") {
  const int before = kernels::threads();
  std::vector<std::byte> expected;
  for (int threads : {1, 2, 3, 8}) {
    kernels::set_threads(threads);
    Run run({"hidden=300"});
    Watcher watcher;
    run.trainer.run(run.state, watcher);
    if (expected.empty()) expected = run.state.bytes();
    CHECK(run.state.bytes() == expected);
  }
  kernels::set_threads(before);
}

TEST_CASE("after warm-up a training step of the VAE makes no system allocation") {
  if (!counts_allocations()) return;
  Run run({}, 4000);
  Watcher watcher;
  watcher.rows.reserve(100000);
  watcher.epochs.reserve(10000);
  watcher.stop_at = 40;
  run.trainer.run(run.state, watcher);
  watcher.stop_at = 3990;
  const uint64_t before = allocation_count();
  run.trainer.run(run.state, watcher);
  CHECK(allocation_count() - before == 0);
}

TEST_CASE(
    "a loss that is not finite stops the run, names the step and the op, and leaves the State as it was") {
  Run run({"lr=1000"}, 400);
  Watcher watcher;
  const std::string message = test::error_message([&] { run.trainer.run(run.state, watcher); });
  CHECK(test::contains(message, "step " + std::to_string(run.trainer.step() + 1) + ": the "));
  CHECK(test::contains(message, "the first value that is not finite: "));
  CHECK(test::contains(message, "Hint: a smaller lr"));
  Run before({"lr=1000"}, 400);
  watcher.stop_at = run.trainer.step();
  before.trainer.run(before.state, watcher);
  CHECK(run.state.bytes() == before.state.bytes());
}

}  // namespace
}  // namespace gradzoo
