#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/gan/gan.h"
#include "models/registry.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

Settings settings_with(std::initializer_list<const char*> assignments) {
  Settings settings = default_settings(gan_entry());
  for (const char* assignment : {"generator_hidden=8", "discriminator_hidden=8", "latent=3", "ema=0"}) {
    settings.assign(assignment);
  }
  for (const char* assignment : assignments) settings.assign(assignment);
  gan_entry().resolve(settings);
  return settings;
}

DataShape ring() { return {.example = {2}, .toy = make_toy("ring8", {.noise = 0.01})}; }

struct Run {
  Gan gan;
  State state;
  explicit Run(const Settings& settings, const DataShape& shape = ring()) : gan(settings, shape) {
    gan.register_state(state);
  }
  std::vector<double> step(const Tensor& x, double rate) {
    std::vector<double> metrics(gan.metrics().size());
    const Batch batch{.x = x, .labels = {}, .rows = {}};
    gan.train_step({.step = 0, .steps = 10, .learning_rate = rate, .batch = batch}, metrics);
    return metrics;
  }
};

std::vector<double> values(const Module& module) {
  std::vector<double> all;
  for (const NamedTensor& p : module.named_parameters()) {
    const std::vector<double> one = p.tensor.to_vector();
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

TEST_CASE("one step on one tape is D's step, then G's through the D that has moved, on the same fakes") {
  for (const char* loss : {"loss=non-saturating", "loss=minimax"}) {
    CAPTURE(loss);
    const Settings settings = settings_with({"data=ring8", "instance_noise=0", "clip=0", loss});
    Rng rng(1, "gan_model_test");
    const Tensor x = randn({6, 2}, rng);
    Run run(settings);
    run.step(x, 0.01);

    Rng init(0, "gan/init"), noise(0, "gan/noise");
    const GanShape shape = {.inputs = 2,
                            .latent = 3,
                            .generator_hidden = {8, 8},
                            .discriminator_hidden = {8, 8},
                            .init = "torch",
                            .pixels = false};
    const Generator generator(shape, init);
    const Discriminator discriminator(shape, init);
    Learner g(generator, {.adam = {.beta1 = 0.5}}), d(discriminator, {.adam = {.beta1 = 0.5}});
    const Tensor z = randn({6, 3}, noise);
    {
      Tape tape;
      const Tensor fake = generator.forward(z).detach();
      d.step(discriminator_loss(discriminator.forward(x), discriminator.forward(fake)), 0.01);
    }
    {
      Tape tape;
      const Tensor logits = discriminator.forward(generator.forward(z));
      g.step(generator_loss(logits, settings.text("loss") == "minimax" ? GeneratorLoss::minimax
                                                                       : GeneratorLoss::non_saturating),
             0.01);
    }
    const auto near = [](double a, double b) { return std::abs(a - b) < 1e-6; };
    CHECK(std::ranges::equal(values(run.gan.generator()), values(generator), near));
    CHECK(std::ranges::equal(values(run.gan.discriminator()), values(discriminator), near));
  }
}

TEST_CASE("where G's step is not finite, D's is taken back and nothing has moved") {
  const Settings settings = settings_with({"data=ring8", "layers=9", "discriminator_rate=1000"});
  Run run(settings), untouched(settings);
  Rng rng(2, "gan_model_test");
  const Tensor x = randn({6, 2}, rng);
  CHECK_THROWS_AS(run.step(x, 1000), NonFinite);
  CHECK(values(run.gan.discriminator()) == values(untouched.gan.discriminator()));
  for (size_t i = 0; i < run.state.entries().size(); ++i) {
    const State::Entry& entry = run.state.entries()[i];
    if (entry.name == "gan.noise") continue;  // its draws are the trainer's to wind back
    CAPTURE(entry.name);
    CHECK(entry.bytes() == untouched.state.entries()[i].bytes());
  }
}

TEST_CASE("D's answers are the means over its own step, and say 1/2 before it has learned anything") {
  Run run(settings_with({"data=ring8", "instance_noise=0"}));
  Rng rng(3, "gan_model_test");
  const std::vector<double> metrics = run.step(randn({500, 2}, rng), 0);
  CHECK(metrics[0] == doctest::Approx(std::log(4.0)).epsilon(0.2));
  CHECK(metrics[2] == doctest::Approx(0.5).epsilon(0.2));
  CHECK(metrics[3] == doctest::Approx(0.5).epsilon(0.2));
}

TEST_CASE("samples of images are images in [0, 1]; points stay points") {
  Rng rng(4, "gan_model_test");
  Run images(settings_with({}), {.example = {5, 4}});
  const Tensor drawn = images.gan.sample(7, rng);
  CHECK(drawn.shape() == Shape{7, 5, 4});
  CHECK(min(drawn).item() >= 0);
  CHECK(max(drawn).item() <= 1);
  Run points(settings_with({"data=ring8"}));
  CHECK(points.gan.sample(7, rng).shape() == Shape{7, 2});
}

TEST_CASE("a generator that has learned nothing is told so by its modes, and the reading says it") {
  Run run(settings_with({"data=ring8"}));
  Rng rng(5, "gan_model_test");
  const Examples examples{ring().toy->sample(50, rng), {}, arange(50, DType::i64)};
  const DataView view{examples, examples, 1};
  const std::vector<Quantity> found = run.gan.validate(view);
  REQUIRE(found.size() == 4);
  CHECK(found[0].name == "modes_covered");
  CHECK(found[0].value == 0);
  CHECK(test::contains(run.gan.reading(view), "covers 0 of 8"));
  CHECK(test::contains(run.gan.reading(view), "collapsed"));
  CHECK(run.gan.pictures(view).size() == 1);
}

TEST_CASE("toys and images get defaults of their own, and a user's choice stands before them") {
  const Settings ring_settings = settings_with({"data=ring8", "steps=5"});
  CHECK(ring_settings.real("toy_noise") == 0.01);
  CHECK(ring_settings.integer("batch") == 256);
  CHECK(ring_settings.integer("steps") == 5);
  const Settings collapse = settings_with({"data=ring8", "preset=collapse", "lr=0.5"});
  CHECK(collapse.text("loss") == "minimax");
  CHECK(collapse.real("discriminator_rate") == 100);
  CHECK(collapse.real("lr") == 0.5);
  const Settings image_settings = settings_with({});
  CHECK(image_settings.integer("batch") == 128);
  CHECK(image_settings.real("lr") == 5e-4);
  CHECK(image_settings.integer("steps") == 0);
}

}  // namespace
}  // namespace gradzoo
