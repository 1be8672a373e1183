#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/gan/gan.h"
#include "models/gan/jigsaw.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"

// What the options of a game with other losses do to its steps, and which of them go together.
namespace gradzoo {
using namespace test;
namespace {

using Assignments = Strings;

const DataShape kImages{.example = {4, 6}};
DataShape ring() { return toy_shape("ring8", {.noise = 0.01}); }

std::unique_ptr<Gan> small(const Assignments& assignments, const DataShape& shape) {
  return small_model<Gan>("gan",
                          joined({"net=mlp", "generator_hidden=8", "discriminator_hidden=8", "latent=3",
                                  "ema=0", "instance_noise=0", "batch=12", "clusters=0"},
                                 assignments),
                          shape);
}

TEST_CASE("with jigsaws D descends its loss on samples and, a fifth of all fakes, on quarters exchanged") {
  const auto gan = small({"negative_augmentation=jigsaw"}, kImages);
  Rng rng(1, "adversaries_test"), noise(0, "gan/noise");
  const Tensor x = rand({12, 24}, rng);
  const Discriminator& d = gan->discriminator();
  double expected = 0, of_fake = 0;
  {
    const NoGrad quiet;
    const Tensor real = d.centred(x), fake = gan->generator().centred(randn({12, 3}, noise), {});
    const Tensor exchanged = jigsaw(real.rows(0, 3), kImages, noise);
    expected = minimax.discriminator(d.judge(real, {}), d.judge(concat(fake, exchanged, 0), {})).item();
    of_fake = mean(sigmoid(d.judge(fake, {}))).item();
  }
  const auto row = step_on(*gan, x, 0.01);
  CHECK(row.at("discriminator_loss_nats") == approx(expected).epsilon(1e-5));
  CHECK(row.at("d_fake") == approx(of_fake).epsilon(1e-5));
}

TEST_CASE("jigsaws are shown under the labels of the images that they are made of") {
  const DataShape shape{.example = {4, 6}, .classes = 3};
  const auto gan = small({"negative_augmentation=jigsaw", "conditional=true"}, shape);
  Rng rng(6, "adversaries_test"), noise(0, "gan/noise");
  const Tensor x = rand({12, 24}, rng);
  const Tensor labels = tensor({0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2}, {12}, DType::i64);
  const Discriminator& d = gan->discriminator();
  double expected = 0;
  {
    const NoGrad quiet;
    const Tensor real = d.centred(x), fake = gan->generator().centred(randn({12, 3}, noise), labels);
    const Tensor of_fakes = d.judge(fake, labels),
                 of_jigsaws = d.judge(jigsaw(real.rows(0, 3), shape, noise), labels.rows(0, 3).clone());
    expected = minimax.discriminator(d.judge(real, labels), concat(of_fakes, of_jigsaws, 0)).item();
  }
  CHECK(step_on(*gan, Batch{x, labels, {}}, 0.01)[gan->metrics()[0].key()] == approx(expected).epsilon(1e-5));
}

TEST_CASE("G moves at each critic_steps-th step alone, and D at every one") {
  const auto gan = small({"loss=wgan-gp", "critic_steps=3"}, ring());
  const auto first = [](const Module& module) { return module.named_parameters()[0].tensor.to_vector(); };
  Rng rng(2, "adversaries_test");
  const Tensor x = randn({12, 2}, rng);
  for (int64_t step = 0; step < 6; ++step) {
    const auto g = first(gan->generator()), d = first(gan->discriminator());
    const auto row = step_on(*gan, x, 0.01, step);
    CHECK((first(gan->generator()) != g) == (step % 3 == 2));
    CHECK(first(gan->discriminator()) != d);
    CHECK(std::isfinite(row.at("generator_loss")));
  }
}

TEST_CASE("a short batch at an epoch's end is filled up to whole packs") {
  const auto gan = small({"pac=4"}, ring());
  Rng rng(3, "adversaries_test");
  const auto row = step_on(*gan, randn({5, 2}, rng), 0.01);
  CHECK(std::isfinite(row.at("discriminator_loss_nats")));
}

TEST_CASE("each loss teaches G to draw nearer to the data, which lie far from its first samples") {
  for (const Choice<const GanLoss*>& choice : kGanLosses) {
    CAPTURE(choice.name);
    const auto gan = small({"loss=" + std::string(choice.name), "critic_steps=1"}, ring());
    Rng rng(4, "adversaries_test");
    const auto apart = [&] {
      Rng draws(5, "adversaries_test");
      return std::abs(mean(gan->sample({500, draws})).item() - 3);
    };
    const double before = apart();
    for (int64_t step = 0; step < 400; ++step)
      step_on(*gan, randn({60, 2}, rng) * 0.3 + 3.0, 0.01, step, 400);
    CHECK(apart() < 0.4 * before);
  }
}

TEST_CASE("losses and penalties bring their defaults; what makes no sense is refused with a way out") {
  const auto check = [](const Assignments& given, const DataShape& shape, const Assignments& expected) {
    check_options("gan", given, shape, expected);
  };
  check({"loss=wgan-gp"}, ring(),
        {"penalty=gradient", "critic_steps=5", "penalty_weight=0.1", "beta1=0", "activation=silu"});
  check({"loss=wgan-gp"}, kImages, {"penalty_weight=10"});
  check({"loss=wgan-gp", "spectral_norm=true"}, ring(), {"penalty=none"});
  check({"penalty=r1"}, ring(), {"activation=silu"});
  check({}, ring(), {"activation=leaky_relu", "penalty=none", "critic_steps=1"});
  const auto refused = [](const Assignments& given, const DataShape& shape, const char* why) {
    check_refused(why, [&] { small(given, shape); });
  };
  refused({"pac=5"}, ring(), "pac=5 does not divide a batch of 12. Hint: set batch=10");
  refused({"negative_augmentation=jigsaw"}, ring(), "points");
  refused({"negative_augmentation=jigsaw"}, {.example = {5, 4}}, "even sides");
  refused({"pac=2", "conditional=true"}, {.example = {4, 6}, .classes = 3}, "one label");
  refused({"loss=hinge", "label_smoothing=0.1"}, ring(), "label_smoothing=0");
  refused({"loss=wgan-gp", "penalty=none"}, ring(), "penalty=gradient");
}

TEST_CASE("a penalty on a D with kinks is warned of; the hint against collapse names what is not yet on") {
  CHECK(contains(small({"penalty=r1", "activation=leaky_relu"}, ring())->warning(), "activation=silu"));
  CHECK(small({"penalty=r1"}, ring())->warning().empty());
  CHECK(small({}, ring())->warning().empty());
  CHECK(contains(small({}, ring())->collapse_hint(), "instance_noise=0.2, penalty=r1, pac=2"));
  CHECK_FALSE(contains(small({"pac=2", "penalty=r1"}, ring())->collapse_hint(), "pac"));
  // A conditional D judges one at a time.
  const auto told = small({"conditional=true"}, {.example = {4, 6}, .classes = 3});
  CHECK_FALSE(contains(told->collapse_hint(), "pac"));
}

}  // namespace
}  // namespace gradzoo
