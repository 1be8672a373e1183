#include "gradzoo/models/classifier/classifier.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/run/trainer.h"
#include "models/classifier/shift.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {
using namespace test;
namespace {

/// 3 x 3 images whose class is the row that is lit, with noise.
Examples lit_rows(int64_t n, uint64_t seed) {
  Rng rng(seed, "classifier_test");
  Tensor pixels = rand({n, 3, 3}, rng) * 120.0;
  Tensor labels = zeros({n}, DType::u8);
  for (int64_t i = 0; i < n; ++i) {
    labels.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(i % 3);
    for (int64_t column = 0; column < 3; ++column)
      pixels.mutable_data<float>()[9 * i + 3 * (i % 3) + column] += 100.0F;
  }
  return {cast(pixels, DType::u8), labels, arange(n, DType::i64)};
}

const DataShape kShape{.example = {3, 3}, .classes = 3};

std::unique_ptr<Classifier> small(const DataShape& shape = kShape) {
  return small_model<Classifier>("classifier", {"net=mlp", "hidden=16,8"}, shape);
}

TEST_CASE("a classifier learns to tell classes apart, and says how often it errs") {
  const auto model = small();
  const Examples train = lit_rows(300, 1), test = lit_rows(90, 2);
  Batches batches(train, {.batch = 30});
  Trainer trainer(*model, batches, {300, 10, 100, 0.01, Decay::cosine});
  Unwatched unwatched;
  REQUIRE(trainer.run(unwatched));

  const Quantities quantities = model->evaluate({test, train, 0});
  const Batch batch = read_examples(test, 0, 90, Pixels::grey, Rng(0));
  const Tensor p = model->probabilities(batch.x);
  const Tensor called = argmax(p, 1);
  double wrong = 0, cross_entropy = 0;
  for (int64_t i = 0; i < 90; ++i) {
    const int64_t label = batch.labels.data<int64_t>()[i];
    wrong += called.data<int64_t>()[i] == label ? 0 : 1;
    cross_entropy -= std::log(static_cast<double>(p.data<float>()[3 * i + label]));
  }
  CHECK(quantities[kClassifierError].value == approx(100 * wrong / 90));
  CHECK(quantities[kClassifierError].value < 5);
  CHECK(quantities[kClassifierLoss].value == approx(cross_entropy / 90).epsilon(1e-4));
  for (const double sum_of_row : sum(p, 1).to_vector()) CHECK(sum_of_row == approx(1));
}

TEST_CASE("a classifier draws no samples, and needs two classes") {
  const auto model = small();
  Rng rng(0);
  check_refused("draws none", [&] { model->sample({4, rng}); });
  check_refused("have 1 class,", [] { small({.example = {3, 3}, .classes = 1}); });
  check_refused("classifier learns images", [] { small({.example = {2}}); });
}

TEST_CASE("every picture of a classifier can be drawn from few images") {
  const auto model = small();
  const Examples few = lit_rows(4, 3);
  Rng rng(0);
  CHECK(std::get<ImageGrid>(model->snapshot({few, few, 0}, rng).content).pixels.dim(0) == 30);
  const std::vector<Picture> pictures = model->pictures({few, few, 0});
  CHECK(std::ranges::find(pictures, "confusion", &Picture::name) != pictures.end());
}

/// A step's batch, its labels known.
Batch lit_batch() { return read_examples(lit_rows(12, 5), 0, 12, Pixels::grey, Rng(0)); }

TEST_CASE("a step's numbers are those of its images moved and noised as the options say") {
  for (const std::string& shift : {std::string("shift=0"), std::string("shift=1")}) {
    CAPTURE(shift);
    const auto model = small_model<Classifier>(
        "classifier", {"net=mlp", "hidden=16,8", "noise=0.4", "ema=0", shift}, kShape);
    const Batch batch = lit_batch();
    Rng rng(0, "classifier/noise");
    const Tensor moved = shift == "shift=1" ? shifted(batch.x, kShape, 1, rng) : batch.x;
    const Tensor p = model->probabilities(moved + randn({12, 9}, rng) * 0.4), called = argmax(p, 1);
    double cross_entropy = 0, wrong = 0;
    for (int64_t i = 0; i < 12; ++i) {
      const int64_t label = batch.labels.data<int64_t>()[i];
      cross_entropy -= std::log(static_cast<double>(p.data<float>()[3 * i + label])) / 12;
      wrong += called.data<int64_t>()[i] == label ? 0 : 1;
    }
    std::map<std::string, double> metrics = step_on(*model, batch, 0);
    CHECK(metrics["cross_entropy_nats_per_image"] == approx(cross_entropy).epsilon(1e-4));
    CHECK(metrics["error_percent"] == approx(100 * wrong / 12).epsilon(1e-5));
  }
}

TEST_CASE("weights decay beside the gradient: by lr times the decay of what they were") {
  const auto weights = [](const char* decay, double rate) {
    const auto model = small_model<Classifier>("classifier", {"net=mlp", "hidden=4", "ema=0", decay}, kShape);
    State state;
    model->add_weights_to(state);
    step_on(*model, lit_batch(), rate);
    return std::get<Tensor>(state.entries()[0].target).to_vector();
  };
  const std::vector<double> before = weights("weight_decay=0", 0), plain = weights("weight_decay=0", 0.1),
                            decayed = weights("weight_decay=2", 0.1);
  for (size_t i = 0; i < before.size(); ++i)
    CHECK(decayed[i] == approx(plain[i] - 0.1 * 2 * before[i]).epsilon(1e-5));
}

TEST_CASE("features and probabilities are of the averaged weights, where an average is kept") {
  const auto trained = [](const char* ema) {
    auto model = small_model<Classifier>("classifier", {"net=mlp", "hidden=6", ema, "noise=0"}, kShape);
    for (int i = 0; i < 5; ++i) step_on(*model, lit_batch(), 0.05);
    return model;
  };
  const auto raw = trained("ema=0"), averaged = trained("ema=0.9");
  const Tensor x = lit_batch().x, features = averaged->features(x);
  CHECK(raw->features(x).to_vector() != features.to_vector());
  CHECK(raw->probabilities_of(features).to_vector() != averaged->probabilities_of(features).to_vector());
  // An evaluation puts the average in itself: its loss is that of these probabilities.
  const Examples images = lit_rows(12, 5);
  double cross_entropy = 0;
  const Tensor p = averaged->probabilities(x);
  for (int64_t i = 0; i < 12; ++i)
    cross_entropy -= std::log(static_cast<double>(p.data<float>()[3 * i + i % 3])) / 12;
  CHECK(averaged->evaluate({images, images, 0})[kClassifierLoss].value ==
        approx(cross_entropy).epsilon(1e-4));
}

}  // namespace
}  // namespace gradzoo
