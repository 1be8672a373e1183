#include "models/gan/eval.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/base/over_examples.h"

namespace gradzoo {
namespace {

constexpr int64_t kExamples = 5000;

Batch first_examples(const DataView& data) {
  const int64_t n = std::min(kExamples, data.examples.count());
  return read_examples(data.examples, 0, n, Pixels::grey, Rng(data.seed));
}

// (n) of examples (n pac, inputs); the first ones once more where they make no whole packs.
Tensor scores_of(const Discriminator& discriminator, const Tensor& x, const Tensor& labels) {
  const int64_t pac = discriminator.pac();
  const Tensor scores = discriminator.forward(whole_packs(x, pac), whole_packs(labels, pac));
  return reshape(scores, {scores.size()});
}

// Summed over the coordinates: (n, d) -> number.
double total_variance(const Tensor& x) { return sum(var_axis(cast(x, DType::f64), 0)).item(); }

constexpr const char* kUndecided =
    "In a healthy run D(x) stays a little above D(G(z)), and D's loss a little below log 4 = 1.386. If D(x) "
    "goes to 1 and D(G(z)) to 0, D has won, and G learns little more. ";
constexpr const char* kScoresUndecided =
    "In a healthy run s(x) stays a little above s(G(z)), and the gap falls as samples get better. Scores "
    "have no fixed scale: compare them with each other, and with earlier ones. ";

std::string coverage_verdict(const ModeCoverage& c) {
  const double fair = 1 / static_cast<double>(c.modes);
  if (2 * c.covered <= c.modes) return "G has collapsed onto a part of the modes";
  if (c.covered < c.modes) return "some modes are missing";
  if (c.high_quality < 0.9) return "every mode is found, but too many samples lie between them";
  return c.smallest_share >= 0.3 * fair ? "a healthy run" : "every mode is found, some of them rarely";
}

}  // namespace

Quantity gan_held_out_d(const Discriminator& discriminator, const GanLoss& loss, const Classes& classes,
                        const DataView& data) {
  const Batch batch = first_examples(data);
  const Tensor scores = scores_of(discriminator, batch.x, classes.of(batch.x, batch.labels));
  const char* by_heart = "if it falls well below D's mean in training, D memorises its training examples";
  return mean_over_examples(loss.logits ? kGanDReal : kGanScoreReal, loss.logits ? sigmoid(scores) : scores,
                            fmt::format("{} on held-out examples: {}{}", loss.logits ? "D(x)" : "s(x)",
                                        by_heart, of_the_first(batch.count(), data.examples)));
}

Quantities gan_value_quantities(const Generator& generator, const Discriminator& discriminator,
                                const GanLoss& loss, const Classes& classes, const DataView& data) {
  const Batch batch = first_examples(data);
  const Tensor &x = batch.x, labels = classes.of(x, batch.labels);
  Rng rng(data.seed, "eval/value");
  const Tensor real = scores_of(discriminator, x, labels),
               fake = scores_of(discriminator, generator.draw(x.dim(0), rng, labels), labels);
  const std::string first = of_the_first(x.dim(0), data.examples);
  if (!loss.logits) {
    return {mean_over_examples(kGanGap, real - fake,
                               "E s(x) - E s(G(z)): 0 if D cannot distinguish real from fake; for a "
                               "1-Lipschitz critic at most the distance W1" +
                                   first),
            mean_over_examples(kGanScoreReal, real, "D's score of these examples" + first),
            mean_over_examples(kGanScoreFake, fake, "D's score of fresh samples from the averaged G")};
  }
  return {mean_over_examples(kGanValue, neg(softplus(neg(real)) + softplus(fake)),
                             "V = E log D(x) + E log(1 - D(G(z))): -1.386 if D cannot distinguish real from "
                             "fake, 0 if it always can" +
                                 first),
          mean_over_examples(kGanDReal, sigmoid(real), "D(x) of these examples" + first),
          mean_over_examples(kGanDFake, sigmoid(fake), "D(G(z)) of fresh samples from the averaged G")};
}

Quantity gan_spread(const Generator& generator, const Classes& classes, const DataView& data) {
  Rng rng(data.seed, "eval/samples");
  const Tensor drawn = classes.draw(kModeSamples, {}, rng);
  const Tensor x = first_examples(data).x;
  const double spread = total_variance(generator.draw(kModeSamples, rng, drawn)), truth = total_variance(x);
  return quantity(kGanSpread, spread / truth,
                  "variance of the samples divided by the data's variance, both summed over coordinates: "
                  "near 0 if G has collapsed onto one example" +
                      of_the_first(x.dim(0), data.examples));
}

std::string gan_reading(const Generator& generator, const Discriminator& discriminator, const GanLoss& loss,
                        const std::optional<ModeCoverage>& coverage, const Classes& classes,
                        const DataView& data) {
  std::string text = loss.logits ? kUndecided : kScoresUndecided;
  text += "The losses show neither the quality nor the variety of the samples: ";
  if (coverage) {
    text += fmt::format(
        "the modes do. A collapsed run covers few modes, often with most samples of high quality. D's output "
        "then oscillates, because G chases D from mode to mode. This run covers {} of {} modes, the rarest "
        "with {:.1f}% of the samples, and {:.1f}% of the samples lie within 3 sigma of a mode: {}.",
        coverage->covered, coverage->modes, 100 * coverage->smallest_share, 100 * coverage->high_quality,
        coverage_verdict(*coverage));
    return text;
  }
  const double held_out = gan_held_out_d(discriminator, loss, classes, data).value;
  const double spread = gan_spread(generator, classes, data).value;
  text += fmt::format(
      "look at the samples, and at their spread. A collapsed run draws the same few examples again and "
      "again, and its spread falls well below 1. This run's samples have {:.2f} of the data's variance; D "
      "gives {:.2f} to held-out examples.",
      spread, held_out);
  return text;
}

}  // namespace gradzoo
