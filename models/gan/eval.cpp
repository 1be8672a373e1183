#include "models/gan/eval.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "models/base/over_examples.h"

namespace gradzoo {
namespace {

constexpr int64_t kExamples = 5000;

Batch first_examples(const DataView& data) {
  const int64_t n = std::min(kExamples, data.examples.count());
  return read_examples(data.examples, 0, n, Pixels::grey, Rng(data.seed));
}

Tensor one_axis(const Tensor& logits) { return reshape(logits, {logits.size()}); }  // (n, 1) -> (n)

// Summed over the coordinates: (n, d) -> number.
double total_variance(const Tensor& x) { return sum(var_axis(cast(x, DType::f64), 0)).item(); }

std::string coverage_verdict(const ModeCoverage& c) {
  const double fair = 1 / static_cast<double>(c.modes);
  if (2 * c.covered <= c.modes) return "G has collapsed onto a part of the modes";
  if (c.covered < c.modes) return "some modes are missing";
  if (c.high_quality < 0.9) return "every mode is found, but too many samples lie between them";
  return c.smallest_share >= 0.3 * fair ? "a healthy run" : "every mode is found, some of them rarely";
}

}  // namespace

Quantity gan_held_out_d(const Discriminator& discriminator, const DataView& data) {
  const Batch batch = first_examples(data);
  return mean_over_examples(kGanDReal, one_axis(sigmoid(discriminator.forward(batch.x, batch.labels))),
                            "D(x) on examples that were not trained on: where it falls well below D(x) in "
                            "training, D knows its examples by heart");
}

Quantities gan_value_quantities(const Generator& generator, const Discriminator& discriminator,
                                const DataView& data) {
  const Batch batch = first_examples(data);
  const Tensor &x = batch.x, &labels = batch.labels;
  Rng rng(data.seed, "eval/value");
  const Tensor real = one_axis(discriminator.forward(x, labels)),
               drawn = generator.draw(x.dim(0), rng, labels),
               fake = one_axis(discriminator.forward(drawn, labels));
  return {mean_over_examples(kGanValue, neg(softplus(neg(real)) + softplus(fake)),
                             "V = E log D(x) + E log(1 - D(G(z))): -1.386 where D cannot tell them apart, 0 "
                             "where it always can"),
          mean_over_examples(kGanDReal, sigmoid(real), "D(x) of these examples"),
          mean_over_examples(kGanDFake, sigmoid(fake), "D(G(z)) of fresh samples, by the averaged G")};
}

Quantity gan_spread(const Generator& generator, const DataView& data) {
  Rng rng(data.seed, "eval/samples");
  const double spread = total_variance(generator.draw(kModeSamples, rng)),
               truth = total_variance(first_examples(data).x);
  return quantity(kGanSpread, spread / truth,
                  "variance of samples, summed over the coordinates, over that of the data: near 0 where G "
                  "has collapsed onto one example");
}

std::string gan_reading(const Generator& generator, const Discriminator& discriminator,
                        const std::optional<ModeCoverage>& coverage, const DataView& data) {
  std::string text =
      "A healthy game is undecided: D(x) stays above D(G(z)) by a little, D's loss not far below log 4 = "
      "1.386, and neither runs away. Where D(x) goes to 1 and D(G(z)) to 0, D has won, and G learns little "
      "more. Losses do not tell how good samples are, nor how many kinds there are: ";
  if (coverage) {
    text += fmt::format(
        "that is told by the modes. A collapsed run has few modes covered, often with most samples of high "
        "quality, while D(G(z)) swings, because G chases D from mode to mode. This run covers {} of {} "
        "modes, the rarest with {:.1f}% of the samples, and {:.1f}% of the samples lie within 3 sigma of a "
        "mode: {}.",
        coverage->covered, coverage->modes, 100 * coverage->smallest_share, 100 * coverage->high_quality,
        coverage_verdict(*coverage));
    return text;
  }
  const double held_out = gan_held_out_d(discriminator, data).value;
  const double spread = gan_spread(generator, data).value;
  text += fmt::format(
      "look at them, and at their spread. A collapsed run draws the same few examples over and over: their "
      "spread falls well below 1, the data's own. This run's samples have {:.2f} of the data's variance; D "
      "gives {:.2f} to examples that it was not trained on.",
      spread, held_out);
  return text;
}

}  // namespace gradzoo
