#include "datasets/images/array_files.h"

#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "datasets/images/picture_makers.h"
#include "datasets/images/zip.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/npy.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

struct ArrayFolder {
  test::ScratchDirectory folder;
  std::string write(const std::string& name, const Tensor& values) const {
    test::write_file(folder.file(name), npy_bytes(values));
    return folder.file(name);
  }
  ImageDataset load(const std::string& name, const ImageOptions& options = {}) const {
    return load_array_file(folder.file(name), options);
  }
  std::string refusal(const std::string& name, const ImageOptions& options = {}) const {
    return test::error_message([&] { load(name, options); });
  }
};

Tensor counted(const Shape& shape) {
  return cast(reshape(arange(shape.size(), DType::i64), shape), DType::u8);
}

TEST_CASE("images may be (N,H,W), (N,H,W,C), (N,C,H,W) or rows with a size, in bytes or floats") {
  const ArrayFolder at;
  const Tensor grey = counted({3, 4, 5}), colour = counted({3, 4, 5, 3});
  at.write("grey.npy", grey);
  at.write("colour.npy", colour);
  at.write("first.npy", permute(colour, {0, 3, 1, 2}));
  at.write("unit.npy", cast(grey, DType::f32) / 255.0);
  at.write("whole.npy", cast(grey, DType::f64));
  at.write("one.npy", grey.view({3, 4, 5, 1}));
  CHECK(at.load("grey.npy").train_images.to_vector() == grey.to_vector());
  CHECK(at.load("colour.npy").train_images.shape() == Shape{3, 4, 5, 3});
  CHECK(at.load("first.npy").train_images.to_vector() == colour.to_vector());
  for (const char* name : {"unit.npy", "whole.npy", "one.npy"}) {
    CHECK(at.load(name).train_images.shape() == grey.shape());
    CHECK(at.load(name).train_images.dtype() == DType::u8);
    CHECK(at.load(name).train_images.to_vector() == grey.to_vector());
  }
  at.write("rows.npy", counted({2, 9}));
  CHECK(at.load("rows.npy", {.size = 3}).train_images.shape() == Shape{2, 3, 3});
  CHECK(at.load("rows.npy").train_images.shape() == Shape{2, 9});  // points
  CHECK(at.load("rows.npy").train_images.dtype() == DType::f32);
  // Half opaque red over white.
  const Tensor clear = cast(tensor({255, 0, 0, 128}, {1, 1, 1, 4}), DType::u8);
  at.write("clear.npy", clear);
  CHECK(at.load("clear.npy").train_images.to_vector() == std::vector<double>{255, 127, 127});
}

TEST_CASE("where channels may stand first or last, images are squared") {
  const ArrayFolder at;
  const std::pair<Shape, Shape> shapes[] = {
      {{2, 1, 4, 4}, {2, 4, 4}},     {{2, 3, 4, 4}, {2, 4, 4, 3}}, {{2, 4, 3, 3}, {2, 3, 3, 3}},
      {{2, 4, 4, 3}, {2, 4, 4, 3}},  {{2, 4, 4, 1}, {2, 4, 4}},    {{2, 3, 3, 3}, {2, 3, 3, 3}},
      {{2, 1, 28, 28}, {2, 28, 28}}, {{2, 1, 1, 4}, {2, 1, 1, 3}}, {{2, 3, 28, 28}, {2, 28, 28, 3}}};
  for (const auto& shape : shapes) {
    CAPTURE(shape.first.str());
    at.write("x.npy", counted(shape.first));
    CHECK(at.load("x.npy").train_images.shape() == shape.second);
  }
}

TEST_CASE("pixels of 0 and 1 alone are black and white, in any type, and both parts are scaled alike") {
  const ArrayFolder at;
  const Tensor bits = cast(tensor({0, 1, 1, 0}, {1, 2, 2}), DType::u8);
  const std::vector<double> black_and_white = {0, 255, 255, 0};
  for (const DType dtype : {DType::u8, DType::i64, DType::f32, DType::f64}) {
    at.write("bits.npy", cast(bits, dtype));
    const ImageDataset data = at.load("bits.npy");
    CHECK(data.train_images.to_vector() == black_and_white);
    CHECK(data.form == "a .npy file of bits, 0 black and 1 white");
  }
  const auto zip = [&](const Tensor& train, const Tensor& test) {
    test::write_file(at.folder.file("parts.npz"),
                     zip_bytes(std::vector<std::pair<std::string, std::string>>{
                         {"x_train.npy", npy_bytes(train)}, {"x_test.npy", npy_bytes(test)}}));
    return at.folder.file("parts.npz");
  };
  zip(bits, cast(bits, DType::f64));
  CHECK(at.load("parts.npz").train_images.to_vector() == black_and_white);
  CHECK(at.load("parts.npz").test_images.to_vector() == black_and_white);
  const Tensor bytes = cast(tensor({0, 1, 200, 7}, {1, 2, 2}), DType::u8);
  zip(bytes, bits);  // nearly black, and so it was
  CHECK(at.load("parts.npz").test_images.to_vector() == bits.to_vector());
  CHECK(at.load("parts.npz").form == "a .npz file");
  zip(cast(bits, DType::f32) * 0.5, bytes);
  CHECK(test::contains(at.refusal("parts.npz"), "its pixels go from 0 to 200"));
  at.write("dark.npy", zeros({1, 2, 2}, DType::u8));
  CHECK(at.load("dark.npy").train_images.to_vector() == std::vector<double>(4, 0.0));
}

TEST_CASE("labels and a test part lie beside a .npy file, or in a .npz file under the usual names") {
  const ArrayFolder at;
  const Tensor images = counted({4, 2, 2}), held = counted({2, 2, 2}), labels = tensor({3, 1, 0, 2}, {4});
  at.write("x.npy", images);
  at.write("x_labels.npy", labels);
  at.write("x_test.npy", held);
  at.write("x_test_labels.npy", cast(tensor({1, 1}, {2, 1}), DType::i64));
  const ImageDataset beside = at.load("x.npy");
  CHECK(beside.train_labels.dtype() == DType::u8);
  CHECK(beside.train_labels.to_vector() == labels.to_vector());
  CHECK(beside.test_images.to_vector() == held.to_vector());
  CHECK(beside.test_labels.to_vector() == std::vector<double>{1, 1});
  const std::vector<std::pair<std::string, std::string>> members = {{"train_images.npy", npy_bytes(images)},
                                                                    {"train_labels.npy", npy_bytes(labels)},
                                                                    {"x_test.npy", npy_bytes(held)},
                                                                    {"notes.txt", "hello"}};
  test::write_file(at.folder.file("y.npz"), zip_bytes(members));
  const ImageDataset zipped = at.load("y.npz");
  CHECK(zipped.train_images.to_vector() == images.to_vector());
  CHECK(zipped.train_labels.to_vector() == labels.to_vector());
  CHECK(zipped.test_images.to_vector() == held.to_vector());
  REQUIRE(zipped.skipped.size() == 1);
  CHECK(zipped.skipped[0].first == std::vector<std::string>{"notes.txt"});
  CHECK(is_array_file(at.folder.file("x.npy")));
  CHECK(is_array_file(at.folder.file("y.npz")));
  test::write_file(at.folder.file("z.txt"), "hello, world");
  CHECK_FALSE(is_array_file(at.folder.file("z.txt")));
  CHECK_FALSE(is_array_file(at.folder.path().string()));
}

TEST_CASE("arrays that are no images are refused with what they hold") {
  const ArrayFolder at;
  const auto says = [&](const std::string& name, const Tensor& values, const std::string& part) {
    at.write(name, values);
    const std::string refusal = at.refusal(name);
    CHECK_MESSAGE(test::contains(refusal, part), refusal);
  };
  says("a.npy", tensor({0, 0.5, 1.5}, {1, 1, 3}), "pixels go from 0 to 1.5");
  says("b.npy", tensor({0, -1, 2}, {1, 1, 3}), "pixels go from -1");
  says("c.npy", tensor({0, NAN, 1}, {1, 1, 3}), "not finite");
  Tensor points = zeros({60, 2});
  for (int64_t i = 0; i < 60; ++i) {  // whichever rows are held back
    points.mutable_data<float>()[2 * i + 1] = INFINITY;
    says("points.npy", points, fmt::format("number 1 of point {} is not finite", i));
    points.mutable_data<float>()[2 * i + 1] = 0;
  }
  says("d.npy", counted({2, 2, 2, 2}), "its shape is");
  says("e.npy", counted({7}), "its shape is");
  at.write("f.npy", counted({3, 2, 2}));
  at.write("f_labels.npy", counted({2}));
  CHECK(test::contains(at.refusal("f.npy"), "save one label per example"));
  at.write("f_labels.npy", tensor({0, 0.5, 1}, {3}));
  CHECK(test::contains(at.refusal("f.npy"), "label 1 is 0.5"));
  at.write("f_labels.npy", tensor({0, 256, 1}, {3}));
  CHECK(test::contains(at.refusal("f.npy"), "label 1 is 256"));
  const std::vector<std::pair<std::string, std::string>> others = {
      {"weights.npy", npy_bytes(counted({2, 2}))}};
  test::write_file(at.folder.file("g.npz"), zip_bytes(others));
  CHECK(test::contains(at.refusal("g.npz"), "none of its arrays (weights.npy)"));
  const std::string images = npy_bytes(counted({2, 2, 2})), held = npy_bytes(counted({1, 2, 2}));
  const std::vector<std::pair<std::string, std::string>> twice = {{"images.npy", images},
                                                                  {"images.npy", held}},
                                                         bare = {{"images.npy", images}, {"images", held}};
  test::write_file(at.folder.file("h.npz"), zip_bytes(twice));
  CHECK(test::contains(at.refusal("h.npz"), "two members images.npy. Hint: save one array per name"));
  test::write_file(at.folder.file("i.npz"), zip_bytes(bare));
  CHECK(
      test::contains(at.refusal("i.npz"), "two members for the array images. Hint: save one array per name"));
}

}  // namespace
}  // namespace gradzoo
