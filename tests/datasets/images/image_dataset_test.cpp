#include "gradzoo/datasets/images/image_dataset.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "datasets/images/idx_files.h"
#include "datasets/images/image_folder.h"
#include "support/approx.h"

namespace gradzoo {
using namespace test;
namespace {

// A folder with 24 training and 12 test images of 2x3 pixels.
struct SmallFolder : ScratchFolder {
  SmallFolder() {
    write("train-images-idx3-ubyte", idx_bytes({24, 2, 3}, counting(144)));
    write("train-labels-idx1-ubyte", idx_bytes({24}, counting(24)));
    write("t10k-images-idx3-ubyte", idx_bytes({12, 2, 3}, counting(72)));
    write("t10k-labels-idx1-ubyte", idx_bytes({12}, counting(12)));
  }
  std::string spec() const { return path().string(); }
  std::string refusal() const {
    return error_message([&] { load_images(spec()); });
  }
};

std::vector<int64_t> rows_of(const ImageDataset& data, Split part) {
  const Tensor rows = data.split(part).rows;
  return {rows.data<int64_t>(), rows.data<int64_t>() + rows.size()};
}

const ImageDataset& mnist() {
  static const ImageDataset data = load_images("mnist");
  return data;
}

std::array<int64_t, 10> histogram(const Tensor& labels) {
  std::array<int64_t, 10> counts{};
  for (int64_t i = 0; i < labels.size(); ++i) ++counts.at(labels.data<uint8_t>()[i]);
  return counts;
}

double mean_pixel(const Tensor& images) {
  const uint8_t* pixels = images.data<uint8_t>();
  return static_cast<double>(std::accumulate(pixels, pixels + images.size(), int64_t{0})) / 255 /
         static_cast<double>(images.size());
}

}  // namespace

TEST_CASE("MNIST has its known counts, sizes, labels and mean pixel") {
  CHECK(mnist().train_images.shape() == Shape{60'000, 28, 28});
  CHECK(mnist().test_images.shape() == Shape{10'000, 28, 28});
  CHECK(mnist().train_images.dtype() == DType::u8);
  CHECK(mnist().classes == 10);
  CHECK(histogram(mnist().train_labels) ==
        std::array<int64_t, 10>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
  CHECK(histogram(mnist().test_labels) ==
        std::array<int64_t, 10>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  CHECK(mean_pixel(mnist().train_images) == approx(0.1307).epsilon(0.0005));
  CHECK(mnist().train_labels.rows(0, 5).to_vector() == std::vector<double>{5, 0, 4, 1, 9});
}

TEST_CASE("fit and valid part the training set 55,000 to 5,000, the same for ever") {
  const auto fit = rows_of(mnist(), Split::fit), valid = rows_of(mnist(), Split::valid);
  CHECK(fit.size() == 55'000);
  CHECK(valid.size() == 5'000);
  CHECK(std::is_sorted(fit.begin(), fit.end()));
  CHECK(std::is_sorted(valid.begin(), valid.end()));
  std::vector<int64_t> both(fit);
  both.insert(both.end(), valid.begin(), valid.end());
  std::sort(both.begin(), both.end());
  CHECK(both == rows_of(mnist(), Split::train));
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a over the held-back rows
  for (int64_t row : valid) hash = (hash ^ static_cast<uint64_t>(row)) * 0x100000001b3u;
  CHECK(hash == 6561416461460844960u);
}

TEST_CASE("train and test are whole, in the files' order, and numbered through") {
  const Examples train = mnist().split(Split::train), test = mnist().split(Split::test);
  CHECK(train.count() == 60'000);
  CHECK(test.count() == 10'000);
  CHECK(train.first_index == 0);
  CHECK(test.first_index == 60'000);
  CHECK(test.rows.data<int64_t>()[9'999] == 9'999);
  CHECK(test.values.data<uint8_t>() == mnist().test_images.data<uint8_t>());
  CHECK(test.size() == 784);
  CHECK(test.labels.rows(0, 5).to_vector() == std::vector<double>{7, 2, 1, 0, 4});
  CHECK(train.labels.rows(0, 5).to_vector() == std::vector<double>{5, 0, 4, 1, 9});
}

TEST_CASE("any folder of IDX files will do, gzipped or not, with either way of naming") {
  const SmallFolder folder;
  const ImageDataset plain = load_images(folder.spec());
  CHECK(plain.classes == 24);
  CHECK(plain.pixels() == 6);
  CHECK(plain.split(Split::fit).count() == 22);
  CHECK(plain.split(Split::valid).count() == 2);
  const SmallFolder more;  // whose test images have a class that the training images lack
  more.write("t10k-labels-idx1-ubyte", idx_bytes({12}, Bytes(12, 30)));
  CHECK(load_images(more.spec()).classes == 31);
  const ScratchFolder other;
  other.write("train-images.idx3-ubyte.gz", gzipped(idx_bytes({24, 2, 3}, counting(144))));
  other.write("train-labels.idx1-ubyte", idx_bytes({24}, counting(24)));
  other.write("t10k-images-idx3-ubyte.gz", gzipped(idx_bytes({12, 2, 3}, counting(72))));
  other.write("t10k-labels.idx1-ubyte", idx_bytes({12}, counting(12)));
  const ImageDataset mixed = load_images(other.path().string());
  CHECK(mixed.train_images.to_vector() == plain.train_images.to_vector());
  CHECK(mixed.test_labels.to_vector() == plain.test_labels.to_vector());
}

TEST_CASE("images and labels of different counts are refused, and test images of another size") {
  const SmallFolder folder;
  folder.write("train-labels-idx1-ubyte", idx_bytes({23}, counting(23)));
  CHECK(contains(folder.refusal(), "train-images-idx3-ubyte: has 24 images, but "));
  CHECK(contains(folder.refusal(), "train-labels-idx1-ubyte has 23 labels. Hint: "));
  folder.write("train-labels-idx1-ubyte", idx_bytes({24}, counting(24)));
  folder.write("t10k-images-idx3-ubyte", idx_bytes({12, 3, 2}, counting(72)));
  CHECK(contains(folder.refusal(), "its images are 3x2"));
}

TEST_CASE("a folder without its files, or with a broken one, is refused by the file's name") {
  const SmallFolder folder;
  folder.write("t10k-images-idx3-ubyte", {0, 0, 8, 3, 0});
  CHECK(contains(folder.refusal(), "t10k-images-idx3-ubyte: ends within its header"));
  std::filesystem::remove(folder.path() / "t10k-images-idx3-ubyte");
  CHECK(contains(folder.refusal(),
                 folder.spec() + ": has t10k-labels-idx1-ubyte, but no t10k-images-idx3-ubyte"));
}

TEST_CASE("too few images for a split are refused, and still train as a whole") {
  const SmallFolder folder;
  folder.write("train-images-idx3-ubyte", idx_bytes({2, 2, 3}, counting(12)));
  folder.write("train-labels-idx1-ubyte", idx_bytes({2}, counting(2)));
  const ImageDataset data = load_images(folder.spec());
  CHECK(data.split(Split::train).count() == 2);
  CHECK(contains(error_message([&] { data.split(Split::valid); }), "2 training images are too few"));
}

}  // namespace gradzoo
