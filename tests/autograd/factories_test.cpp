#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/tensor.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

constexpr int64_t kBeyondDouble = (int64_t{1} << 53) + 1;

}  // namespace

TEST_CASE("a brace list gives f32 unless told, whatever its numbers are") {
  CHECK(tensor({1, 2, 3}, {3}).dtype() == DType::f32);
  CHECK(tensor({1, 2, 3}, {3}).to_vector() == Doubles{1, 2, 3});
  CHECK(tensor({0, 0}, {2}).to_vector() == Doubles{0, 0});
  CHECK(tensor({0}, {1}).to_vector() == Doubles{0});
  CHECK(tensor({0.5}, {}).to_vector() == Doubles{0.5});
  CHECK(tensor({}, {0}).size() == 0);
  CHECK(tensor({1, 2}, {2}, DType::i64).dtype() == DType::i64);
  CHECK(tensor(Doubles{0.1}, {1}).dtype() == DType::f32);
  CHECK(tensor(Doubles{0.1}, {1}, DType::f64).item() == 0.1);
}

TEST_CASE("data of every number type keeps its values, wherever it lies") {
  const std::vector<float> floats = {0.1f, 2};
  CHECK(tensor(floats, {2}).dtype() == DType::f32);
  CHECK(tensor(floats, {2}).data<float>()[0] == 0.1f);
  CHECK(tensor(floats, {2}, DType::f64).data<double>()[0] == static_cast<double>(0.1f));
  const std::array<double, 2> doubles = {0.1, 2};
  CHECK(tensor(doubles, {2}).dtype() == DType::f32);
  CHECK(tensor(std::span<const double>(doubles), {1, 2}, DType::f64).data<double>()[0] == 0.1);
  const int integers[] = {3, -1};
  CHECK(tensor(integers, {2}).dtype() == DType::i64);
  CHECK(tensor(integers, {2}).to_vector() == Doubles{3, -1});
  std::vector<uint8_t> bytes = {0, 255};
  CHECK(tensor(bytes, {2}).dtype() == DType::u8);
  CHECK(tensor(std::span(bytes), {2}, DType::f32).to_vector() == Doubles{0, 255});
}

TEST_CASE("an int64_t that no double holds is kept") {
  const std::vector<int64_t> labels = {kBeyondDouble, -kBeyondDouble};
  const Tensor x = tensor(labels, {2});
  CHECK(x.dtype() == DType::i64);
  CHECK(x.data<int64_t>()[0] == kBeyondDouble);
  CHECK(x.data<int64_t>()[1] == -kBeyondDouble);
}

TEST_CASE("a copy: the tensor does not follow its source") {
  std::vector<float> source = {1, 2};
  const Tensor x = tensor(source, {2});
  source[0] = 10;
  CHECK(x.to_vector() == Doubles{1, 2});
}

TEST_CASE("the shape holds all values") {
  CHECK(error_message([] { tensor({1, 2, 3}, {2}); }) == "tensor: 3 values for shape (2). Hint: it needs 2");
  CHECK_THROWS_WITH_AS(tensor(std::vector<int64_t>{1}, {2, 2}),
                       "tensor: 1 values for shape (2,2). Hint: it needs 4", Error);
}

TEST_CASE("a number that an integer cannot hold becomes the nearest one, in every factory and in cast") {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(), kMost = std::numeric_limits<int64_t>::max();
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::vector<double> numbers = {300,    -1,    256,    255,  254.9, 0.9, -0.5,
                                       0x1p63, 1e300, -1e300, kInf, -kInf, NAN};
  const std::vector<uint8_t> bytes = {255, 0, 255, 255, 254, 0, 0, 255, 255, 0, 255, 0, 0};
  const std::vector<int64_t> whole = {300, -1, 256, 255, 254, 0, 0, kMost, kMost, kLeast, kMost, kLeast, 0};
  const Shape shape{static_cast<int64_t>(numbers.size())};
  const auto check = [&](const Tensor& x, const auto& wanted) {
    using T = std::remove_cvref_t<decltype(wanted[0])>;
    REQUIRE(x.dtype() == dtype_of<T>());
    CHECK(std::vector<T>(x.data<T>(), x.data<T>() + x.size()) == wanted);
  };
  check(tensor(numbers, shape, DType::u8), bytes);
  check(tensor(numbers, shape, DType::i64), whole);
  for (const DType dtype : {DType::f64, DType::f32}) {
    check(cast(tensor(numbers, shape, dtype), DType::i64), whole);
    check(cast(tensor(numbers, shape, dtype), DType::u8), bytes);
  }
  check(cast(tensor(whole, shape), DType::u8), bytes);
  check(tensor(whole, shape, DType::u8), bytes);
  check(tensor(std::vector<int>{300, -1, 256, 255, 0}, {5}, DType::u8),
        std::vector<uint8_t>{255, 0, 255, 255, 0});
  for (size_t i = 0; i < numbers.size(); ++i) {
    check(full({2}, numbers[i], DType::u8), std::vector<uint8_t>(2, bytes[i]));
    check(full({2}, numbers[i], DType::i64), std::vector<int64_t>(2, whole[i]));
    check(scalar(numbers[i], DType::u8), std::vector<uint8_t>(1, bytes[i]));
    check(scalar(numbers[i], DType::i64), std::vector<int64_t>(1, whole[i]));
  }
}

TEST_CASE("a range ends where its dtype does") {
  CHECK(arange(256, DType::u8).to_vector().back() == 255);
  CHECK(error_message([] { arange(257, DType::u8); }) ==
        "arange: u8 ends at 255, and 257 numbers at 256. Hint: arange(257, DType::i64)");
  CHECK(arange(300, DType::i64).to_vector().back() == 299);
}
