#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/state/safetensors.h"

namespace gradzoo {
namespace {

constexpr std::string_view kDamaged = "Hint: the file is damaged, or not a safetensors file";

[[noreturn]] void fail(const std::string& file, const std::string& what, std::string_view hint = kDamaged) {
  throw Error("{}: {}. {}", file, what, hint);
}

struct StoredType {
  DType dtype;
  Stored stored;
};

std::optional<StoredType> dtype_named(std::string_view name) {
  for (const StoredType& type : {StoredType{DType::f32, Stored::whole},
                                 {DType::f64, Stored::whole},
                                 {DType::i64, Stored::whole},
                                 {DType::u8, Stored::whole},
                                 {DType::f32, Stored::f16},
                                 {DType::f32, Stored::bf16}}) {
    if (safetensors_dtype(type.dtype, type.stored) == name) return type;
  }
  return {};
}

/// Builds a header while the JSON text is read, so that the first thing out of place ends the reading:
/// nothing is nested deeper than { name: { "shape": [ 1 ] } }, and no name comes twice unnoticed.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(const std::string& file) : file_(file) {}
  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(size_t) override;
  bool end_object() override;
  bool start_array(size_t) override;
  bool end_array() override;
  bool key(std::string& name) override;
  bool string(std::string& value) override;
  bool number_unsigned(uint64_t value) override;
  bool number_integer(int64_t) override { return out_of_place("a negative number"); }
  bool number_float(double, const std::string&) override {
    return out_of_place("a number that is not whole or above 64 bits");
  }
  bool null() override { return out_of_place("null"); }
  bool boolean(bool) override { return out_of_place("a boolean"); }
  bool binary(nlohmann::json::binary_t&) override { return out_of_place("binary data"); }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    fail(file_, fmt::format("the header is not valid JSON at its byte {}", position));
  }

 private:
  enum class Place { outside, header, metadata, entry, shape, offsets };

  bool out_of_place(std::string_view what) const;
  std::string where() const;
  void finish_entry();

  const std::string& file_;
  SafetensorsHeader header_;
  Place place_ = Place::outside;
  std::set<std::string> names_;  // of the header's keys
  std::set<std::string> keys_;   // of the object that is being read
  std::string name_;             // the header's latest key
  std::string key_;              // the latest key of that object
  std::optional<StoredType> dtype_;
  std::vector<uint64_t> shape_;
  std::vector<uint64_t> offsets_;
};

std::string HeaderReader::where() const {
  if (place_ == Place::outside || name_.empty()) return "the header";
  return place_ == Place::header ? quoted_name(name_) : quoted_name(name_) + ", " + quoted_name(key_);
}

bool HeaderReader::out_of_place(std::string_view what) const {
  fail(file_, fmt::format("{} has {}, which is not allowed there", where(), what));
}

bool HeaderReader::start_object(size_t) {
  if (place_ == Place::outside) {
    place_ = Place::header;
  } else if (place_ == Place::header) {
    place_ = name_ == "__metadata__" ? Place::metadata : Place::entry;
    keys_.clear();
    key_.clear();
    dtype_.reset();
    shape_.clear();
    offsets_.clear();
  } else {
    return out_of_place("an object");
  }
  return true;
}

bool HeaderReader::end_object() {
  if (place_ == Place::entry) finish_entry();
  place_ = place_ == Place::header ? Place::outside : Place::header;
  return true;
}

bool HeaderReader::start_array(size_t) {
  if (place_ == Place::entry && key_ == "shape") {
    place_ = Place::shape;
  } else if (place_ == Place::entry && key_ == "data_offsets") {
    place_ = Place::offsets;
  } else {
    return out_of_place("an array");
  }
  return true;
}

bool HeaderReader::end_array() {
  place_ = Place::entry;
  return true;
}

bool HeaderReader::key(std::string& name) {
  if (place_ == Place::header) {
    if (!names_.insert(name).second) fail(file_, fmt::format("{} comes twice", quoted_name(name)));
    name_ = name;
    return true;
  }
  if (!keys_.insert(name).second) {
    fail(file_, fmt::format("{}, {} comes twice", quoted_name(name_), quoted_name(name)));
  }
  if (place_ == Place::entry && name != "dtype" && name != "shape" && name != "data_offsets") {
    fail(file_, fmt::format("{} has the unknown field {}", quoted_name(name_), quoted_name(name)));
  }
  key_ = name;
  return true;
}

bool HeaderReader::string(std::string& value) {
  if (place_ == Place::metadata) {
    header_.metadata[key_] = value;
  } else if (place_ == Place::entry && key_ == "dtype") {
    dtype_ = dtype_named(value);
    if (!dtype_) {
      fail(file_, fmt::format("{} has the dtype {}", quoted_name(name_), quoted_name(value)),
           "Hint: F32, F64, I64, U8, F16 and BF16 are read");
    }
  } else {
    return out_of_place("a text");
  }
  return true;
}

bool HeaderReader::number_unsigned(uint64_t value) {
  if (place_ == Place::shape && shape_.size() < static_cast<size_t>(kMaxRank)) {
    shape_.push_back(value);
  } else if (place_ == Place::offsets && offsets_.size() < 2) {
    offsets_.push_back(value);
  } else {
    return out_of_place(place_ == Place::shape     ? "more than six axes"
                        : place_ == Place::offsets ? "more than two offsets"
                                                   : "a number");
  }
  return true;
}

// The shape, where its bytes can be counted in 63 bits.
std::optional<Shape> checked_shape(const std::vector<uint64_t>& sizes, const StoredType& type) {
  Shape shape;
  int64_t bytes = static_cast<int64_t>(dtype_bytes(type.dtype));
  for (uint64_t size : sizes) {
    if (size > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return {};
    const int64_t n = static_cast<int64_t>(size);
    if (__builtin_mul_overflow(bytes, n, &bytes)) return {};
    shape = shape.insert(shape.rank(), n);
  }
  return shape;
}

void HeaderReader::finish_entry() {
  for (const char* field : {"dtype", "shape", "data_offsets"}) {
    if (!keys_.contains(field)) fail(file_, fmt::format("{} lacks its {}", quoted_name(name_), field));
  }
  if (offsets_.size() != 2) fail(file_, fmt::format("{} lacks an offset", quoted_name(name_)));
  const std::optional<Shape> shape = checked_shape(shape_, *dtype_);
  if (!shape) fail(file_, fmt::format("{} has more bytes than 64 bits can count", quoted_name(name_)));
  const auto [begin, end] = std::pair{offsets_[0], offsets_[1]};
  if (begin > end)
    fail(file_, fmt::format("{} ends at {}, before it begins at {}", quoted_name(name_), end, begin));
  const uint64_t needed = static_cast<uint64_t>(shape->size()) * stored_bytes(dtype_->dtype, dtype_->stored);
  if (end - begin != needed) {
    fail(file_, fmt::format("{} has {} bytes, but {} {} takes {}", quoted_name(name_), end - begin,
                            safetensors_dtype(dtype_->dtype, dtype_->stored), shape->str(), needed));
  }
  header_.entries.push_back({name_, dtype_->dtype, dtype_->stored, *shape, begin, end});
}

// Sorts the entries by their bytes, which must cover [0, data_bytes) once.
void check_layout(std::vector<SafetensorsEntry>& entries, uint64_t data_bytes, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t covered = 0;
  const SafetensorsEntry* before = nullptr;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.end > data_bytes) {
      fail(file, fmt::format("{} reaches byte {} of {}", quoted_name(entry.name), entry.end, data_bytes),
           "Hint: the file was cut short");
    }
    if (entry.begin < covered) {
      fail(file, fmt::format("{} and {} overlap", quoted_name(before->name), quoted_name(entry.name)));
    }
    if (entry.begin > covered) {
      fail(file, fmt::format("bytes {} to {} belong to no entry", covered, entry.begin));
    }
    covered = entry.end;
    before = &entry;
  }
  if (covered < data_bytes)
    fail(file, fmt::format("the last {} bytes belong to no entry", data_bytes - covered));
}

}  // namespace

std::string_view safetensors_dtype(DType dtype, Stored stored) {
  if (stored != Stored::whole) return stored == Stored::f16 ? "F16" : "BF16";
  constexpr std::string_view kNames[] = {"F32", "F64", "I64", "U8"};
  return kNames[static_cast<size_t>(dtype)];
}

size_t stored_bytes(DType dtype, Stored stored) {
  constexpr size_t kHalf = 2;
  return stored == Stored::whole ? dtype_bytes(dtype) : kHalf;
}

std::string quoted_name(std::string_view name) {
  constexpr size_t kLongest = 60;
  std::string out = "'";
  for (char c : name.substr(0, kLongest)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (name.size() > kLongest ? "...'" : "'");
}

SafetensorsHeader parse_safetensors_header(std::string_view json, uint64_t data_bytes,
                                           const std::string& file) {
  if (!json.starts_with('{')) fail(file, "the header does not begin with '{'");
  // The JSON library takes a zero byte for the end of the text.
  if (json.find('\0') != std::string_view::npos) fail(file, "the header has a zero byte");
  HeaderReader reader(file);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  SafetensorsHeader header = reader.take();
  check_layout(header.entries, data_bytes, file);
  return header;
}

}  // namespace gradzoo
