#include "models/realnvp/realnvp.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/base/quantity.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/take_over.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const Strings kSmall{"couplings=4", "hidden=16", "ema=0"};
const DataShape kPixels{.example = {8, 8}, .classes = 1};
const Strings kSmallImages{"couplings=2", "low_couplings=2", "channels=2", "ema=0"};

Examples images_of(int64_t n) {
  Rng rng(1, "realnvp_test");
  return {cast(rand({n, 8, 8}, rng) * 255.0, DType::u8), zeros({n}, DType::u8), arange(n, DType::i64)};
}

TEST_CASE("a step's loss is the mean of -log p, in bits a dimension of pixels") {
  const DataShape ring = toy_shape("ring8");
  Rng rng(2, "realnvp_test");
  const auto plane = small_model<RealNvp>("realnvp", kSmall, ring);
  const Tensor x = ring.toy->sample(30, rng);
  const double nll = -mean(plane->flow().log_prob(x)).item();
  CHECK(step_on(*plane, x, 0.01)["nll_nats"] == approx(nll).epsilon(1e-5));
  CHECK(-mean(plane->flow().log_prob(x)).item() < nll);
  const auto images = small_model<RealNvp>("realnvp", kSmallImages, kPixels);
  const Tensor u = rand({10, 64}, rng);
  const double bits = -mean(images->flow().log_prob(u)).item() / (64 * std::numbers::ln2) + 8;
  CHECK(step_on(*images, u, 0.01)["bits_per_dim"] == approx(bits).epsilon(1e-5));
}

TEST_CASE("on a Gaussian it learns the density, and its samples") {
  const DataShape shape = toy_shape("gaussian");
  const auto model = small_model<RealNvp>("realnvp", kSmall, shape);
  Rng rng(3, "realnvp_test");
  const Examples some{shape.toy->sample(600, rng), {}, arange(600, DType::i64)};
  model->prepare(some);
  for (int64_t step = 0; step < 200; ++step)
    step_on(*model, shape.toy->sample(256, rng), 0.005 * (1 - static_cast<double>(step) / 200), step, 200);
  const Quantities found = model->evaluate({some, some, 1, shape.toy.get()});
  CHECK(found[kKl].value < 0.02);
  CHECK(std::abs(found[kLogZ].value) < 1e-3);
  CHECK(found[kFlowNll].value == approx(-mean(model->flow().log_prob(some.values)).item()).epsilon(1e-5));
  const Tensor drawn = model->sample({4000, rng}), truth = shape.toy->sample(4000, rng);
  CHECK(max_error(stddev_axis(drawn, 0), stddev_axis(truth, 0).to_vector()) < 0.1);
  const Tensor cold = model->sample({.n = 100, .rng = rng, .options = {"temperature=0"}});
  CHECK(max(stddev_axis(cold, 0)).item() < 1e-6);
}

TEST_CASE("uniform pixels cost eight bits, and the first batch brings a flow near its data") {
  const auto model = small_model<RealNvp>("realnvp", kSmallImages, kPixels);
  const Examples noise = images_of(200);
  const auto bits = [&] { return model->evaluate({noise, noise, 1})[kBitsPerDim].value; };
  const double before = bits();
  model->prepare(noise);
  CHECK(bits() < before);
  CHECK(bits() > 7.9);
  CHECK(bits() < 8.3);
  CHECK(model->abilities().target.domain.upper == 1);
  Rng rng(4, "realnvp_test");
  CHECK(model->sample({3, rng}).shape() == Shape{3, 8, 8});
}

TEST_CASE("the first batch is all of a small training set, its pixels as training sees them") {
  const auto model = small_model<RealNvp>("realnvp", joined(kSmallImages, {"seed=3"}), kPixels);
  Rng rng(3, "realnvp/init"), points(5, "realnvp_test");
  CouplingFlow twin(kPixels, {.couplings = 2, .low_couplings = 2, .channels = 2}, rng);
  const Examples some = images_of(30);
  model->prepare(some);
  twin.begin_at(read_examples(some, 0, 30, Pixels::dequantised, Rng(3, "realnvp/first_batch")).x);
  const Tensor x = rand({4, 64}, points);
  CHECK(max_error(model->flow().log_prob(x), twin.log_prob(x).to_vector()) == 0);
}

TEST_CASE("chains on images begin at draws within the pixels' domain") {
  const auto model = small_model<RealNvp>("realnvp", kSmallImages, kPixels);
  // Of black and white pixels: many draws have codes so far out that the logit's margin shows.
  Rng ink(7, "realnvp_test");
  Tensor bytes = cast(bernoulli(full({100, 8, 8}, 0.5), ink), DType::u8);
  for (int64_t i = 0; i < bytes.size(); ++i) bytes.mutable_data<uint8_t>()[i] *= 255;
  model->prepare({bytes, zeros({100}, DType::u8), arange(100, DType::i64)});
  Rng rng(8, "realnvp_test"), again(8, "realnvp_test");
  CHECK(min(model->flow().sample(500, again)).item() < 0);
  const Target target = model->abilities().target;
  const Tensor begun = target.initial(500, rng);
  CHECK(min(begun).item() >= target.domain.lower);
  CHECK(max(begun).item() <= target.domain.upper);
}

TEST_CASE("what the first batch told every actnorm is in the State, at both resolutions") {
  const auto prepared = small_model<RealNvp>("realnvp", kSmallImages, kPixels);
  const auto fresh = small_model<RealNvp>("realnvp", kSmallImages, kPixels);
  prepared->prepare(images_of(100));
  Rng rng(6, "realnvp_test");
  const Tensor x = rand({4, 64}, rng);
  CHECK_FALSE(same_bytes(fresh->flow().map(x).to, prepared->flow().map(x).to));
  State from, to;
  prepared->register_state(from);
  fresh->register_state(to);
  take_over(from, to);
  CHECK(same_bytes(fresh->flow().map(x).to, prepared->flow().map(x).to));
  CHECK(same_bytes(fresh->flow().log_prob(x), prepared->flow().log_prob(x)));
}

TEST_CASE("pixels without a density are refused with what to do") {
  check_refused("pixels=dequantised", [] {
    small_model<RealNvp>("realnvp", {"pixels=fixed-binary"}, {.example = {8, 8}});
  });
}

TEST_CASE("a row between two images begins and ends with them, and its middle is the middle code") {
  const auto model = small_model<RealNvp>("realnvp", kSmallImages, kPixels);
  Rng rng(4, "realnvp_test");
  const Tensor ends = rand({4, 64}, rng);
  for (int step = 0; step < 3; ++step) step_on(*model, ends, 0.01);
  const Tensor rows = model->abilities().interpolate({{ends, zeros({4}, DType::i64), {}}, rng});
  REQUIRE(rows.shape() == Shape{20, 64});
  const auto apart = [](const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); };
  CHECK(apart(rows.rows(0, 1), ends.rows(0, 1)) < 1e-4);
  CHECK(apart(rows.rows(19, 20), ends.rows(3, 4)) < 1e-4);
  const Tensor z = model->flow().map(ends).to;
  const Tensor third = z.rows(0, 1) * (6.0 / 9) + z.rows(1, 2) * (3.0 / 9);
  CHECK(apart(rows.rows(3, 4), clamp(model->flow().inverse(third).to, 0, 1)) < 1e-4);
  check_refused("2 pairs", [&] { model->abilities().interpolate({{ends.rows(0, 3).clone(), {}, {}}, rng}); });
}

}  // namespace
}  // namespace gradzoo
