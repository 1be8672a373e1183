#include "gradzoo/datasets/images/image_dataset.h"

#include <algorithm>
#include <vector>

#include <fmt/ranges.h>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr int64_t kTrainPerValid = 12;  // MNIST: 5,000 of 60,000
constexpr int64_t kAllPerTest = 6;      // CIFAR-10: 10,000 of 60,000
constexpr uint64_t kSplitSeed = 20;     // any number, but the same for ever
constexpr size_t kNamesShown = 3;

// All of a set's rows, ascending.
Examples whole(const Tensor& images, const Tensor& labels, int64_t first_index) {
  return {images, labels, arange(images.dim(0), DType::i64), first_index};
}

Tensor ascending(const Tensor& some) {
  Tensor rows = some.clone();
  int64_t* values = rows.mutable_data<int64_t>();
  std::sort(values, values + rows.size());
  return rows;
}

// The chosen rows come first in a fixed permutation of the training set; each part stays in the file's order.
Tensor rows_of(Split part, int64_t train_count) {
  Rng rng(kSplitSeed, "datasets/split");
  const Tensor order = randperm(train_count, rng);
  const int64_t valid = train_count / kTrainPerValid;
  return ascending(part == Split::valid ? order.rows(0, valid) : order.rows(valid, train_count));
}

// These rows of x, whatever its dtype; undefined where x is.
Tensor rows_at(const Tensor& x, const Tensor& rows) {
  if (!x.defined()) return {};
  Tensor out = empty(x.shape().erase(0).insert(0, rows.size()), x.dtype());
  const int64_t length = x.size() / x.dim(0);
  visit_any(x.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < rows.size(); ++i)
      std::copy_n(x.data<T>() + rows.data<int64_t>()[i] * length, length, out.mutable_data<T>() + i * length);
  });
  return out;
}

}  // namespace

Examples ImageDataset::split(Split part) const {
  if (part == Split::test) return whole(test_images, test_labels, train_images.dim(0));
  Examples subset = whole(train_images, train_labels, 0);
  if (part == Split::train) return subset;
  const int64_t count = subset.count();
  if (count < kTrainPerValid)
    throw Error(
        "{}: {} training images are too few for a validation part. Hint: use {} or more, or the split "
        "'train'",
        name, count, kTrainPerValid);
  subset.rows = rows_of(part, count);
  return subset;
}

void draw_test_part(ImageDataset& data) {
  const int64_t all = data.train_images.dim(0), test = all / kAllPerTest;
  if (test == 0)
    throw Error("{}: {} examples are too few for a test part. Hint: use {} or more, or add test files",
                data.name, all, kAllPerTest);
  Rng rng(kSplitSeed, "datasets/test-split");
  const Tensor order = randperm(all, rng);
  const Tensor held_out = ascending(order.rows(0, test)), kept = ascending(order.rows(test, all));
  data.test_images = rows_at(data.train_images, held_out);
  data.test_labels = rows_at(data.train_labels, held_out);
  data.train_images = rows_at(data.train_images, kept);
  data.train_labels = rows_at(data.train_labels, kept);
  data.test_drawn = true;
}

void note_skipped(std::vector<Skipped>& skipped, std::string_view why, const std::string& name) {
  auto found = std::ranges::find(skipped, why, &Skipped::why);
  if (found == skipped.end()) found = skipped.insert(skipped.end(), {std::string(why), 0, {}});
  ++found->count;
  if (found->first.size() < kNamesShown) found->first.push_back(name);
}

}  // namespace gradzoo
