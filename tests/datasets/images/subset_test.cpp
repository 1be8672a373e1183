#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/dataset.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kCount = 24, kClasses = 3;

// Image i has label i mod 3 and 10 i in each of its four pixels.
Examples ramp() {
  Tensor images = empty({kCount, 2, 2}, DType::u8), labels = empty({kCount}, DType::u8);
  for (int64_t i = 0; i < kCount; ++i) {
    labels.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(i % kClasses);
    std::fill_n(images.mutable_data<uint8_t>() + 4 * i, 4, static_cast<uint8_t>(10 * i));
  }
  return {images, labels, arange(kCount, DType::i64)};
}

Doubles rows_of(const SubsetOptions& options) {
  return subset_of(ramp(), ramp(), options, kClasses).rows.to_vector();
}

TEST_CASE("labels that are meant and left out, one or several") {
  CHECK(rows_of({}).size() == kCount);
  CHECK(rows_of({.only = "2"}) == Doubles{2, 5, 8, 11, 14, 17, 20, 23});
  CHECK(rows_of({.only = "0,2", .exclude = "0"}) == rows_of({.only = "2"}));
  CHECK(rows_of({.exclude = "0,1"}) == rows_of({.only = "2"}));
}

TEST_CASE("ink keeps a quarter of the labels that are meant, by mean grey, as training has it") {
  CHECK(rows_of({.ink = Ink::thin}) == Doubles{0, 1, 2, 3, 4, 5});
  CHECK(rows_of({.ink = Ink::thick}) == Doubles{18, 19, 20, 21, 22, 23});
  CHECK(rows_of({.only = "1", .ink = Ink::thick}) == Doubles{19, 22});
  Examples brighter = ramp();
  brighter.rows = brighter.rows.rows(12, kCount);  // its upper quartile is image 21
  CHECK(subset_of(ramp(), brighter, {.ink = Ink::thick}, kClasses).rows.to_vector() == Doubles{21, 22, 23});
  const Doubles grey = mean_grey(ramp());
  CHECK(grey[3] == approx(30.0 / 255));
}

TEST_CASE("rows stay those of the whole set where the examples are a part of it") {
  Examples part = ramp();
  part.rows = part.rows.rows(10, 20);
  CHECK(subset_of(part, ramp(), {.only = "0"}, kClasses).rows.to_vector() == Doubles{12, 15, 18});
}

TEST_CASE("a label that is no class, a list that is none, and a choice that leaves nothing are refused") {
  const std::pair<SubsetOptions, const char*> cases[] = {
      {{.only = "3"}, "label 3 is not a class of these images. Hint: use labels from 0 to 2"},
      {{.exclude = "-1"}, "label -1"},
      {{.only = "1;2"}, "only='1;2' is not a list of labels"},
      {{.only = ""}, "not a list of labels"},
      {{.only = "1,"}, "not a list of labels"},
      {{.only = "1", .exclude = "1"}, "leave no label"}};
  for (const auto& refused : cases) {
    const std::string message = error_message([&] { rows_of(refused.first); });
    CHECK_MESSAGE(contains(message, refused.second), message);
  }
  Examples zeros_alone = ramp();
  zeros_alone.rows = full({1}, 0, DType::i64);
  CHECK(contains(error_message([&] { subset_of(zeros_alone, ramp(), {.only = "1"}, kClasses); }),
                 "only=1 leaves no image"));
}

TEST_CASE("a subset is told as it would be set") {
  CHECK(SubsetOptions{}.description().empty());
  CHECK(SubsetOptions{.only = "7", .exclude = "9", .ink = Ink::thick}.description() ==
        "only=7 exclude=9 ink=thick");
}

}  // namespace
}  // namespace gradzoo
