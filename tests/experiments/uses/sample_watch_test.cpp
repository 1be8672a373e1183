#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/experiments/uses/sample_quality.h"

namespace gradzoo {
namespace {

double value_of(const Quantities& quantities, std::string_view name) {
  for (const Quantity& quantity : quantities)
    if (quantity.name == name) return quantity.value;
  return NAN;
}

TEST_CASE("digits are measured each tenth of a run and at its end; points and other images are not") {
  const std::vector<std::string> small = {"hidden=8", "latent=2", "batch=5000", "epochs=30"};
  const auto options = run_options("vae", small);
  Session session(*options);
  const SampleWatch watch = watch_samples(*options, session);
  const int64_t per_epoch = session.batches->steps_per_epoch();
  CHECK(watch(per_epoch).empty());
  CHECK(watch(4 * per_epoch).empty());
  CHECK(watch(3 * per_epoch).size() == 3);
  const Quantities end = watch(session.steps);
  CHECK(value_of(end, "digit_fid") > 500);  // it has learned nothing
  {                                         // held against the validation images
    const DataView view = session.data.view();
    const SampleMetrics metrics(digits_classifier(), view.examples, view.train, Pixels::grey);
    Rng rng(session.data.seed(), "watch");
    const Tensor drawn = measured_samples(*session.model, 200, metrics.pixels(), rng);
    CHECK(value_of(end, "digit_fid") == metrics.frechet_of(metrics.seen(drawn)));
  }
  CHECK(value_of(end, "label_entropy") < 2.31);

  const auto toy = run_options("gan", std::vector<std::string>{"data=ring8", "steps=10"});
  Session points(*toy);
  CHECK_FALSE(watch_samples(*toy, points));
}

TEST_CASE("real digits are near themselves by the same numbers") {
  const Dataset mnist("mnist");
  const Examples valid = mnist.split(Split::valid);
  const SampleMetrics metrics(digits_classifier(), mnist.split(Split::test), valid, Pixels::grey);
  const Quantities found = quick_quality(metrics, evenly_spread(valid, 400));
  CHECK(value_of(found, "confident_share") > 0.95);
  CHECK(value_of(found, "label_entropy") > 2.2);
  CHECK(value_of(found, "digit_fid") < 100);
}

TEST_CASE("a model of binary pixels is measured by binary draws against binary images") {
  const Dataset mnist("mnist");
  const Examples valid = mnist.split(Split::valid);
  const auto metrics = [&](Pixels pixels) {
    return SampleMetrics(digits_classifier(), valid, valid, pixels);
  };
  const SampleMetrics grey = metrics(Pixels::grey), binary = metrics(Pixels::dynamic_binary);
  const Tensor drawn = evenly_spread(valid, 400, Pixels::dynamic_binary);
  CHECK(value_of(quick_quality(binary, drawn), "digit_fid") <
        0.85 * value_of(quick_quality(grey, drawn), "digit_fid"));

  const auto options = run_options("vae", std::vector<std::string>{"hidden=8", "latent=2"});
  Session session(*options);
  Rng rng(1, "sample_watch_test");
  const Tensor bits = measured_samples(*session.model, 5, Pixels::dynamic_binary, rng);
  CHECK(sum(bits * (1.0 - bits)).item() == 0);
  const Tensor shades = measured_samples(*session.model, 5, Pixels::grey, rng);
  CHECK(sum(shades * (1.0 - shades)).item() > 100);
}

}  // namespace
}  // namespace gradzoo
