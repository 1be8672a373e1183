#include "state/eight_bits.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr size_t kBlock = 64;
constexpr float kLargestCode = 127;
constexpr std::string_view kCodes = ".int8", kScales = ".scales";

size_t block_count(size_t numbers) { return (numbers + kBlock - 1) / kBlock; }

std::vector<std::byte> bytes_of(std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

const SafetensorsEntry& scales_of(const SafetensorsReader& file, const std::string& name, size_t numbers) {
  const SafetensorsEntry* const scales = file.find(name + std::string(kScales));
  const Shape wanted{static_cast<int64_t>(block_count(numbers))};
  if (scales != nullptr && scales->dtype == DType::f32 && scales->shape == wanted) return *scales;
  throw Error("{}: {} has no scales {}. Hint: the file is damaged", file.path(), quoted_name(name),
              wanted.str());
}

SafetensorsTensor whole(const SafetensorsReader& file, const SafetensorsEntry& codes,
                        const std::string& name) {
  const std::vector<std::byte> code = file.read(codes);
  const std::vector<std::byte> scale = file.read(scales_of(file, name, code.size()));
  std::vector<float> scales(scale.size() / sizeof(float)), values(code.size());
  if (!scale.empty()) std::memcpy(scales.data(), scale.data(), scale.size());
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = scales[i / kBlock] * static_cast<float>(static_cast<int8_t>(code[i]));
  return {name, DType::f32, codes.shape, bytes_of(values)};
}

}  // namespace

std::vector<SafetensorsTensor> in_eight_bits(const std::string& name, const Shape& shape,
                                             std::span<const float> values) {
  std::vector<std::byte> codes(values.size());
  std::vector<float> scales;
  for (size_t begin = 0; begin < values.size(); begin += kBlock) {
    const auto block = values.subspan(begin, std::min(kBlock, values.size() - begin));
    float largest = 0;
    for (const float value : block) {
      if (!std::isfinite(value))
        throw Error("'{}' contains {}, which cannot be stored in 8 bits. Hint: train again", name, value);
      largest = std::max(largest, std::abs(value));
    }
    const float scale = largest / kLargestCode;
    scales.push_back(scale);
    for (size_t i = 0; i < block.size(); ++i) {
      const float code =
          scale > 0 ? std::clamp(std::nearbyint(block[i] / scale), -kLargestCode, kLargestCode) : 0;
      codes[begin + i] = static_cast<std::byte>(static_cast<int8_t>(code));
    }
  }
  const Shape blocks{static_cast<int64_t>(scales.size())};
  return {{name + std::string(kCodes), DType::u8, shape, std::move(codes)},
          {name + std::string(kScales), DType::f32, blocks, bytes_of(scales)}};
}

SafetensorsReader without_eight_bits(const SafetensorsReader& file) {
  const auto coded = [&](std::string_view name) {
    return file.find(std::string(name.substr(0, name.size() - kScales.size())) + std::string(kCodes)) !=
           nullptr;
  };
  std::vector<SafetensorsTensor> tensors;
  for (const SafetensorsEntry& entry : file.entries()) {
    const std::string_view name = entry.name;
    if (name.ends_with(kCodes) && entry.dtype == DType::u8) {
      tensors.push_back(whole(file, entry, std::string(name.substr(0, name.size() - kCodes.size()))));
    } else if (!(name.ends_with(kScales) && coded(name))) {
      tensors.push_back({entry.name, entry.dtype, entry.shape, file.read(entry)});
    }
  }
  return {file.path(), to_safetensors(std::move(tensors), file.metadata())};
}

}  // namespace gradzoo
