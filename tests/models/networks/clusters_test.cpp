#include "models/networks/clusters.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "support/error_message.h"
#include "support/numbers.h"

namespace gradzoo {
namespace {

constexpr int64_t kKinds = 4, kPerKind = 50, kImageSize = 12;

/// Images of four kinds that differ by far more than two of a kind; kinds 0 and 1 have label 0, the others 1.
struct Kinds {
  Kinds() {
    const Tensor kinds = rand({kKinds, kImageSize}, rng) * 200.0 + 20.0;
    const Tensor rows = tile_rows(kinds, kPerKind) + randn({kKinds * kPerKind, kImageSize}, rng) * 3.0;
    std::vector<uint8_t> labels;
    for (int64_t i = 0; i < kKinds * kPerKind; ++i) labels.push_back(static_cast<uint8_t>(i % kKinds / 2));
    examples = {cast(reshape(clamp(rows, 0, 255), {kKinds * kPerKind, 3, 4}), DType::u8),
                tensor(labels, {kKinds * kPerKind}), arange(kKinds * kPerKind, DType::i64)};
  }
  Batch batch() const { return read_examples(examples, 0, kKinds * kPerKind, Pixels::grey, Rng(0)); }
  Rng rng{1, "clusters_test"};
  Examples examples;
};

std::vector<int64_t> numbers(const Tensor& x) { return {x.data<int64_t>(), x.data<int64_t>() + x.size()}; }

TEST_CASE("clusters find the kinds of images, and are drawn as often as their images come") {
  const Kinds kinds;
  Clusters clusters(kKinds, 0, kImageSize);
  clusters.fit(kinds.examples, 3);
  const std::vector<int64_t> found = numbers(clusters.of(kinds.batch().x));
  for (size_t i = 0; i < found.size(); ++i) CHECK(found[i] == found[i % kKinds]);
  for (size_t i = 1; i < kKinds; ++i) CHECK(found[i] != found[i - 1]);
  // The first three kinds alone come three times as often as in all.
  std::vector<int64_t> some;
  for (int64_t i = 0; i < kKinds * kPerKind; ++i) {
    if (i % kKinds != 3 || i < 40) some.push_back(i);
  }
  const auto n = static_cast<int64_t>(some.size());
  const Examples fewer{kinds.examples.values, kinds.examples.labels, tensor(some, {n})};
  clusters.fit(fewer, 3);
  const int64_t rare = numbers(clusters.of(kinds.batch().x))[3];
  Rng rng(4, "clusters_test");
  const std::vector<int64_t> drawn = numbers(clusters.draw(10'000, {}, rng));
  // 10 of 160 images are of the rare kind: 625 +- 24 of the draws, a false alarm in 16,000.
  CHECK(std::abs(static_cast<double>(std::ranges::count(drawn, rare)) - 625) < 4 * 24.2);
  CHECK(rng.draw() == 1);
}

TEST_CASE("with labels, clusters are those of each label") {
  const Kinds kinds;
  Clusters clusters(kKinds, 2, kImageSize);
  clusters.fit(kinds.examples, 3);
  const Batch batch = kinds.batch();
  const std::vector<int64_t> found = numbers(clusters.of(batch.x, batch.labels)),
                             labels = numbers(batch.labels);
  for (size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i] / 2 == labels[i]);
    CHECK(found[i] == found[i % kKinds]);
  }
  CHECK(found[0] != found[1]);
  CHECK(found[2] != found[3]);
  // The nearest among those of the label that is named, though another is nearer.
  const std::vector<int64_t> other =
      numbers(clusters.of(batch.x, cast(1.0 - cast(batch.labels, DType::f32), DType::i64)));
  for (size_t i = 0; i < found.size(); ++i) CHECK(other[i] / 2 == 1 - labels[i]);
  Rng rng(5, "clusters_test");
  const Tensor asked = tile_rows(tensor(std::vector<int64_t>{1, 0}, {2}), 2000);
  const std::vector<int64_t> drawn = numbers(clusters.draw(4000, asked, rng));
  for (size_t i = 0; i < drawn.size(); ++i) CHECK(drawn[i] / 2 == asked.data<int64_t>()[i]);
  // Either of a label's two, half of the time: +- 22 of 2,000, a false alarm in 16,000.
  CHECK(std::abs(static_cast<double>(std::ranges::count(drawn, 0)) - 1000) < 4 * 22.4);
  CHECK(std::abs(static_cast<double>(std::ranges::count(drawn, 2)) - 1000) < 4 * 22.4);
}

TEST_CASE("what was found is in the State; more clusters than images, labels without images") {
  const Kinds kinds;
  Clusters found(kKinds, 0, kImageSize), restored(kKinds, 0, kImageSize);
  found.fit(kinds.examples, 3);
  State from, to;
  found.add_to(from, "clusters");
  restored.add_to(to, "clusters");
  CHECK(from.entries().size() == 4);
  for (size_t i = 0; i < from.entries().size(); ++i) to.entries()[i].restore(from.entries()[i].bytes());
  const Tensor x = kinds.batch().x;
  CHECK(numbers(restored.of(x)) == numbers(found.of(x)));
  Rng rng(6, "clusters_test"), again(6, "clusters_test");
  CHECK(numbers(restored.draw(50, {}, rng)) == numbers(found.draw(50, {}, again)));

  const Examples few{kinds.examples.values, kinds.examples.labels,
                     tensor(std::vector<int64_t>{0, 1, 4}, {3})};
  Clusters many(30, 3, kImageSize);
  many.fit(few, 3);
  const Tensor all_labels = tensor(std::vector<int64_t>{0, 1, 2}, {3});
  const std::vector<int64_t> drawn = numbers(many.draw(3, all_labels, rng));
  for (int64_t i = 0; i < 3; ++i) CHECK(drawn[static_cast<size_t>(i)] / 10 == i);
  test::check_refused("Hint: use 20", [] { Clusters(25, 10, kImageSize); });
  test::check_refused("Hint: use 10", [] { Clusters(5, 10, kImageSize); });
}

}  // namespace
}  // namespace gradzoo
