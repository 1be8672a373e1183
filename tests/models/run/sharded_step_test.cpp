#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/models/run/trainer.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/thread_processes.h"

namespace gradzoo {
namespace {

const DataShape kSmall{.example = {4, 4}};

Examples images_of(int64_t n) {
  Rng rng(1, "sharded_step_test");
  return {cast(rand({n, 4, 4}, rng) * 255.0, DType::u8), zeros({n}, DType::u8), arange(n, DType::i64)};
}

struct Quiet : test::Unwatched {
  Trainer* trainer = nullptr;
  void on_epoch(int64_t) override { trainer->gather_rows(); }
};

TrainPlan plan_of_six(int64_t shards, Processes* processes) {
  TrainPlan plan = test::plan_of(6, 0.01, shards);
  plan.log_every = 2;
  plan.processes = processes;
  return plan;
}

/// The State after six steps in eight shards, by this process of those that share them.
std::vector<std::byte> trained(const std::string& model, std::vector<std::string> assignments,
                               Processes* processes, int64_t epoch) {
  assignments.insert(assignments.end(), {"batch=16", "shards=8"});
  const auto options = test::options_for(model, assignments, kSmall);
  const std::unique_ptr<Model> made = options->make_model(kSmall);
  const Examples images = images_of(16 * epoch);
  Batches batches(images, {.batch = 16, .pixels = options->model->pixels()});
  made->prepare(images);
  TrainPlan plan = plan_of_six(8, processes);
  plan.steps_per_epoch = epoch;
  Trainer trainer(*made, batches, plan);
  State state;
  made->register_state(state);
  trainer.register_state(state);
  Quiet observer;
  observer.trainer = &trainer;
  trainer.run(observer);
  return state.bytes();
}

void check_same(const std::string& model, const std::vector<std::string>& assignments, int64_t epoch = 3) {
  CAPTURE(model);
  const std::vector<std::byte> alone = trained(model, assignments, nullptr, epoch);
  for (const int64_t count : {2, 4, 8}) {
    std::vector<std::vector<std::byte>> states(static_cast<size_t>(count));
    const auto failures = test::as_processes(count, [&](Processes& processes) {
      states[static_cast<size_t>(processes.rank())] = trained(model, assignments, &processes, epoch);
    });
    CHECK(test::all_well(failures));
    for (const std::vector<std::byte>& state : states) CHECK(state == alone);
  }
}

TEST_CASE("processes that share the shards come to the bytes of one that has them all") {
  check_same("vae", {"hidden=8", "latent=2", "prior=normal"});
  check_same("gan", {"net=mlp", "latent=2", "generator_hidden=8", "discriminator_hidden=8"});
  // Persistent chains belong to rows: each process has its own until an epoch ends, here the first alone.
  check_same("rbm", {"hidden=6", "particles=16"});
  check_same("rbm", {"hidden=6", "particles=16"}, 4);
  check_same("ebm", {"net=mlp", "hidden=8", "buffer=32", "chain_steps=3"});
}

TEST_CASE("a loss that is not finite in one process ends all, which name the op, and nothing has moved") {
  const auto failures = test::as_processes(2, [&](Processes& processes) {
    const auto options = test::options_for("vae", {"hidden=8", "latent=2", "batch=4", "shards=2"}, kSmall);
    const std::unique_ptr<Model> model = options->make_model(kSmall);
    struct Bad : BatchSource {
      Batch at(int64_t step) override {
        Tensor x = full({4, 16}, 0.5);
        if (step == 2) x.mutable_data<float>()[3 * 16] = std::nanf("");  // a row of the second process
        return {x, {}, {}};
      }
      int64_t steps_per_epoch() const override { return 10; }
    } batches;
    Trainer trainer(*model, batches, plan_of_six(2, &processes));
    Quiet observer;
    observer.trainer = &trainer;
    trainer.run(observer);
  });
  CAPTURE(failures[0]);
  CAPTURE(failures[1]);
  CHECK(test::contains(failures[0], "process 1 of 2: step 3: "));
  test::check_says(failures[1], {"step 3: ", "not finite"});
}

}  // namespace
}  // namespace gradzoo
