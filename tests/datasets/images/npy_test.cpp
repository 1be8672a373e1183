#include "gradzoo/datasets/images/npy.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"
#include "support/scratch.h"

namespace gradzoo {
namespace {

// A .npy file as NumPy's document lays it out, version 1.0.
std::string npy_file(const std::string& dictionary, const std::string& data, char version = 1) {
  std::string header = dictionary;
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string out = "\x93NUMPY";
  out += version;
  out += '\0';
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  if (version > 1) out += std::string(2, '\0');
  return out + header + data;
}

std::string header(const std::string& type, const std::string& shape, bool fortran = false) {
  return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }";
}

template <class T>
std::string bytes_of(const std::vector<T>& values, bool swapped = false) {
  std::string out;
  for (const T& value : values) {
    std::string one(sizeof(T), '\0');
    std::memcpy(one.data(), &value, sizeof(T));
    out += swapped ? std::string(one.rbegin(), one.rend()) : one;
  }
  return out;
}

Tensor read(const std::string& file) { return read_npy(std::as_bytes(std::span(file)), "x.npy"); }
std::string npy_refusal(const std::string& file) {
  return test::error_message([&] { read(file); });
}

TEST_CASE("numbers of every type and byte order are read as they are") {
  const std::vector<double> wanted = {0, 1, 2, 3, 100, 5};
  const auto check = [&]<class T>(const std::string& type, T, DType dtype) {
    const std::vector<T> values(wanted.begin(), wanted.end());
    for (const bool swapped : {false, true}) {
      const Tensor found =
          read(npy_file(header((swapped ? ">" : "<") + type, "(2, 3)"), bytes_of(values, swapped)));
      CAPTURE(type);
      CHECK(found.shape() == Shape{2, 3});
      CHECK(found.to_vector() == wanted);
      CHECK(found.dtype() == dtype);
    }
  };
  check("u1", uint8_t{}, DType::u8);
  check("i1", int8_t{}, DType::f64);
  check("i2", int16_t{}, DType::f64);
  check("u2", uint16_t{}, DType::f64);
  check("i4", int32_t{}, DType::f64);
  check("u4", uint32_t{}, DType::f64);
  check("i8", int64_t{}, DType::f64);
  check("u8", uint64_t{}, DType::f64);
  check("f4", float{}, DType::f32);
  check("f8", double{}, DType::f64);
  const auto check_ends = [&]<class T>(const std::string& type, T) {
    const T least = std::numeric_limits<T>::min(), most = std::numeric_limits<T>::max();
    CHECK(read(npy_file(header("<" + type, "(2,)"), bytes_of<T>({least, most}))).to_vector() ==
          std::vector<double>{static_cast<double>(least), static_cast<double>(most)});
  };
  check_ends("i1", int8_t{});
  check_ends("i2", int16_t{});
  check_ends("u2", uint16_t{});
  check_ends("i4", int32_t{});
  check_ends("u4", uint32_t{});
  check_ends("i8", int64_t{});
  check_ends("u8", uint64_t{});
  CHECK(read(npy_file(header("|b1", "(2,)"), std::string("\1\0", 2))).to_vector() ==
        std::vector<double>{1, 0});
  // 1.5, -2, the least subnormal and infinity as binary16.
  const Tensor half = read(npy_file(header("<f2", "(4,)"), bytes_of<uint16_t>({0x3e00, 0xc000, 1, 0x7c00})));
  CHECK(half.dtype() == DType::f32);
  CHECK(half.to_vector() == std::vector<double>{1.5, -2, std::ldexp(1.0, -24), INFINITY});
  CHECK(read(npy_file(header("<f4", "(1,)"), bytes_of<float>({-0.25f}), 2)).item() == -0.25);
}

TEST_CASE("Fortran's order becomes rows") {
  // Of a (2, 3, 2) array whose value at (i, j, k) is 100 i + 10 j + k, the first index is the fastest.
  std::vector<float> values;
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) values.push_back(static_cast<float>(100 * i + 10 * j + k));
  const Tensor found = read(npy_file(header("<f4", "(2, 3, 2)", true), bytes_of(values)));
  int at = 0;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k)
        CHECK(found.data<float>()[at++] == static_cast<float>(100 * i + 10 * j + k));
}

TEST_CASE("what is written is read back, and begins its data at a multiple of 64") {
  for (const DType dtype : {DType::u8, DType::f32, DType::f64}) {
    const Tensor x = cast(reshape(arange(24, DType::i64), {2, 3, 4}), dtype);
    const std::string file = npy_bytes(x);
    CHECK((file.size() - static_cast<size_t>(x.size()) * dtype_bytes(dtype)) % 64 == 0);
    const Tensor found = read(file);
    CHECK(found.dtype() == dtype);
    CHECK(found.shape() == x.shape());
    CHECK(found.to_vector() == x.to_vector());
  }
}

TEST_CASE("what would not be read back is not written") {
  const test::ScratchDirectory at;
  for (const Tensor& x : {scalar(3), zeros({0}), zeros({2, 0, 3}), zeros({}, DType::i64)}) {
    const std::string refusal = test::error_message([&] { save_npy(at.file("x.npy"), x); });
    CHECK_MESSAGE(
        test::contains(refusal, x.shape().str() + " could not be read again. Hint: use 1 to 6 axes"),
        refusal);
    CHECK_FALSE(std::filesystem::exists(at.file("x.npy")));
  }
}

TEST_CASE("what is no array of numbers is refused with its reason, and every prefix of one that is") {
  const std::string good = npy_file(header("|u1", "(2, 3)"), "abcdef");
  CHECK(read(good).size() == 6);
  for (size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    CHECK(test::contains(npy_refusal(good.substr(0, length)), "Hint: "));
  }
  const auto says = [](const std::string& file, const std::string& part) {
    const std::string refusal = npy_refusal(file);
    CHECK_MESSAGE(test::contains(refusal, part), refusal);
  };
  says(good + "g", "continues after its last number");
  says(npy_file(header("|O", "(2,)"), "aa"), "Python objects");
  says(npy_file(header("<c8", "(1,)"), std::string(8, 'a')), "values of type '<c8'");
  says(npy_file(header("<U4", "(1,)"), std::string(16, 'a')), "values of type");
  says(npy_file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "aaaa"), "records");
  says(npy_file(header("<f4", "()"), "aaaa"), "a single number");
  says(npy_file(header("<f4", "(0, 3)"), ""), "none of them of size 0");
  says(npy_file(header("|u1", "(4611686018427387904, 4)"), "a"), "Hint: ");
  says(npy_file(header("|u1", "(9223372036854775807, 9223372036854775807)"), "a"), "Hint: ");
  says(npy_file(header("|u1", "(99999999999999999999,)"), "a"), "cannot be read");
  says(npy_file(header("|u1", "(-1,)"), "a"), "cannot be read");
  says(npy_file("{'descr': '|u1', 'shape': (1,), 'shape': (1,), }", "a"), "cannot be read");
  says(npy_file(header("|u1", "(1)"), "a"), "cannot be read");  // to Python a number, not a shape
  says(npy_file(header("|b1", "(2,)"), std::string("\1\2", 2)), "neither 0 nor 1");
  says(npy_file("{'descr': '|u1', 'descr': '<u2', 'fortran_order': False, 'shape': (2,), }", "ab"),
       "cannot be read");
  says(npy_file(header("|u1", "(1,)") + " {}", "a"), "cannot be read");
  says(npy_file("__import__('os')", ""), "cannot be read");
  says("PK\x03\x04............", "not a .npy file");
}

TEST_CASE("a file is saved and loaded, and its path stands in what is wrong with it") {
  const test::ScratchDirectory at;
  const Tensor x = tensor({1.5, -2, 3}, {3});
  save_npy(at.file("x.npy"), x);
  CHECK(load_npy(at.file("x.npy")).to_vector() == x.to_vector());
  test::write_file(at.file("y.npy"), "no array");
  const std::string refusal = test::error_message([&] { load_npy(at.file("y.npy")); });
  CHECK_MESSAGE(test::contains(refusal, "y.npy: it is not a .npy file"), refusal);
}

}  // namespace
}  // namespace gradzoo
