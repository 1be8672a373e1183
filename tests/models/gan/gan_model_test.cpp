#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/gan/eval.h"
#include "models/gan/gan.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {
namespace {

std::vector<std::string> with_small_sizes(const std::vector<std::string>& assignments) {
  std::vector<std::string> all = {"generator_hidden=8,8", "discriminator_hidden=8,8", "latent=3", "ema=0"};
  all.insert(all.end(), assignments.begin(), assignments.end());
  return all;
}

const DataShape kImages{.example = {5, 4}};
DataShape ring() { return test::toy_shape("ring8", {.noise = 0.01}); }

struct Run {
  std::unique_ptr<Gan> gan;
  State state;
  explicit Run(const std::vector<std::string>& assignments, const DataShape& shape = ring())
      : gan(test::small_model<Gan>("gan", with_small_sizes(assignments), shape)) {
    gan->register_state(state);
  }
  std::map<std::string, double> step(const Tensor& x, double rate) {
    return test::step_on(*gan, x, rate, 0, 10);
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
  for (const GeneratorLoss loss : {GeneratorLoss::non_saturating, GeneratorLoss::minimax}) {
    const std::string named = "loss=" + std::string(name_of(kGeneratorLosses, loss));
    CAPTURE(named);
    Rng rng(1, "gan_model_test");
    const Tensor x = randn({6, 2}, rng);
    Run run({"instance_noise=0", "clip=0", named});
    run.step(x, 0.01);

    Rng init(0, "gan/init"), noise(0, "gan/noise");
    const GanShape shape = {.inputs = 2,
                            .latent = 3,
                            .generator_hidden = {8, 8},
                            .discriminator_hidden = {8, 8},
                            .init = GeneratorInit::torch,
                            .pixels = false};
    const Generator generator(shape, init);
    const Discriminator discriminator(shape, init);
    Learner g(generator, {.optimizer = adam({.beta1 = 0.5})}),
        d(discriminator, {.optimizer = adam({.beta1 = 0.5})});
    const Tensor z = randn({6, 3}, noise);
    {
      Tape tape;
      const Tensor fake = generator.forward(z).detach();
      d.step(discriminator_loss(discriminator.forward(x), discriminator.forward(fake)), 0.01);
    }
    {
      Tape tape;
      const Tensor logits = discriminator.forward(generator.forward(z));
      g.step(generator_loss(logits, loss), 0.01);
    }
    const auto near = [](double a, double b) { return std::abs(a - b) < 1e-6; };
    CHECK(std::ranges::equal(values(run.gan->generator()), values(generator), near));
    CHECK(std::ranges::equal(values(run.gan->discriminator()), values(discriminator), near));
  }
}

TEST_CASE("where G's step is not finite, D's is taken back and nothing has moved") {
  const std::vector<std::string> deep = {"generator_hidden=8,8,8,8,8,8,8,8,8",
                                         "discriminator_hidden=8,8,8,8,8,8,8,8,8", "discriminator_rate=1000"};
  Run run(deep), untouched(deep);
  Rng rng(2, "gan_model_test");
  const Tensor x = randn({6, 2}, rng);
  CHECK_THROWS_AS(run.step(x, 1000), NonFinite);
  CHECK(values(run.gan->discriminator()) == values(untouched.gan->discriminator()));
  for (size_t i = 0; i < run.state.entries().size(); ++i) {
    const State::Entry& entry = run.state.entries()[i];
    if (entry.name == "gan.noise") continue;  // its draws are the trainer's to wind back
    CAPTURE(entry.name);
    CHECK(entry.bytes() == untouched.state.entries()[i].bytes());
  }
}

TEST_CASE("D's answers are the means over its own step, and say 1/2 before it has learned anything") {
  Run run({"instance_noise=0"});
  Rng rng(3, "gan_model_test");
  std::map<std::string, double> metrics = run.step(randn({500, 2}, rng), 0);
  CHECK(metrics["discriminator_loss_nats"] == doctest::Approx(std::log(4.0)).epsilon(0.2));
  CHECK(metrics["d_real"] == doctest::Approx(0.5).epsilon(0.2));
  CHECK(metrics["d_fake"] == doctest::Approx(0.5).epsilon(0.2));
}

TEST_CASE("samples of images are images in [0, 1]; points stay points") {
  Rng rng(4, "gan_model_test");
  Run images({}, kImages);
  const Tensor drawn = images.gan->sample({7, rng});
  CHECK(drawn.shape() == Shape{7, 5, 4});
  CHECK(min(drawn).item() >= 0);
  CHECK(max(drawn).item() <= 1);
  Run points({});
  CHECK(points.gan->sample({7, rng}).shape() == Shape{7, 2});
}

TEST_CASE("a generator that has learned nothing is told so by its modes, and the reading says it") {
  Run run({});
  Rng rng(5, "gan_model_test");
  const Examples examples{ring().toy->sample(50, rng), {}, arange(50, DType::i64)};
  const DataView view{examples, examples, 1};
  const Quantities found = run.gan->validate(view);
  REQUIRE(found.size() == 4);
  CHECK(found[kModesCovered].value == 0);
  CHECK(test::contains(run.gan->reading(view), "covers 0 of 8"));
  CHECK(test::contains(run.gan->reading(view), "collapsed"));
  CHECK(run.gan->pictures(view).size() == 1);
}

TEST_CASE("toys and images get defaults of their own, and a user's choice stands before them") {
  const auto text = [](const std::vector<std::string>& assignments, const DataShape& shape, const char* key) {
    return test::option_text("gan", assignments, shape, key);
  };
  CHECK(text({"steps=5"}, ring(), "batch") == "256");
  CHECK(text({"steps=5"}, ring(), "steps") == "5");
  CHECK(text({"epochs=5"}, ring(), "steps") == "0");
  const std::vector<std::string> collapse = {"preset=collapse", "lr=0.5"};
  CHECK(text(collapse, ring(), "loss") == "minimax");
  CHECK(text(collapse, ring(), "discriminator_rate") == "100");
  CHECK(text(collapse, ring(), "lr") == "0.5");
  CHECK(text({}, kImages, "batch") == "128");
  CHECK(text({}, kImages, "lr") == "0.0005");
  CHECK(text({}, kImages, "steps") == "0");
  RunOptions named(find_model("gan"));
  named.table().assign("data=ring8");
  named.complete();
  CHECK(named.data.toy_noise == 0.01);
}

}  // namespace
}  // namespace gradzoo
