#include "tools/run/sample_watch.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"

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
  SampleWatch watch(*options, session);
  const int64_t per_epoch = session.batches->steps_per_epoch();
  CHECK(watch.at(per_epoch).empty());
  CHECK(watch.at(4 * per_epoch).empty());
  CHECK(watch.at(3 * per_epoch).size() == 3);
  const Quantities end = watch.at(session.steps);
  CHECK(value_of(end, "digit_fid") > 500);  // it has learned nothing
  CHECK(value_of(end, "label_entropy") < 2.31);

  const auto toy = run_options("gan", std::vector<std::string>{"data=ring8", "steps=10"});
  Session points(*toy);
  CHECK(SampleWatch(*toy, points).at(points.steps).empty());
}

TEST_CASE("real digits are near themselves by the same numbers") {
  const Dataset mnist("mnist");
  const Examples valid = mnist.split(Split::valid);
  const Ruler ruler(*own_classifier({.data = "mnist"}, false, nullptr), mnist.split(Split::test), valid,
                    Pixels::grey);
  const Quantities found = ruler.watch(evenly_spread(valid, 400));
  CHECK(value_of(found, "confident_share") > 0.95);
  CHECK(value_of(found, "label_entropy") > 2.2);
  CHECK(value_of(found, "digit_fid") < 100);
}

TEST_CASE("a model of binary pixels is measured by binary draws against binary images") {
  const Dataset mnist("mnist");
  const Examples valid = mnist.split(Split::valid);
  const auto ruler = [&](Pixels pixels) {
    return Ruler(*own_classifier({.data = "mnist"}, false, nullptr), valid, valid, pixels);
  };
  const Ruler grey = ruler(Pixels::grey), binary = ruler(Pixels::dynamic_binary);
  const Tensor drawn = evenly_spread(valid, 400, Pixels::dynamic_binary);
  CHECK(value_of(binary.watch(drawn), "digit_fid") < 0.85 * value_of(grey.watch(drawn), "digit_fid"));

  const auto options = run_options("vae", std::vector<std::string>{"hidden=8", "latent=2"});
  Session session(*options);
  Rng rng(1, "sample_watch_test");
  const DataShape& shape = session.data.shape();
  const Tensor bits = binary.samples_of(*session.model, 5, shape, rng);
  CHECK(sum(bits * (1.0 - bits)).item() == 0);
  const Tensor shades = grey.samples_of(*session.model, 5, shape, rng);
  CHECK(sum(shades * (1.0 - shades)).item() > 100);
}

}  // namespace
}  // namespace gradzoo
