#include "datasets/images/image_dataset.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "autograd/random.h"
#include "base/text.h"
#include "datasets/images/idx.h"
#include "datasets/images/image_folder.h"

namespace gradzoo {
namespace {

constexpr int64_t kTrainPerValid = 12;  // MNIST: 5,000 of 60,000
constexpr uint64_t kSplitSeed = 20;     // any number, but the same for ever
constexpr int64_t kDigits = 10;

void check_labels_match(const Tensor& images, const Tensor& labels, const std::string& images_path,
                        const std::string& labels_path) {
  if (images.dim(0) == labels.dim(0)) return;
  throw Error(fmt::format("{}: holds {} images, but {} holds {} labels. Hint: are both of one set?",
                          images_path, images.dim(0), labels_path, labels.dim(0)));
}

int64_t greatest(const Tensor& labels) {
  const uint8_t* begin = labels.data<uint8_t>();
  return *std::max_element(begin, begin + labels.size());
}

void check_ten_classes(const ImageDataset& data, const ImageFiles& files) {
  for (const auto& [labels, path] :
       {std::pair{data.train_labels, files.train_labels}, std::pair{data.test_labels, files.test_labels}})
    if (greatest(labels) >= kDigits)
      throw Error(
          fmt::format("{}: has a label {}, but {} has the classes 0 to 9. Hint: fetch or copy it again", path,
                      greatest(labels), data.name));
}

// All of a set's rows, ascending.
Examples whole(const Tensor& images, const Tensor& labels, int64_t first_index) {
  return {images, labels, arange(images.dim(0), DType::i64), first_index};
}

// The chosen rows come first in a fixed permutation of the training set; each part stays in the file's order.
Tensor rows_of(Split part, int64_t train_count) {
  Rng rng(kSplitSeed, "datasets/split");
  const Tensor order = randperm(train_count, rng);
  const int64_t valid = train_count / kTrainPerValid;
  Tensor rows = (part == Split::valid ? order.rows(0, valid) : order.rows(valid, train_count)).clone();
  int64_t* values = rows.mutable_data<int64_t>();
  std::sort(values, values + rows.size());
  return rows;
}

}  // namespace

Examples ImageDataset::split(Split part) const {
  if (part == Split::test) return whole(test_images, test_labels, train_images.dim(0));
  Examples subset = whole(train_images, train_labels, 0);
  if (part == Split::train) return subset;
  const int64_t count = subset.count();
  if (count < kTrainPerValid)
    throw Error(
        fmt::format("{}: {} training images are too few to hold some back for validation. Hint: {} or more "
                    "are needed, or use the split 'train'",
                    name, count, kTrainPerValid));
  subset.rows = rows_of(part, count);
  return subset;
}

ImageDataset load_images(const std::string& spec) {
  ImageDataset data;
  data.name = spec;
  data.folder = image_folder(spec);
  const ImageFiles files = find_image_files(data.folder);
  data.train_images = read_idx_images(files.train_images);
  data.train_labels = read_idx_labels(files.train_labels);
  data.test_images = read_idx_images(files.test_images);
  data.test_labels = read_idx_labels(files.test_labels);
  check_labels_match(data.train_images, data.train_labels, files.train_images, files.train_labels);
  check_labels_match(data.test_images, data.test_labels, files.test_images, files.test_labels);
  if (data.test_images.dim(1) != data.height() || data.test_images.dim(2) != data.width())
    throw Error(fmt::format("{}: its images are {}x{}, those of {} {}x{}. Hint: are both of one set?",
                            files.test_images, data.test_images.dim(1), data.test_images.dim(2),
                            files.train_images, data.height(), data.width()));
  if (spec == "mnist" || spec == "fashion") check_ten_classes(data, files);
  data.classes = std::max(greatest(data.train_labels), greatest(data.test_labels)) + 1;
  return data;
}

}  // namespace gradzoo
