#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/gan/gan.h"
#include "models/gan/eval.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/stir.h"

namespace gradzoo {
using namespace test;
namespace {

const Strings kSmallSizes = {"generator_hidden=8,8", "discriminator_hidden=8,8", "latent=3", "ema=0",
                             "clusters=0"};

const DataShape kFaces{.example = {5, 4}};
DataShape ring_data() { return toy_shape("ring8", {.noise = 0.01}); }

// Of the players that kSmallSizes makes for it.
GanShape small_shape() {
  return {.data = ring_data(),
          .latent = 3,
          .generator_hidden = {8, 8},
          .discriminator_hidden = {8, 8},
          .init = GeneratorInit::torch};
}

struct Run {
  std::unique_ptr<Gan> gan;
  State state;
  explicit Run(const Strings& assignments, const DataShape& shape = ring_data())
      : gan(small_model<Gan>("gan", joined(kSmallSizes, assignments), shape)) {
    gan->register_state(state);
  }
  std::map<std::string, double> step(const Tensor& x, double rate) { return step_on(*gan, x, rate, 0, 10); }
};

// The players that a run begins with, for steps that are written out here.
struct OwnPlayers {
  Rng init{0, "gan/init"}, noise{0, "gan/noise"};
  Generator generator;
  Discriminator discriminator;
  Learner g, d;
  explicit OwnPlayers(const GanShape& shape = small_shape(),
                      const LearnerOptions& options = {.optimizer = adam({.beta1 = 0.5})})
      : generator(shape, init),
        discriminator(shape, init),
        g(generator, options),
        d(discriminator, options) {}
  void check_same(Gan& gan, double tolerance) const {
    const auto near = [=](double a, double b) { return std::abs(a - b) < tolerance; };
    CHECK(std::ranges::equal(parameter_values(gan.generator()), parameter_values(generator), near));
    CHECK(std::ranges::equal(parameter_values(gan.discriminator()), parameter_values(discriminator), near));
  }
};

TEST_CASE("G's further steps are on fakes of their own, by the D that has stepped") {
  Rng rng(1, "gan_model_test");
  const Tensor x = randn({6, 2}, rng);
  Run run({"instance_noise=0", "clip=0", "generator_steps=3", "discriminator_rate=0"});
  run.step(x, 0.01);
  OwnPlayers own;
  for (int step = 0; step < 3; ++step) {
    const Tape tape;
    const Tensor z = randn({6, 3}, own.noise);
    own.g.step(non_saturating.generator(own.discriminator.forward(own.generator.forward(z))), 0.01);
  }
  own.check_same(*run.gan, 2e-5);
  check_refused("generator_steps=1", [] { Run({"simultaneous=true", "generator_steps=2"}); });
}

TEST_CASE("where G takes several steps, a step that fails later takes all of them back") {
  Rng rng(1, "gan_model_test");
  Run run({"generator_steps=2"});
  const Doubles g = parameter_values(run.gan->generator()), d = parameter_values(run.gan->discriminator());
  run.gan->mark();
  run.step(randn({6, 2}, rng), 0.01);
  CHECK(parameter_values(run.gan->generator()) != g);
  run.gan->take_back();
  CHECK(parameter_values(run.gan->generator()) == g);
  CHECK(parameter_values(run.gan->discriminator()) == d);
}

TEST_CASE("one step on one tape is D's step, then G's through the D that has moved, on the same fakes") {
  for (const GanLoss* loss : {&non_saturating, &minimax, &least_squares}) {
    const std::string named = "loss=" + std::string(name_of(kGanLosses, loss));
    CAPTURE(named);
    Rng rng(1, "gan_model_test");
    const Tensor x = randn({6, 2}, rng);
    Run run({"instance_noise=0", "clip=0", named});
    run.step(x, 0.01);

    OwnPlayers own;
    const auto judged = [&](const Tensor& at) { return own.discriminator.forward(at); };
    const Tensor z = randn({6, 3}, own.noise);
    {
      Tape tape;
      const Tensor fake = own.generator.forward(z).detach();
      own.d.step(loss->discriminator(judged(x), judged(fake)), 0.01);
    }
    {
      Tape tape;
      own.g.step(loss->generator(judged(own.generator.forward(z))), 0.01);
    }
    own.check_same(*run.gan, 1e-6);
  }
}

/// What the game's options change of its steps.
struct Game {
  Strings assignments;
  GanShape shape = {};
  double noise = 0, until = 1;  // of centred examples; the share of the run over which it falls
  double beta1 = 0.5, rate = 1, smoothing = 0, r1 = 0, clip = 0, gradient = 0, beta2 = 0.999;
  int64_t critic_steps = 1;
  const GanLoss* loss = &non_saturating;
};

TEST_CASE("steps of the game are those written out here, with all that its options change") {
  const Game games[] = {
      {.assignments = {"instance_noise=0.3", "noise_until=0.5"}, .noise = 0.3, .until = 0.5},
      // Pixels lie in [0, 1], centred ones in [-1, 1].
      {.assignments = {"instance_noise=0.3"}, .shape = {.data = kFaces}, .noise = 0.6},
      {.assignments = {"beta1=0.8", "discriminator_rate=2"}, .beta1 = 0.8, .rate = 2},
      {.assignments = {"label_smoothing=0.2"}, .smoothing = 0.2},
      {.assignments = {"penalty=r1", "penalty_weight=0.7"}, .shape = {.activation = silu}, .r1 = 0.7},
      {.assignments = {"pac=3", "penalty=r1"}, .shape = {.activation = silu, .pac = 3}, .r1 = 10},
      {.assignments = {"pac=2", "penalty=gradient"}, .shape = {.activation = silu, .pac = 2}, .gradient = 10},
      {.assignments = {"loss=wgan-gp", "critic_steps=2", "penalty_weight=3", "beta1=0.5"},
       .shape = {.activation = silu},
       .gradient = 3,
       .beta2 = 0.9,
       .critic_steps = 2,
       .loss = &wasserstein},
      {.assignments = {"activation=silu"}, .shape = {.activation = silu}},
      {.assignments = {"spectral_norm=true"}, .shape = {.spectral_norm = true}},
      {.assignments = {"init=he"}, .shape = {.init = GeneratorInit::he}},
      {.assignments = {"clip=0.01"}, .clip = 0.01},
      {.assignments = {"conditional=true"},
       .shape = {.data = {.example = {5, 4}, .classes = 3}, .classes = 3}},
      {.assignments = {"conditional=true", "penalty=gradient"},
       .shape = {.data = {.example = {5, 4}, .classes = 3}, .activation = silu, .classes = 3},
       .gradient = 10}};
  for (const Game& game : games) {
    CAPTURE(game.assignments[0]);
    const bool images = game.shape.data.example.rank() >= 2;
    const Strings all =
        joined({"instance_noise=0", "noise_until=1", "batch=6", images ? "init=he" : "init=torch"},
               game.assignments);
    const DataShape data = images ? game.shape.data : ring_data();
    const Tensor labels = data.classes > 0 ? tensor({0, 1, 2, 2, 1, 1}, {6}, DType::i64) : Tensor(),
                 both = data.classes > 0 ? concat(labels, labels, 0) : Tensor();
    Doubles row(4);
    Run run(all, data);

    GanShape shape = game.shape;
    shape.data = data;
    shape.latent = 3;
    shape.generator_hidden = shape.discriminator_hidden = {8, 8};
    if (!images && game.assignments[0] != "init=he") shape.init = GeneratorInit::torch;
    OwnPlayers own(shape, {.optimizer = adam({.beta1 = game.beta1, .beta2 = game.beta2}), .clip = game.clip});
    const Discriminator& discriminator = own.discriminator;
    Rng rng(9, "gan_model_test"), &noise = own.noise;
    for (int64_t step = 0; step < 6; ++step) {
      const Tensor x = rand({6, data.size()}, rng);
      run.gan->train_step({step, 8, 0.01, {x, labels, {}}}, MetricRow(row));
      const double sigma = game.noise * std::max(0.0, 1 - static_cast<double>(step) / (8 * game.until));
      const auto spoiled = [&](const Tensor& at) {
        return sigma > 0 ? at + randn(at.shape(), noise) * sigma : at;
      };
      const Tensor z = randn({6, 3}, noise);
      {
        const Tape tape;
        const Tensor real = discriminator.centred(x).clone().requires_grad_();
        const Tensor fake = own.generator.centred(z, labels).detach();
        const Tensor logits = discriminator.judge(spoiled(concat(real, fake, 0)), both);
        const int64_t packs = 6 / shape.pac;
        const Tensor of_real = slice(logits, 0, 0, packs), of_fake = slice(logits, 0, packs, 2 * packs);
        Tensor loss =
            game.loss->discriminator(of_real, of_fake) + label_smoothing_term(of_real, game.smoothing);
        if (game.r1 > 0) loss = loss + r1_penalty(real, of_real) * game.r1;
        if (game.gradient > 0) {
          const Tensor between = points_between(real, fake, shape.pac, noise);
          loss = loss + gradient_penalty(between, discriminator.judge(between, labels)) * game.gradient;
        }
        own.d.step(loss, 0.01 * game.rate);
      }
      if (step % game.critic_steps != game.critic_steps - 1) continue;
      const Tape tape;
      const Tensor logits = discriminator.judge(spoiled(own.generator.centred(z, labels)), labels);
      own.g.step(game.loss->generator(logits), 0.01);
    }
    own.check_same(*run.gan, 2e-5);
  }
}

TEST_CASE("the metrics of a step are D's answers to real and to generated examples, and its loss") {
  Run run({"instance_noise=0"});
  Rng rng(10, "gan_model_test"), noise(0, "gan/noise");
  const Tensor x = randn({40, 2}, rng) * 3.0 + 5.0;
  std::map<std::string, double> metrics = run.step(x, 0);
  const NoGrad quiet;
  const Tensor real = run.gan->discriminator().forward(x),
               fake = run.gan->discriminator().forward(run.gan->generator().draw(40, noise));
  CHECK(metrics["d_real"] == approx(mean(sigmoid(real)).item()).epsilon(1e-5));
  CHECK(metrics["d_fake"] == approx(mean(sigmoid(fake)).item()).epsilon(1e-5));
  CHECK(metrics["discriminator_loss_nats"] == approx(-gan_value(real, fake).item()).epsilon(1e-5));
  CHECK(std::abs(metrics["d_real"] - metrics["d_fake"]) > 1e-3);
}

TEST_CASE("D's answers are the means over its own step, and say 1/2 before it has learned anything") {
  Run run({"instance_noise=0"});
  Rng rng(3, "gan_model_test");
  std::map<std::string, double> metrics = run.step(randn({500, 2}, rng), 0);
  CHECK(metrics["discriminator_loss_nats"] == approx(std::log(4.0)).epsilon(0.2));
  CHECK(metrics["d_real"] == approx(0.5).epsilon(0.2));
  CHECK(metrics["d_fake"] == approx(0.5).epsilon(0.2));
}

TEST_CASE("a generator that has learned nothing is told so by its modes, and the reading says it") {
  Run run({});
  Rng rng(5, "gan_model_test");
  const Examples examples{ring_data().toy->sample(50, rng), {}, arange(50, DType::i64)};
  const DataView view{examples, examples, 1};
  const Quantities found = run.gan->validate(view);
  REQUIRE(found.size() == 4);
  CHECK(found[kModesCovered].value == 0);
  CHECK(contains(run.gan->interpretation(view), "covers 0 of 8"));
  CHECK(contains(run.gan->interpretation(view), "the rarest with 0.0% of the samples"));
  CHECK(contains(run.gan->interpretation(view), "collapsed"));
  CHECK(run.gan->pictures(view).size() == 1);
}

TEST_CASE("toys and images get defaults of their own, and a user's choice stands before them") {
  check_options("gan", {"steps=5"}, ring_data(), {"batch=256", "steps=5"});
  check_options("gan", {"epochs=5"}, ring_data(), {"steps=0"});
  check_options("gan", {"preset=collapse", "lr=0.5"}, ring_data(),
                {"loss=minimax", "discriminator_rate=100", "lr=0.5"});
  check_options("gan", {}, kFaces, {"batch=128", "lr=0.0005", "steps=0", "net=mlp"});
  RunOptions named(find_model("gan"));
  named.table().assign("data=ring8");
  named.complete();
  CHECK(named.data.toy_noise == 0.01);
}

TEST_CASE("players of convolutions learn too, and take images whose sides are multiples of 4 alone") {
  const DataShape image{.example = {8, 8}};
  CHECK(option_text("gan", {}, image, "net") == "dcgan");
  check_refused("multiples of 4", [] { Run({"net=dcgan"}, kFaces); });
  Rng rng(6, "gan_model_test");
  const Tensor x = rand({16, 64}, rng);
  const auto change = [&](const char* rate, double lr, const char* metric) {  // over 60 steps
    Run run({"net=dcgan", "channels=4", "norm_groups=2", "instance_noise=0", rate}, image);
    const double before = run.step(x, lr)[metric];
    double after = before;
    for (int i = 0; i < 60; ++i) after = run.step(x, lr)[metric];
    return after / before;
  };
  CHECK(change("discriminator_rate=1000", 1e-6, "discriminator_loss_nats") < 0.8);  // G stands still
  CHECK(change("discriminator_rate=0", 1e-2, "generator_loss_nats") < 0.9);         // D does
  Run run({"net=dcgan", "channels=4", "norm_groups=0"}, image);
  CHECK(run.gan->sample({3, rng}).shape() == Shape{3, 8, 8});
}

}  // namespace
}  // namespace gradzoo
