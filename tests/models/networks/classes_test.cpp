#include "models/networks/classes.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

using Numbers = std::vector<double>;

TEST_CASE("classes are the labels, or all in turn where none are asked for") {
  const DataShape shape{.example = {2, 2}, .classes = 3};
  const Classes classes({.by_label = true}, shape);
  CHECK(classes.count() == 3);
  CHECK(classes.labels().size() == 3);
  CHECK_FALSE(classes.are_clusters());
  Rng rng(1, "classes_test");
  const Tensor asked = tensor({2, 2, 0}, {3}, DType::i64);
  CHECK(classes.draw(3, asked, rng).to_vector() == Numbers{2, 2, 0});
  CHECK(classes.draw(4, {}, rng).to_vector() == Numbers{0, 1, 2, 0});
  CHECK(classes.of(zeros({3, 4}), asked).to_vector() == Numbers{2, 2, 0});
  CHECK(rng.draw() == 0);  // no draw is made
}

TEST_CASE("a model that is told nothing is told no label either") {
  const Classes none({}, DataShape{.example = {2, 2}, .classes = 3});
  Rng rng(1, "classes_test");
  const Tensor labels = tensor({2, 1}, {2}, DType::i64);
  CHECK(none.count() == 0);
  CHECK(none.labels().empty());
  CHECK_FALSE(none.draw(2, {}, rng).defined());
  CHECK_FALSE(none.draw(2, labels, rng).defined());
  CHECK_FALSE(none.of(zeros({2, 4}), labels).defined());
}

TEST_CASE("clusters within labels are drawn within the labels that are asked for, or within all in turn") {
  const Classes classes({.by_label = true, .clusters = 6}, DataShape{.example = {2, 2}, .classes = 3});
  CHECK(classes.count() == 6);
  CHECK(classes.labels().size() == 3);
  CHECK(classes.are_clusters());
  Rng rng(1, "classes_test");
  const Numbers drawn = classes.draw(300, {}, rng).to_vector();
  for (size_t i = 0; i < drawn.size(); ++i)
    CHECK(static_cast<int64_t>(drawn[i]) / 2 == static_cast<int64_t>(i) % 3);
}

}  // namespace
}  // namespace gradzoo
