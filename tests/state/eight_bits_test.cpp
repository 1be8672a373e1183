#include "state/eight_bits.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <doctest/doctest.h>

#include "gradzoo/autograd/random.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

std::vector<float> floats(const SafetensorsReader& file, const std::string& name) {
  const SafetensorsEntry* const entry = file.find(name);
  REQUIRE(entry != nullptr);
  const std::vector<std::byte> bytes = file.read(*entry);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

SafetensorsReader file_of(std::vector<SafetensorsTensor> tensors) {
  return {"a file", to_safetensors(std::move(tensors), {{"model", "vae"}})};
}

TEST_CASE("each number comes back within half a step of its own block of 64, whose largest is exact") {
  Rng rng(3, "eight_bits_test");
  const Tensor x = randn({3, 50}, rng);  // 150 numbers: two blocks, and 22 more
  std::vector<float> values(x.data<float>(), x.data<float>() + 150);
  for (size_t i = 64; i < 128; ++i) values[i] *= 1e-6f;
  values[130] = -40;
  const std::vector<SafetensorsTensor> written = in_eight_bits("w", {3, 50}, values);
  REQUIRE(written.size() == 2);
  CHECK(written[0].bytes.size() == 150);
  CHECK(written[1].shape == Shape{3});
  const SafetensorsReader file = without_eight_bits(file_of(written));
  CHECK(file.entries().size() == 1);
  CHECK(file.find("w")->shape == Shape{3, 50});
  CHECK(file.metadata().at("model") == "vae");
  const std::vector<float> found = floats(file, "w");
  for (size_t begin = 0; begin < 150; begin += 64) {
    const size_t end = std::min<size_t>(begin + 64, 150);
    size_t at = begin;
    for (size_t i = begin; i < end; ++i)
      if (std::abs(values[i]) > std::abs(values[at])) at = i;
    const float largest = std::abs(values[at]);
    CHECK(found[at] == approx(values[at]).epsilon(1e-6));
    double square = 0;
    for (size_t i = begin; i < end; ++i) {
      CHECK(std::abs(found[i] - values[i]) <= largest / 254 * 1.0001f);
      square += std::pow((found[i] - values[i]) / (largest / 127), 2);
    }
    // The nearest multiple: errors are as even as those of rounding, whose variance is 1/12.
    CHECK(square / static_cast<double>(end - begin) < 0.14);
  }
}

TEST_CASE("a block of zeros stays one, and what is no number is refused") {
  const std::vector<float> zeros(70, 0.0f);
  for (const float value : floats(without_eight_bits(file_of(in_eight_bits("w", {70}, zeros))), "w"))
    CHECK(value == 0);
  const std::vector<float> bad = {1, INFINITY};
  const std::string refusal = test::error_message([&] { in_eight_bits("w", {2}, bad); });
  CHECK_MESSAGE(test::contains(refusal, "'w' contains inf"), refusal);
}

TEST_CASE("tensors that are not in 8 bits stay as they are, whatever they are called") {
  const std::vector<float> v = {1, 2, 3};
  const auto bytes = std::as_bytes(std::span(v));
  const std::vector<std::byte> three(bytes.begin(), bytes.end());
  const SafetensorsReader file =
      without_eight_bits(file_of({{"a.int8", DType::f32, {3}, three}, {"b.scales", DType::f32, {3}, three}}));
  CHECK(floats(file, "a.int8") == v);
  CHECK(floats(file, "b.scales") == v);
}

TEST_CASE("without its scales, or with others, a tensor of 8 bits is refused") {
  const std::vector<float> v(65, 1.0f);
  std::vector<SafetensorsTensor> parts = in_eight_bits("w", {65}, v);
  const auto refusal = [](std::vector<SafetensorsTensor> tensors) {
    return test::error_message([&] { without_eight_bits(file_of(std::move(tensors))); });
  };
  CHECK_MESSAGE(test::contains(refusal({parts[0]}), "'w' has no scales"), refusal({parts[0]}));
  parts[1].shape = {1};
  parts[1].bytes.resize(4);
  CHECK(test::contains(refusal(parts), "Hint: the file is damaged"));
}

}  // namespace
}  // namespace gradzoo
