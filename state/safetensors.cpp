#include "gradzoo/state/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

#include "state/half.h"

namespace gradzoo {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kLongestHeader = 100'000'000;  // the format's own bound

// Alignment of the dtype downwards, then the name: the format's Dtype order.
bool comes_before(const SafetensorsTensor& a, const SafetensorsTensor& b) {
  const auto rank = [](const SafetensorsTensor& tensor) {
    constexpr std::array<int, 4> kRanks = {2, 1, 0, 4};  // F32, F64, I64, U8
    constexpr int kHalf = 3;
    return tensor.half ? kHalf : kRanks[static_cast<size_t>(tensor.dtype)];
  };
  return std::pair(rank(a), std::string_view(a.name)) < std::pair(rank(b), std::string_view(b.name));
}

void check_tensors(const std::vector<SafetensorsTensor>& sorted) {
  std::vector<std::string_view> names;
  for (const SafetensorsTensor& t : sorted) {
    if (t.bytes.size() != static_cast<size_t>(t.shape.size()) * dtype_bytes(t.dtype))
      throw Error("safetensors: '{}' has {} bytes, which is not the size of {} {}. Hint: pass all bytes",
                  t.name, t.bytes.size(), dtype_name(t.dtype), t.shape.str());
    if (t.half && t.dtype != DType::f32)
      throw Error("safetensors: '{}' is {}, and only f32 can be halved. Hint: use half=false", t.name,
                  dtype_name(t.dtype));
    names.push_back(t.name);
  }
  names.push_back("__metadata__");
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw Error("safetensors: the name '{}' is taken. Hint: use each name once", *twice);
}

Stored stored_as(const SafetensorsTensor& t) { return t.half ? Stored::f16 : Stored::whole; }

uint64_t written_bytes(const SafetensorsTensor& t) {
  return static_cast<uint64_t>(t.shape.size()) * stored_bytes(t.dtype, stored_as(t));
}

std::vector<std::byte> halves_of(const SafetensorsTensor& t) {
  std::vector<std::byte> halves(t.bytes.size() / 2);
  for (size_t i = 0; i < t.bytes.size() / sizeof(float); ++i) {
    float value = 0;
    std::memcpy(&value, t.bytes.data() + i * sizeof(float), sizeof(float));
    const uint16_t half = to_f16(value);
    if (std::isfinite(value) && std::isinf(from_f16(half)))
      throw Error("safetensors: '{}' has {}, and F16 ends at 65504. Hint: use half=false", t.name, value);
    std::memcpy(halves.data() + i * sizeof(half), &half, sizeof(half));
  }
  return halves;
}

std::vector<std::byte> floats_of(std::span<const std::byte> halves, Stored stored) {
  std::vector<std::byte> floats(halves.size() * 2);
  for (size_t i = 0; i < halves.size() / sizeof(uint16_t); ++i) {
    uint16_t half = 0;
    std::memcpy(&half, halves.data() + i * sizeof(half), sizeof(half));
    const float value = stored == Stored::f16 ? from_f16(half) : from_bf16(half);
    std::memcpy(floats.data() + i * sizeof(float), &value, sizeof(float));
  }
  return floats;
}

std::string header_text(const std::vector<SafetensorsTensor>& sorted, const Metadata& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t begin = 0;
  for (const SafetensorsTensor& t : sorted) {
    const uint64_t end = begin + written_bytes(t);
    header.push_back({t.name,
                      {{"dtype", safetensors_dtype(t.dtype, stored_as(t))},
                       {"shape", std::vector<int64_t>(t.shape.begin(), t.shape.end())},
                       {"data_offsets", {begin, end}}}});
    begin = end;
  }
  try {
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
  } catch (const nlohmann::json::exception&) {
    throw Error("safetensors: a name or a metadata text is not UTF-8. Hint: use plain letters");
  }
}

}  // namespace

SafetensorsReader::SafetensorsReader(const std::string& path, Links links)
    : path_(path), file_(std::make_unique<PlainFile>(path, links)) {
  read_header();
}

SafetensorsReader::SafetensorsReader(const std::string& name, std::string_view bytes)
    : path_(name), bytes_(bytes) {
  read_header();
}

SafetensorsReader::SafetensorsReader(const std::string& name, std::vector<std::byte> bytes)
    : path_(name),
      kept_(std::move(bytes)),
      bytes_(reinterpret_cast<const char*>(kept_.data()), kept_.size()) {
  read_header();
}

void SafetensorsReader::read_at(uint64_t offset, std::span<std::byte> out) const {
  if (file_) return file_->read(offset, out);
  if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
}

void SafetensorsReader::read_header() {
  const std::string& path = path_;
  const uint64_t size = this->size();
  if (size < kLengthBytes)
    throw Error("{}: {} bytes are too few for a safetensors file. Hint: copy it again", path, size);
  uint64_t length = 0;
  read_at(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > kLongestHeader) {
    throw Error(
        "{}: it claims a header of {} bytes, above the format's {}. Hint: the file is damaged, or not a "
        "safetensors file",
        path, length, kLongestHeader);
  }
  if (length > size - kLengthBytes)
    throw Error("{}: it claims a header of {} bytes, but {} follow. Hint: the file was cut short", path,
                length, size - kLengthBytes);
  std::string json(length, '\0');
  read_at(kLengthBytes, std::as_writable_bytes(std::span(json)));
  data_begin_ = kLengthBytes + length;
  header_ = parse_safetensors_header(json, size - data_begin_, path);
}

uint64_t SafetensorsReader::data_bytes() const {
  uint64_t bytes = 0;
  for (const SafetensorsEntry& entry : entries())
    bytes += static_cast<uint64_t>(entry.shape.size()) * dtype_bytes(entry.dtype);
  return bytes;
}

const SafetensorsEntry* SafetensorsReader::find(std::string_view name) const {
  const auto found = std::find_if(entries().begin(), entries().end(),
                                  [&](const SafetensorsEntry& entry) { return entry.name == name; });
  return found == entries().end() ? nullptr : &*found;
}

std::vector<std::byte> SafetensorsReader::read(const SafetensorsEntry& entry) const {
  const SafetensorsEntry* const own = find(entry.name);
  if (own == nullptr || *own != entry)
    throw Error("{}: {} is an entry of another file. Hint: take it from entries()", path_,
                quoted_name(entry.name));
  std::vector<std::byte> bytes(entry.end - entry.begin);
  read_at(data_begin_ + entry.begin, bytes);
  return entry.stored == Stored::whole ? bytes : floats_of(bytes, entry.stored);
}

Tensor SafetensorsReader::read_tensor(const SafetensorsEntry& entry) const {
  const std::vector<std::byte> bytes = read(entry);
  Tensor out = empty(entry.shape, entry.dtype);
  visit_any(entry.dtype, [&]<class T>() {
    if (!bytes.empty()) std::memcpy(out.mutable_data<T>(), bytes.data(), bytes.size());
  });
  return out;
}

std::vector<std::byte> to_safetensors(std::vector<SafetensorsTensor> tensors, const Metadata& metadata) {
  std::sort(tensors.begin(), tensors.end(), comes_before);
  check_tensors(tensors);
  const std::string header = header_text(tensors, metadata);
  const uint64_t length = header.size();
  uint64_t size = kLengthBytes + length;
  for (const SafetensorsTensor& t : tensors) size += written_bytes(t);
  std::vector<std::byte> file(size);
  std::byte* end = file.data();
  const auto append = [&](std::span<const std::byte> part) {
    end = std::copy(part.begin(), part.end(), end);
  };
  append(std::as_bytes(std::span(&length, 1)));
  append(std::as_bytes(std::span(header)));
  for (const SafetensorsTensor& t : tensors) {
    if (t.half)
      append(halves_of(t));
    else
      append(t.bytes);
  }
  return file;
}

}  // namespace gradzoo
