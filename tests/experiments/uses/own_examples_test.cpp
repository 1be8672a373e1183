#include "experiments/uses/own_examples.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/plot/image.h"
#include "support/error_message.h"
#include "support/process.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

constexpr uint8_t kRed = 200, kGreen = 100, kBlue = 50;

// Grey, or all of one colour.
std::string png(const ScratchDirectory& scratch, const std::string& name, int height, int width,
                bool coloured) {
  Image image{width, height, {}};
  for (int pixel = 0; pixel < height * width; ++pixel)
    for (const uint8_t channel : {kRed, kGreen, kBlue})
      image.rgb.push_back(coloured ? channel : static_cast<uint8_t>(pixel));
  write_png(scratch.file(name), image);
  return scratch.file(name);
}

std::string npy(const ScratchDirectory& scratch, const std::string& name, const Tensor& values) {
  save_npy(scratch.file(name), values);
  return scratch.file(name);
}

OwnExamples examples_in(const std::vector<std::string>& files, const Shape& example,
                        const ImageOptions& options = {}) {
  return own_examples(files, {.example = example}, options);
}

void check_refuses(const std::vector<std::string>& files, const DataShape& shape,
                   const std::vector<std::string>& words) {
  const std::string message = error_message([&] { own_examples(files, shape, {}); });
  check_says(message, words);
  CHECK(contains(message, "Hint: "));
}

}  // namespace

TEST_CASE("pictures and arrays of images come in the order of the files, each with its name") {
  const ScratchDirectory scratch;
  const std::string a = png(scratch, "a.png", 2, 3, false),
                    b = npy(scratch, "b.npy",
                            tensor({9, 8, 7, 6, 5, 4, 0, 0, 0, 0, 0, 255}, {2, 2, 3}, DType::u8));
  const OwnExamples found = examples_in({b, a}, {2, 3});
  CHECK(found.values.to_vector() ==
        std::vector<double>{9, 8, 7, 6, 5, 4, 0, 0, 0, 0, 0, 255, 0, 1, 2, 3, 4, 5});
  CHECK(found.names == std::vector<std::string>{b + "[0]", b + "[1]", a});
  CHECK(found.remarks.empty());
  // Rows of numbers are images where the run's are squares.
  const std::string rows = npy(scratch, "rows.npy", tensor({0, 1, 0, 1}, {1, 4}));
  CHECK(examples_in({rows}, {2, 2}).values.to_vector() == std::vector<double>{0, 255, 0, 255});
}

TEST_CASE("another size is resampled and said, colours become grey, and grey colours") {
  const ScratchDirectory scratch;
  const std::string wide = png(scratch, "wide.png", 2, 6, false);
  const OwnExamples small = examples_in({wide}, {1, 1});  // of the square in the middle: 2, 3, 8, 9
  CHECK(small.values.to_vector() == std::vector<double>{6});
  check_says(small.remarks, {"wide.png", "2x6", "1x1"});
  const std::string coloured = png(scratch, "colour.png", 2, 2, true);
  const double luma = std::round(0.299 * kRed + 0.587 * kGreen + 0.114 * kBlue);
  CHECK(examples_in({coloured}, {2, 2}).values.to_vector() == std::vector<double>(4, luma));
  CHECK(examples_in({coloured}, {1, 1, 3}).values.to_vector() == std::vector<double>{kRed, kGreen, kBlue});
  const std::string grey = npy(scratch, "grey.npy", full({1, 1, 1}, 77, DType::u8));
  CHECK(examples_in({grey}, {1, 1, 3}).values.to_vector() == std::vector<double>{77, 77, 77});
  check_refuses({wide}, {.example = {2, 3}}, {"wide.png", "2x6", "2x3", "crop it"});
}

TEST_CASE("points are rows of an array, on a line its numbers") {
  const ScratchDirectory scratch;
  const std::string plane = npy(scratch, "plane.npy", tensor({1, -2, 3, 4}, {2, 2}, DType::f64));
  const OwnExamples found = examples_in({plane}, {2});
  CHECK(found.values.dtype() == DType::f32);
  CHECK(found.values.to_vector() == std::vector<double>{1, -2, 3, 4});
  CHECK(found.names[1] == plane + "[1]");
  CHECK(examples_in({npy(scratch, "line.npy", tensor({5, 6}, {2}))}, {1}).values.shape() == Shape{2, 1});
  check_refuses({plane}, {.example = {3}}, {"plane.npy", "(2,2)", "points of 3 numbers", "(N, 3)"});
  check_refuses({png(scratch, "a.png", 2, 2, false)}, {.example = {2}}, {"a.png", "not a .npy file"});
  check_refuses({npy(scratch, "nan.npy", tensor({1, NAN}, {1, 2}))}, {.example = {2}}, {"not finite"});
  check_refuses({npy(scratch, "far.npy", tensor({1, 1e300}, {1, 2}, DType::f64))}, {.example = {2}},
                {"not finite"});
  const DataShape bits = shape_of({.data = "bars-and-stripes"});
  check_refuses({npy(scratch, "half.npy", full({1, 16}, 0.5))}, bits, {"half.npy", "neither 0 nor 1"});
  CHECK(own_examples(std::vector{npy(scratch, "ones.npy", ones({1, 16}))}, bits, {}).values.size() == 16);
}

TEST_CASE("what cannot be read is refused by its name, and so are too many") {
  const ScratchDirectory scratch;
  write_file(scratch.file("text.png"), "no picture");
  check_refuses({scratch.file("text.png")}, {.example = {2, 2}}, {"text.png", "PNG"});
  for (const Shape& example : {Shape{2, 2}, Shape{2}})
    check_says(error_message([&] { examples_in({scratch.file("none.png")}, example); }), {"none.png"});
  check_refuses({npy(scratch, "rows.npy", ones({2, 5}))}, {.example = {2, 3}},
                {"rows of 5 numbers", "(N, 2, 3)"});
  const std::string many = npy(scratch, "many.npy", zeros({kMostOwnExamples, 2}));
  CHECK(std::ssize(examples_in({many}, {2}).names) == kMostOwnExamples);
  check_refuses({many, npy(scratch, "one.npy", zeros({1, 2}))}, {.example = {2}}, {"one.npy", "10000"});
}
