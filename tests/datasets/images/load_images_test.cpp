#include <algorithm>
#include <chrono>
#include <filesystem>

#include <doctest/doctest.h>

#include "datasets/images/idx_files.h"
#include "datasets/images/picture.h"
#include "datasets/images/picture_makers.h"
#include "datasets/images/zip.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/images/npy.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

namespace fs = std::filesystem;

/// A folder of two classes of plain pictures, 4 x 6, whose red is the picture's number; and a cache.
struct TwoClasses {
  explicit TwoClasses(int each = 6) {
    for (int i = 0; i < each; ++i) {
      write("cats/" + std::to_string(i) + ".png", static_cast<uint8_t>(10 * i));
      write("dogs/" + std::to_string(i) + ".png", static_cast<uint8_t>(10 * i + 5));
    }
  }
  void write(const std::string& name, uint8_t red) const {
    write_below(folder.path() / "data", name, plain_png(4, 6, red, 0, 0));
  }
  std::string path() const { return folder.file("data"); }
  ImageDataset load(const ImageOptions& options = {}) const { return load_images(path(), options); }
  std::string cache() const {
    for (const auto& entry : fs::recursive_directory_iterator(folder.file("cache")))
      if (entry.is_regular_file()) return entry.path().string();
    return "";
  }
  ScratchDirectory folder;
  Variable home{"XDG_CACHE_HOME", folder.file("cache")};
};

std::vector<int> reds(const Tensor& images) {
  std::vector<int> out;
  for (int64_t i = 0; i < images.dim(0); ++i)
    out.push_back(images.data<uint8_t>()[i * images.size() / images.dim(0)]);
  return out;
}

TEST_CASE("pictures and classes come in the order of names; always the same sixth is drawn as a test") {
  const TwoClasses at;
  const ImageDataset data = at.load();
  CHECK(data.test_drawn);
  CHECK(data.train_images.shape() == Shape{10, 4, 6, 3});
  CHECK(data.test_images.shape() == Shape{2, 4, 6, 3});
  CHECK(data.classes == 2);
  CHECK(data.class_names == std::vector<std::string>{"cats", "dogs"});
  std::vector<int> all = reds(data.train_images), held = reds(data.test_images);
  for (size_t i = 0; i < all.size(); ++i) CHECK(all[i] % 10 == 5 * data.train_labels.data<uint8_t>()[i]);
  for (size_t i = 0; i < held.size(); ++i) CHECK(held[i] % 10 == 5 * data.test_labels.data<uint8_t>()[i]);
  all.insert(all.end(), held.begin(), held.end());
  std::ranges::sort(all);
  CHECK(all == std::vector<int>{0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55});
  CHECK(reds(at.load().test_images) == held);
  CHECK(reds(data.train_images) != all);
}

TEST_CASE("the second start reads the cache alone, until a file changes, one is added, or options do") {
  const TwoClasses at;
  uint8_t red = 201;  // its picture has as many bytes as that of 200
  while (plain_png(4, 6, red, 0, 0).size() != plain_png(4, 6, 200, 0, 0).size()) REQUIRE(++red != 0);
  at.write("cats/1.png", 200);
  const ImageDataset first = at.load();
  const std::string cache = at.cache();
  REQUIRE_FALSE(cache.empty());
  // A picture that keeps its size and time is not looked at again.
  const fs::path file = fs::path(at.path()) / "cats/1.png";
  const auto time = fs::last_write_time(file);
  const std::string other = plain_png(4, 6, red, 0, 0);
  write_file(file.string(), other);
  fs::last_write_time(file, time);
  CHECK(at.load().train_images.to_vector() == first.train_images.to_vector());
  // Its time tells.
  fs::last_write_time(file, time + std::chrono::seconds(1));
  const auto has = [](const ImageDataset& data, int red) {
    const std::vector<int> train = reds(data.train_images), test = reds(data.test_images);
    return std::ranges::count(train, red) + std::ranges::count(test, red);
  };
  CHECK(has(at.load(), red) == 1);
  at.write("cats/new.png", 99);
  CHECK(has(at.load(), 99) == 1);
  CHECK(at.load({.size = 2}).train_images.shape() == Shape{11, 2, 2, 3});
  CHECK(at.load().train_images.shape() == Shape{11, 4, 6, 3});
}

TEST_CASE("what could not be read this time is not remembered") {
  const TwoClasses at;
  at.write("dogs/huge.png", 7);
  fs::resize_file(at.folder.path() / "data/dogs/huge.png",
                  kMostPictureBytes + 1);  // as one without permission
  REQUIRE(at.load().skipped.front().why == "it cannot be read");
  CHECK_FALSE(fs::exists(at.folder.file("cache/gradzoo/images")));
  fs::remove(at.folder.path() / "data/dogs/huge.png");
  at.load();
  CHECK_FALSE(at.cache().empty());
}

TEST_CASE("bits in IDX files are black and white, where no pixel of either part is more") {
  const ScratchFolder at;
  const auto read = [&](const Bytes& train, const Bytes& test) {
    at.write("train-images-idx3-ubyte", idx_bytes({1, 2, 2}, train));
    at.write("t10k-images-idx3-ubyte", idx_bytes({1, 2, 2}, test));
    return load_images(at.path().string());
  };
  const ImageDataset bits = read({0, 1, 1, 0}, {0, 0, 0, 1});
  CHECK(bits.train_images.to_vector() == std::vector<double>{0, 255, 255, 0});
  CHECK(bits.test_images.to_vector() == std::vector<double>{0, 0, 0, 255});
  CHECK(bits.form == "IDX files of bits, 0 black and 1 white");
  const ImageDataset bytes = read({0, 1, 1, 0}, {0, 0, 0, 2});
  CHECK(bytes.train_images.to_vector() == std::vector<double>{0, 1, 1, 0});
  CHECK(bytes.form == "IDX files");
}

TEST_CASE("a cache that is damaged is made anew, and none is kept where it is off") {
  const TwoClasses at;
  const ImageDataset first = at.load();
  const std::string cache = at.cache();
  std::string bytes = read_file(cache);
  for (const size_t place : {size_t{20}, bytes.size() / 2, bytes.size() - 1}) {
    std::string damaged = bytes;
    damaged[place] = static_cast<char>(damaged[place] ^ 1);
    write_file(cache, damaged);
    CHECK(at.load().train_images.to_vector() == first.train_images.to_vector());
    CHECK(read_file(cache) == bytes);
  }
  write_file(cache, bytes.substr(0, bytes.size() / 2));
  CHECK(at.load().test_images.to_vector() == first.test_images.to_vector());
  fs::remove_all(at.folder.file("cache"));
  const Variable off("GRADZOO_CACHE", "off");
  at.load();
  CHECK_FALSE(fs::exists(at.folder.file("cache")));
}

TEST_CASE("pictures that cannot be read are passed over and counted; where none can, the first says why") {
  const TwoClasses at;
  write_below(at.path(), "cats/bad.png", "no picture");
  write_below(at.path(), "dogs/short.png", corpus_picture("short.png"));
  const ImageDataset data = at.load();
  CHECK(data.train_images.dim(0) + data.test_images.dim(0) == 12);
  int64_t passed = 0;
  for (const Skipped& skipped : data.skipped) passed += skipped.count;
  CHECK(passed == 2);
  const ScratchDirectory bad;
  write_below(bad.path(), "a.png", "no picture");
  const std::string refusal = error_message([&] { load_images(bad.path().string()); });
  CHECK_MESSAGE(contains(refusal, "none of its 1 pictures can be read"), refusal);
}

TEST_CASE("of several sizes a size is asked for, and makes them all one") {
  const TwoClasses at;
  write_below(at.path(), "dogs/wide.png", plain_png(3, 9, 77, 0, 0));
  const std::string refusal = error_message([&] { at.load(); });
  CHECK_MESSAGE(contains(refusal, "Hint: use --set size="), refusal);
  const ImageDataset data = at.load({.size = 3});
  CHECK(data.train_images.dim(1) == 3);
  CHECK(data.train_images.dim(2) == 3);
}

TEST_CASE("colour is as in the files: grey where every pixel is; asked for, it is made") {
  const ScratchDirectory folder;
  const Variable off("GRADZOO_CACHE", "off");
  for (int i = 0; i < 8; ++i)
    write_below(folder.path(), std::to_string(i) + ".png", plain_png(2, 2, 40, 40, 40));
  CHECK(load_images(folder.path().string()).train_images.shape() == Shape{7, 2, 2});
  CHECK(load_images(folder.path().string(), {.color = ImageColor::rgb}).train_images.shape() ==
        Shape{7, 2, 2, 3});
  write_below(folder.path(), "9.png", plain_png(2, 2, 255, 0, 0));
  CHECK(load_images(folder.path().string()).train_images.shape() == Shape{8, 2, 2, 3});
  const ImageDataset grey = load_images(folder.path().string(), {.color = ImageColor::grey});
  CHECK(grey.train_images.shape() == Shape{8, 2, 2});
  const std::vector<int> train = reds(grey.train_images), test = reds(grey.test_images);
  CHECK(std::ranges::count(train, 76) + std::ranges::count(test, 76) == 1);  // .299 of 255
}

TEST_CASE("points of a .npy file are split likewise, and too few examples are no data") {
  const ScratchDirectory folder;
  write_file(folder.file("p.npy"), npy_bytes(reshape(arange(36, DType::i64), {12, 3})));
  const ImageDataset data = load_images(folder.file("p.npy"));
  CHECK_FALSE(data.is_images());
  CHECK(data.train_images.shape() == Shape{10, 3});
  write_file(folder.file("few.npy"), npy_bytes(reshape(arange(15, DType::i64), {5, 3})));
  const std::string refusal = error_message([&] { load_images(folder.file("few.npy")); });
  CHECK_MESSAGE(contains(refusal, "too few for a test part"), refusal);
}

TEST_CASE("a test part of another size is refused with both sizes") {
  const ScratchDirectory folder;
  const auto zeros_of = [](int64_t n, int64_t high) { return npy_bytes(zeros({n, high, 6}, DType::u8)); };
  write_file(folder.file("parts.npz"), zip_bytes(std::vector<std::pair<std::string, std::string>>{
                                           {"x_train.npy", zeros_of(8, 4)}, {"x_test.npy", zeros_of(3, 5)}}));
  const std::string refusal = error_message([&] { load_images(folder.file("parts.npz")); });
  CHECK_MESSAGE(contains(refusal, "its test examples have the shape (5,6), and the training examples (4,6)"),
                refusal);
}

TEST_CASE("IDX images alone are enough, and labels of one part alone are refused") {
  const ScratchDirectory folder;
  const auto write = [&](const std::string& name, const Bytes& bytes) {
    write_file(folder.file(name), std::string(bytes.begin(), bytes.end()));
  };
  const Bytes pixels(12 * 4, 7);
  write("train-images-idx3-ubyte", idx_bytes({12, 2, 2}, pixels));
  const ImageDataset alone = load_images(folder.path().string());
  CHECK(alone.test_drawn);
  CHECK(alone.train_images.shape() == Shape{10, 2, 2});
  CHECK(alone.classes == 0);
  write("train-labels-idx1-ubyte", idx_bytes({12}, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}));
  CHECK(load_images(folder.path().string()).classes == 3);
  write("t10k-images-idx3-ubyte", idx_bytes({12, 2, 2}, pixels));
  const std::string refusal = error_message([&] { load_images(folder.path().string()); });
  CHECK_MESSAGE(contains(refusal, "no t10k-labels-idx1-ubyte"), refusal);
  CHECK(contains(error_message([&] { load_images(folder.file("train-images-idx3-ubyte")); }),
                 "neither .npy nor .npz"));
}

}  // namespace
}  // namespace gradzoo
