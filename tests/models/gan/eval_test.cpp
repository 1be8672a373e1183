#include "models/gan/eval.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/modes.h"
#include "gradzoo/models/gan/gan.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

/// Players of points in the plane, and examples for them.
struct Players {
  Rng rng{1, "gan_eval_test"};
  GanShape shape{.data = {.example = {2}}, .latent = 3, .generator_hidden = {8}, .discriminator_hidden = {8}};
  Generator generator{shape, rng};
  Discriminator discriminator{shape, rng};
  const Classes none{{}, shape.data};
  Examples examples(int64_t n) { return {randn({n, 2}, rng) * 2.0 + 1.0, {}, arange(n, DType::i64)}; }
};

TEST_CASE("the value is the game's on these examples and as many fresh samples, with D's means beside it") {
  Players players;
  const Examples held_out = players.examples(30), train = players.examples(30);
  const NoGrad quiet;
  const Quantities found = gan_value_quantities(players.generator, players.discriminator, minimax,
                                                players.none, {held_out, train, 7});
  Rng rng(7, "eval/value");
  const Tensor real = players.discriminator.forward(held_out.values),
               fake = players.discriminator.forward(players.generator.draw(30, rng));
  CHECK(found[kGanValue].value == approx(gan_value(real, fake).item()).epsilon(1e-5));
  CHECK(found[kGanDReal].value == approx(mean(sigmoid(real)).item()).epsilon(1e-5));
  CHECK(found[kGanDFake].value == approx(mean(sigmoid(fake)).item()).epsilon(1e-5));
  CHECK(gan_held_out_d(players.discriminator, minimax, players.none, {held_out, train, 7}).value ==
        approx(found[kGanDReal].value).epsilon(1e-6));
}

TEST_CASE("scores that are no logits are told as they are, also of a D that judges several at once") {
  Players players;
  players.shape.pac = 4;
  const Discriminator packed(players.shape, players.rng);
  const Examples held_out = players.examples(30), train = players.examples(30);
  const NoGrad quiet;
  const Quantities found =
      gan_value_quantities(players.generator, packed, wasserstein, players.none, {held_out, train, 7});
  Rng rng(7, "eval/value");
  // 30 are 7 packs and a half: the first two come once more.
  const auto filled = [](const Tensor& x) { return concat(x, x.rows(0, 2), 0); };
  const Tensor real = packed.forward(filled(held_out.values)),
               fake = packed.forward(filled(players.generator.draw(30, rng)));
  CHECK(real.shape() == Shape{8, 1});
  CHECK(found[kGanScoreReal].value == approx(mean(real).item()).epsilon(1e-5));
  CHECK(found[kGanScoreFake].value == approx(mean(fake).item()).epsilon(1e-5));
  CHECK(found[kGanGap].value == approx(mean(real - fake).item()).epsilon(1e-5));
  CHECK(gan_held_out_d(packed, hinge, players.none, {held_out, train, 7}).value ==
        approx(mean(real).item()).epsilon(1e-5));
}

TEST_CASE("fresh samples are drawn under the labels of the examples, and judged under them") {
  Rng rng(2, "gan_eval_test");
  const GanShape shape{.data = {.example = {2, 2}, .classes = 3},
                       .latent = 3,
                       .generator_hidden = {8},
                       .discriminator_hidden = {8},
                       .classes = 3};
  const Generator generator(shape, rng);
  const Discriminator discriminator(shape, rng);
  Examples images{cast(rand({9, 2, 2}, rng) * 255.0, DType::u8), zeros({9}, DType::u8),
                  arange(9, DType::i64)};
  for (int64_t i = 0; i < 9; ++i) images.labels.mutable_data<uint8_t>()[i] = i < 6 ? 2 : 1;
  const NoGrad quiet;
  const Quantities found = gan_value_quantities(generator, discriminator, minimax,
                                                Classes({.by_label = true}, shape.data), {images, images, 7});
  Rng draws(7, "eval/value");
  const Tensor labels = cast(images.labels, DType::i64);
  const Tensor fake = discriminator.forward(generator.draw(9, draws, labels), labels);
  CHECK(found[kGanDFake].value == approx(mean(sigmoid(fake)).item()).epsilon(1e-5));
}

TEST_CASE(
    "images are judged under the clusters that they lie in, and fresh samples drawn as often as these come") {
  const DataShape shape{.example = {2, 2}};
  Rng rng(3, "gan_eval_test");
  // Ten dark images, thirty bright ones.
  const Tensor grey = concat(full({10, 2, 2}, 40), full({30, 2, 2}, 200), 0) + randn({40, 2, 2}, rng) * 5.0;
  const Examples images{cast(grey, DType::u8), {}, arange(40, DType::i64)};
  Classes classes({.clusters = 2}, shape);
  classes.fit(images, 1);
  const GanShape sizes{
      .data = shape, .latent = 3, .generator_hidden = {8}, .discriminator_hidden = {8}, .classes = 2};
  const Generator generator(sizes, rng);
  const Discriminator discriminator(sizes, rng);
  const NoGrad quiet;
  const DataView view{images, images, 7};
  const Tensor x = read_examples(images, 0, 40, Pixels::grey, Rng(0)).x;
  const Tensor real = discriminator.forward(x, classes.of(x, {}));
  CHECK(gan_held_out_d(discriminator, minimax, classes, view).value ==
        approx(mean(sigmoid(real)).item()).epsilon(1e-5));
  Rng draws(7, "eval/samples");
  const Tensor drawn = classes.draw(kModeSamples, {}, draws);
  const Tensor samples = generator.draw(kModeSamples, draws, drawn);
  const double wanted = sum(var_axis(samples, 0)).item() / sum(var_axis(x, 0)).item();
  CHECK(gan_spread(generator, classes, view).value == approx(wanted).epsilon(1e-4));
}

TEST_CASE("a reading calls half of the modes a collapse, and more than that not yet") {
  Players players;
  const Examples some = players.examples(30);
  const NoGrad quiet;
  const auto verdict = [&](int64_t covered, double high_quality, double smallest) {
    const ModeCoverage coverage{8, covered, covered, smallest, high_quality};
    return gan_reading(players.generator, players.discriminator, minimax, coverage, players.none,
                       {some, some, 7});
  };
  CHECK(verdict(4, 1, 0).ends_with("G has collapsed onto a part of the modes."));
  CHECK(verdict(5, 1, 0).ends_with("some modes are missing."));
  CHECK(verdict(8, 0.89, 0.1).ends_with("too many samples lie between them."));
  CHECK(verdict(8, 0.9, 0.3 / 8).ends_with("a healthy run."));
  CHECK(verdict(8, 0.9, 0.29 / 8).ends_with("some of them rarely."));
}

TEST_CASE("the spread is the samples' variance over the examples'") {
  Players players;
  const Examples held_out = players.examples(40), train = players.examples(40);
  const NoGrad quiet;
  Rng rng(7, "eval/samples");
  const Tensor drawn = players.generator.draw(kModeSamples, rng);
  const double wanted = sum(var_axis(drawn, 0)).item() / sum(var_axis(held_out.values, 0)).item();
  CHECK(gan_spread(players.generator, players.none, {held_out, train, 7}).value ==
        approx(wanted).epsilon(1e-4));
}

}  // namespace
}  // namespace gradzoo
