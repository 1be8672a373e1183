#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/registry.h"
#include "support/short_names.h"
#include "support/small_model.h"

/// Every model of the list, small, with data of its kind, for what holds of all of them.
namespace gradzoo::test {

inline const std::pair<const char*, const char*> kSmallSettings[] = {{"hidden", "8"},
                                                                     {"generator_hidden", "8"},
                                                                     {"discriminator_hidden", "8"},
                                                                     {"channels", "8"},
                                                                     {"buffer", "50"},
                                                                     {"batch", "10"},
                                                                     {"chain_steps", "2"},
                                                                     {"sample_steps", "3"},
                                                                     {"sample_step", "0.1"},
                                                                     {"latent", "2"},
                                                                     {"importance_samples", "2"},
                                                                     {"couplings", "2"},
                                                                     {"flow_couplings", "2"},
                                                                     {"flow_hidden", "8"},
                                                                     {"flow_channels", "4"},
                                                                     {"flow_low_couplings", "1"}};

/// A model of the list and the shape of its data.
struct ModelTask {
  const ModelEntry& entry;
  DataShape shape;
  Pixels pixels = Pixels::grey;

  std::string name() const { return fmt::format("{} of {}", entry.name, shape.kind().name); }
  using Setting = std::pair<const char*, const char*>;
  std::unique_ptr<Model> make(const char* ema, const char* seed = "0",
                              const std::vector<Setting>& more = {}) {
    RunOptions options(entry);
    for (const auto& [key, value] : kSmallSettings)
      if (options.table().has(key)) options.table().set(key, value);
    options.table().set("ema", ema);
    options.table().set("seed", seed);
    // Of weights that differ little resampling makes the same choice; codes that walk move differently.
    if (shape.is_grid() && options.table().has("walk")) {
      options.table().set("draw", "langevin");
      options.table().set("walk", "2");
    }
    for (const auto& [key, value] : more)
      if (options.table().has(key)) options.table().set(key, value);
    options.complete(shape);
    pixels = options.model->pixels();
    return options.make_model(shape);
  }
  Examples examples(uint64_t seed, int64_t n = 20) const {
    Rng rng(seed, "registry_test");
    if (shape.toy) return {shape.toy->sample(n, rng), {}, arange(n, DType::i64)};
    Examples made{cast(rand({n, 8, 8}, rng) * 255.0, DType::u8), zeros({n}, DType::u8),
                  arange(n, DType::i64)};
    for (int64_t i = 0; i < n; ++i) made.labels.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(i % 3);
    return made;
  }
};

// One axis, whose quadrature is quick, where one is enough.
inline const char* toy_for(const ModelEntry& entry) {
  if (!entry.data(find_kind("points"))) return "bars-and-stripes";
  const bool couples = entry.name == "realnvp" || entry.name == "fce";
  return couples ? "gaussian" : "gamma";
}

inline std::vector<ModelTask> every_task() {
  std::vector<ModelTask> tasks;
  for (const ModelEntry& entry : model_registry()) {
    if (entry.data(find_kind("images"))) tasks.push_back({entry, {.example = {8, 8}, .classes = 3}});
    if (!entry.data(find_kind("0 and 1"))) continue;
    tasks.push_back({entry, toy_shape(toy_for(entry))});
  }
  return tasks;
}

// Steps [begin, end) of 10 on batches that follow from their numbers.
inline void train(Model& model, const ModelTask& task, int64_t begin, int64_t end) {
  Doubles row(model.metrics().size());
  for (int64_t step = begin; step < end; ++step) {
    const Examples some = task.examples(static_cast<uint64_t>(100 + step));
    const Batch batch = read_examples(some, 0, 10, task.pixels, Rng(0));
    model.train_step({step, 10, 0.01, batch}, MetricRow(row));
  }
}

/// The same batches, for a trainer.
struct TaskBatches : BatchSource {
  explicit TaskBatches(const ModelTask& its_task) : task(its_task) {}
  const ModelTask& task;
  int64_t steps_per_epoch() const override { return 10; }
  Batch at(int64_t step) override {
    return read_examples(task.examples(static_cast<uint64_t>(100 + step)), 0, 10, task.pixels, Rng(0));
  }
};

/// A model of a task and its trainer.
struct TaskRun {
  TaskRun(ModelTask& task, TrainPlan plan, const std::vector<ModelTask::Setting>& more = {},
          bool resumed = false)
      : model(task.make("0.9", "0", more)), batches(task), trainer(*model, batches, plan) {
    if (!resumed) model->prepare(task.examples(1));
    model->register_state(state);
    trainer.register_state(state);
  }
  std::unique_ptr<Model> model;
  TaskBatches batches;
  Trainer trainer;
  State state;
  Unwatched seen;
};

inline std::string text_of(const Quantities& found) {
  std::string text;
  for (const Quantity& q : found) text += fmt::format("{} {:.17g} {:.17g}\n", q.name, q.value, q.error);
  return text;
}

}  // namespace gradzoo::test
