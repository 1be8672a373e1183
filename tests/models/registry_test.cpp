#include "models/registry.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/ops.h"
#include "support/small_model.h"

// What holds of every model of the list.
namespace gradzoo {
namespace {

const std::pair<const char*, const char*> kSmall[] = {
    {"hidden", "8"},         {"generator_hidden", "8"}, {"discriminator_hidden", "8"}, {"channels", "8"},
    {"buffer", "50"},        {"batch", "10"},           {"chain_steps", "2"},          {"sample_steps", "3"},
    {"sample_step", "0.1"},  {"latent", "2"},           {"importance_samples", "2"},   {"couplings", "2"},
    {"flow_couplings", "2"}, {"flow_hidden", "8"}};

/// A model of the list, small, with data of its kind.
struct Task {
  const ModelEntry& entry;
  DataShape shape;
  Pixels pixels = Pixels::grey;

  std::unique_ptr<Model> make(const char* ema, const char* seed = "0") {
    RunOptions options(entry);
    for (const auto& [key, value] : kSmall)
      if (options.table().has(key)) options.table().set(key, value);
    options.table().set("ema", ema);
    options.table().set("seed", seed);
    options.complete(shape);
    pixels = options.model->pixels();
    return options.make_model(shape);
  }
  Examples examples(uint64_t seed) const {
    Rng rng(seed, "registry_test");
    if (shape.toy) return {shape.toy->sample(20, rng), {}, arange(20, DType::i64)};
    const Tensor labels = cast(arange(20, DType::i64), DType::u8);
    Examples made{cast(rand({20, 8, 8}, rng) * 255.0, DType::u8), labels.clone(), arange(20, DType::i64)};
    for (int64_t i = 0; i < 20; ++i) made.labels.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(i % 3);
    return made;
  }
};

// One axis, whose quadrature is quick, where one is enough.
const char* toy_for(const ModelEntry& entry) {
  if (entry.data == DataKind::binary) return "bars-and-stripes";
  const bool couples = entry.name == "realnvp" || entry.name == "fce";
  return couples ? "gaussian" : "gamma";
}

std::vector<Task> every_task() {
  std::vector<Task> tasks;
  for (const ModelEntry& entry : model_registry()) {
    if (entry.data != DataKind::points) tasks.push_back({entry, {.example = {8, 8}, .classes = 3}});
    if (entry.data == DataKind::images) continue;
    tasks.push_back({entry, test::toy_shape(toy_for(entry))});
  }
  return tasks;
}

// Steps [begin, end) of 10 on batches that follow from their numbers.
void train(Model& model, const Task& task, int64_t begin, int64_t end) {
  std::vector<double> row(model.metrics().size());
  for (int64_t step = begin; step < end; ++step) {
    const Examples some = task.examples(static_cast<uint64_t>(100 + step));
    const Batch batch = read_examples(some, 0, 10, task.pixels, Rng(0));
    model.train_step({step, 10, 0.01, batch}, MetricRow(row));
  }
}

std::string text_of(const Quantities& found) {
  std::string text;
  for (const Quantity& q : found) text += fmt::format("{} {:.17g} {:.17g}\n", q.name, q.value, q.error);
  return text;
}

TEST_CASE("an evaluation reads the examples that it is given, and never those that were trained on") {
  for (Task& task : every_task()) {
    CAPTURE(task.entry.name);
    CAPTURE(task.shape.is_image());
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
  for (Task& task : every_task()) {
    CAPTURE(task.entry.name);
    CAPTURE(task.shape.is_image());
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

TEST_CASE("a new model with another's State goes on as that one does") {
  for (Task& task : every_task()) {
    CAPTURE(task.entry.name);
    CAPTURE(task.shape.is_image());
    const auto old = task.make("0.9"), fresh = task.make("0.9");
    State of_old, of_fresh;
    old->register_state(of_old);
    fresh->register_state(of_fresh);
    train(*old, task, 0, 3);
    for (const State::Entry& entry : of_fresh.entries())
      entry.restore(of_old.find(entry.name)->bytes().data());
    for (Model* model : {old.get(), fresh.get()}) train(*model, task, 3, 6);
    CHECK(of_fresh.bytes() == of_old.bytes());
    if (!old->abilities().samples) continue;
    Rng one(5, "registry_test"), two(5, "registry_test");
    CHECK(old->sample({6, one}).to_vector() == fresh->sample({6, two}).to_vector());
  }
}

TEST_CASE("every random stream of a model, and how its weights begin, follow from the run's seed") {
  for (Task& task : every_task()) {
    CAPTURE(task.entry.name);
    CAPTURE(task.shape.is_image());
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

/// What options come to for data of a kind, unless something else is chosen.
struct Defaults {
  const char* model;
  DataShape shape;
  std::vector<std::pair<const char*, const char*>> values;
};

TEST_CASE("options that follow from the data are those that the models were tuned with") {
  const DataShape mnist{.example = {28, 28}, .classes = 10}, ring = test::toy_shape("ring8"),
                                                             grid = test::toy_shape("grid25");
  const Defaults all[] = {
      {"score",
       ring,
       {{"hidden", "128,128"}, {"ema", "0.999"}, {"schedule", "cosine"}, {"steps", "4000"}, {"lr", "0.005"}}},
      {"score", mnist, {{"hidden", "1024,1024,1024"}, {"batch", "128"}, {"epochs", "20"}}},
      {"gan", ring, {{"generator_hidden", "64,64"}, {"noise_until", "0.5"}, {"instance_noise", "0.2"}}},
      {"gan",
       ring,
       {{"loss", "non-saturating"}, {"penalty", "none"}, {"penalty_weight", "10"}, {"pac", "1"}}},
      {"gan", grid, {{"generator_hidden", "128,128"}, {"schedule", "linear"}, {"ema", "0.999"}}},
      {"gan", mnist, {{"net", "dcgan"}, {"instance_noise", "0.6"}, {"noise_until", "1"}, {"batch", "64"}}},
      {"ebm", mnist, {{"net", "conv"}, {"data_noise", "0.2"}, {"output_scale", "100"}, {"sampler", "ula"}}},
      {"ebm", test::toy_shape("gamma"), {{"step", "0.1"}, {"lr", "0.01"}}},
      {"ebm", test::toy_shape("grid25"), {{"data_noise", "0.2"}, {"step", "0.02"}, {"fresh", "0.02"}}},
      {"ebm", ring, {{"fresh", "0.002"}, {"sampler", "mala"}, {"lr", "0.01"}, {"beta1", "0.9"}}},
      {"dae", ring, {{"output", "identity"}, {"ema", "0.999"}, {"weights", "tied"}}},
      {"flow-matching", mnist, {{"clip", "1"}, {"schedule", "hold-linear"}, {"epochs", "4"}}},
      {"ddpm", mnist, {{"epochs", "10"}, {"solver", "ddim"}, {"sample_steps", "50"}}},
      {"ncsn", mnist, {{"epochs", "10"}, {"solver", "langevin"}, {"level_repeats", "5"}}},
      {"dde", mnist, {{"sigma", "0.5"}, {"confinement", "0.5"}, {"latent", "64"}}},
      {"classifier", mnist, {{"shift", "2"}, {"noise", "0.1"}, {"schedule", "cosine"}, {"epochs", "16"}}},
      {"rbm",
       mnist,
       {{"lr", "0.05"}, {"epochs", "20"}, {"schedule", "linear"}, {"pixels", "dynamic-binary"}}},
      {"rbm", test::toy_shape("bars-and-stripes"), {{"hidden", "16"}, {"lr", "0.1"}, {"epochs", "4"}}},
      {"made",
       mnist,
       {{"hidden", "1000"}, {"lr", "0.001"}, {"epochs", "60"}, {"schedule", "linear"}, {"direct", "true"}}},
      {"made", test::toy_shape("bars-and-stripes"), {{"hidden", "64"}, {"lr", "0.01"}, {"epochs", "4"}}},
      {"dbn", mnist, {{"hidden", "500,500"}, {"lr", "0.05"}, {"epochs", "40"}}},
      {"nce", ring, {{"ema", "0.999"}, {"batch", "512"}, {"noise", "fitted"}}},
      {"fce", ring, {{"ema", "0.999"}, {"batch", "512"}, {"warm_up", "0.25"}}},
      {"realnvp", ring, {{"lr", "0.005"}, {"batch", "512"}, {"steps", "4000"}, {"schedule", "cosine"}}},
      {"realnvp", mnist, {{"lr", "0.002"}, {"batch", "64"}, {"epochs", "10"}, {"clip", "10"}}}};
  for (const Defaults& defaults : all) {
    CAPTURE(defaults.model);
    CAPTURE(defaults.shape.example.str());
    for (const auto& [key, value] : defaults.values)
      CHECK(test::option_text(defaults.model, {}, defaults.shape, key) == value);
  }
  CHECK(test::option_text("score", {"objective=ism", "data_noise=0.3"}, mnist, "batch") == "8");
  CHECK(test::option_text("ebm", {"net=mlp"}, mnist, "hidden") == "512");
  CHECK(test::option_text("gan", {"preset=collapse"}, ring, "instance_noise") == "0");
  CHECK(test::option_text("vae", {"architecture=pytorch-examples"}, mnist, "hidden") == "400");
  CHECK(test::option_text("dae", {"weights=free"}, ring, "output") == "identity");
}

}  // namespace
}  // namespace gradzoo
