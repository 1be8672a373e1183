#include "models/classifier/classifier.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "models/run/trainer.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;

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
  return test::small_model<Classifier>("classifier", {"net=mlp", "hidden=16,8"}, shape);
}

struct Unwatched : TrainObserver {
  void on_log(const LogRow&) override {}
  void on_epoch(int64_t) override {}
  bool should_stop(int64_t) override { return false; }
};

TEST_CASE("a classifier learns to tell classes apart, and says how often it errs") {
  const auto model = small();
  const Examples train = lit_rows(300, 1), test = lit_rows(90, 2);
  Batches batches(train, {.batch = 30});
  Trainer trainer(*model, batches, {300, 10, 100, 0.01, Decay::cosine});
  State state;
  model->register_state(state);
  trainer.register_state(state);
  Unwatched unwatched;
  REQUIRE(trainer.run(state, unwatched));

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
  CHECK(quantities[kClassifierError].value == doctest::Approx(100 * wrong / 90));
  CHECK(quantities[kClassifierError].value < 5);
  CHECK(quantities[kClassifierLoss].value == doctest::Approx(cross_entropy / 90).epsilon(1e-4));
  for (const double sum_of_row : sum(p, 1).to_vector()) CHECK(sum_of_row == doctest::Approx(1));
}

TEST_CASE("a classifier draws no samples, and needs two classes") {
  const auto model = small();
  Rng rng(0);
  const std::string refusal = error_message([&] { model->sample({4, rng}); });
  CHECK_MESSAGE(contains(refusal, "draws none"), refusal);
  const std::string one = error_message([] { small({.example = {3, 3}, .classes = 1}); });
  CHECK_MESSAGE(contains(one, "have 1 class,"), one);
  const std::string toy = error_message([] { small({.example = {2}}); });
  CHECK_MESSAGE(contains(toy, "classifier learns images"), toy);
}

TEST_CASE("every picture of a classifier can be drawn from few images") {
  const auto model = small();
  const Examples few = lit_rows(4, 3);
  Rng rng(0);
  CHECK(std::get<ImageGrid>(model->snapshot({few, few, 0}, rng).content).pixels.dim(0) == 30);
  const std::vector<Picture> pictures = model->pictures({few, few, 0});
  CHECK(std::ranges::find(pictures, "confusion", &Picture::name) != pictures.end());
}

}  // namespace
}  // namespace gradzoo
