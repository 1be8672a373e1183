#include "gradzoo/models/made/made.h"

#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {
using namespace test;
namespace {

const DataShape kImages{.example = {6, 5}, .classes = 2};

Examples images(int64_t n) {
  Rng rng(1, "made_test");
  return {cast(rand({n, 6, 5}, rng) * 255.0, DType::u8), {}, arange(n, DType::i64)};
}

DataView view_of(const Examples& examples) { return {examples, examples, 1}; }

TEST_CASE("it learns bars and stripes to within a tenth of a nat of ln 30") {
  const DataShape shape = toy_shape("bars-and-stripes");
  const auto model = small_model<Made>("made", {}, shape);
  constexpr int64_t kSteps = 1500;
  Rng rng(2, "made_test");
  for (int64_t step = 0; step < kSteps; ++step) {
    const double rate = 0.01 * (1 - static_cast<double>(step) / kSteps);
    step_on(*model, shape.toy->sample(100, rng), rate, step, kSteps);
  }
  const Examples held_out{shape.toy->sample(3000, rng), {}, arange(3000, DType::i64)};
  const double nll = model->evaluate(view_of(held_out))[kMadeNll].value;
  CHECK(nll > std::log(30.0) - 0.02);
  CHECK(nll < std::log(30.0) + 0.1);
}

TEST_CASE("an evaluation is the mean of -log p(x), and so is the loss of a step") {
  const auto model = small_model<Made>("made", {"hidden=8", "pixels=fixed-binary"}, kImages);
  const Examples some = images(30);
  const Tensor x = read_examples(some, 0, 30, Pixels::fixed_binary, Rng(1, "eval/pixels")).x;
  const NoGrad quiet;
  const double expected = -mean(model->network().log_prob(x)).item();
  const Quantities found = model->evaluate(view_of(some));
  CHECK(found[kMadeNll].value == approx(expected));
  CHECK(found[kMadeNll].density_kind == "-log p(x)");
  CHECK(model->validate(view_of(some))[kMadeNll].curve.has_value());
  CHECK(step_on(*model, x, 0.1)["nll_nats_per_image"] == approx(expected));
}

TEST_CASE("samples are 0 and 1, chains walk on log p of a table, and pictures are drawn") {
  const auto model = small_model<Made>("made", {"hidden=8"}, kImages);
  Rng rng(3, "made_test");
  const Tensor drawn = model->sample({7, rng});
  CHECK(drawn.shape() == Shape{7, 6, 5});
  CHECK(count_nonzero(logical_or(eq(drawn, 0), eq(drawn, 1))) == drawn.size());
  const Target target = model->abilities().target;
  CHECK(target.binary);
  const Tensor x = target.initial(4, rng);
  CHECK(target.log_prob(x).to_vector() == model->network().log_prob(x).to_vector());
  CHECK(model->pictures(view_of(images(20))).size() == 5);
  CHECK(model->pictures(view_of(images(5))).size() == 2);
}

TEST_CASE("hidden pixels are drawn where they come last in the order, and refused elsewhere") {
  const auto model = small_model<Made>("made", {"hidden=8"}, kImages);
  Rng rng(4, "made_test");
  const Tensor x = bernoulli(full({3, 30}, 0.5), rng);
  Tensor upper = zeros({30}), left = zeros({30});
  for (int64_t i = 0; i < 15; ++i) upper.mutable_data<float>()[i] = 1;
  for (int64_t i = 0; i < 30; ++i) left.mutable_data<float>()[i] = i % 5 < 2 ? 1.0F : 0.0F;
  const Tensor filled = model->abilities().inpaint({x, upper, rng});
  CHECK(sum(abs((filled - x) * upper)).item() == 0);
  CHECK(count_nonzero(logical_or(eq(filled, 0), eq(filled, 1))) == filled.size());
  check_refused("Hint: use --keep upper", [&] { model->abilities().inpaint({x, left, rng}); });
}

TEST_CASE("grey pixels that are known are drawn, 0 or 1, before the rest is drawn given them") {
  const auto model = small_model<Made>("made", {"hidden=8"}, kImages);
  Rng rng(5, "made_test");
  Tensor upper = zeros({30});
  for (int64_t i = 0; i < 15; ++i) upper.mutable_data<float>()[i] = 1;
  // What is known stands in the answer as it was given.
  const Tensor grey = full({400, 30}, 0.5), filled = model->abilities().inpaint({grey, upper, rng});
  CHECK(sum(abs((filled - grey) * upper)).item() == 0);
  const Tensor rest = slice(filled, 1, 15, 30);
  CHECK(count_nonzero(logical_or(eq(rest, 0), eq(rest, 1))) == rest.size());
  // The rest is the network's of draws: the same stream, pixel by pixel.
  Rng one(6, "made_test"), other(6, "made_test");
  const Tensor values = bernoulli(grey, other), wanted = model->network().complete(values, upper, other);
  CHECK(slice(model->abilities().inpaint({grey, upper, one}), 1, 15, 30).to_vector() ==
        slice(wanted, 1, 15, 30).to_vector());
}

TEST_CASE("a random order is that of the run's seed") {
  for (const char* seed : {"3", "4"}) {
    const auto model =
        small_model<Made>("made", {"hidden=8", "order=random", std::string("seed=") + seed}, kImages);
    CHECK(model->network().order() == order_of("random", 30, std::stoull(seed)));
  }
}

TEST_CASE("grey pixels, orders that are none and toys of other numbers are refused by name") {
  check_refused_options("made", {{{"pixels=grey"}, kImages, "'pixels'"},
                                 {{"order=0,1"}, kImages, "an example has 30"},
                                 {{"order=sideways"}, kImages, "Hint: use natural, random"},
                                 {{"order=random"}, kImages, ""},
                                 {{}, toy_shape("ring8"), "0 and 1"}});
}

}  // namespace
}  // namespace gradzoo
