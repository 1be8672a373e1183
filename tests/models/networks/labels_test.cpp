#include "models/networks/labels.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor labels(Doubles values) {
  return cast(tensor(values, {static_cast<int64_t>(values.size())}), DType::i64);
}

TEST_CASE("a label stands behind its row, once for each block of a tiled batch") {
  const Tensor x = tensor({1, 2, 3, 4}, {4, 1});
  const Tensor told = beside_label(x, labels({2, 0}), 3);
  CHECK(told.to_vector() == Doubles{1, 0, 0, 1, /**/ 2, 1, 0, 0, /**/ 3, 0, 0, 1, /**/ 4, 1, 0, 0});
  CHECK(beside_label(x, {}, 0).shape() == x.shape());
  CHECK(beside_label(empty({0, 2}), empty({0}, DType::i64), 3).shape() == Shape{0, 5});
}

TEST_CASE("labels that are missing, too few or no class are refused") {
  const Tensor x = zeros({3, 1});
  const auto message = [&](const Tensor& given) { return error_message([&] { beside_label(x, given, 3); }); };
  CHECK(contains(message({}), "there are none"));
  CHECK(contains(message(labels({0, 1})), "2 labels for 3 examples"));
  CHECK(contains(message(labels({0, 1, 3})), "3"));
  CHECK(contains(message(labels({0, 1, -1})), "-1"));
  const DataShape points{.example = {2}};
  check_refused("no labels", [&] { conditioning_classes(true, points, "gan"); });
  CHECK(conditioning_classes(false, points, "gan") == 0);
  CHECK(conditioning_classes(true, {.example = {4, 4}, .classes = 7}, "gan") == 7);
}

}  // namespace
}  // namespace gradzoo
