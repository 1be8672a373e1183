#include "gradzoo/datasets/images/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct NpyHeader {
  char order = '<', kind = 'u';  // '<', '>' or '|'; 'b', 'i', 'u' or 'f'
  size_t item_bytes = 1;
  bool fortran_order = false;
  Shape shape;
};

/// The header: a dictionary as Python prints it, of three known entries.
class HeaderText {
 public:
  HeaderText(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  NpyHeader read() {
    NpyHeader header;
    expect('{');
    for (int i = 0; i < 3; ++i) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        read_type(header);
      } else if (key == "fortran_order") {
        header.fortran_order = truth();
      } else if (key == "shape") {
        header.shape = tuple();
      } else {
        fail();
      }
      static_cast<void>(accept(','));
    }
    expect('}');
    skip();
    if (!text_.empty() || types_ != 1 || shapes_ != 1 || orders_ != 1) fail();
    return header;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error("{}: its NumPy header cannot be read. Hint: write it again with numpy.save", name_);
  }
  void skip() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) text_.remove_prefix(1);
  }
  bool accept(char c) {
    skip();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  std::string_view quoted() {
    skip();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) fail();
    const size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) fail();
    const std::string_view word = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return word;
  }
  bool truth() {
    ++orders_;
    skip();
    for (const std::string_view word : {"True", "False"})
      if (text_.starts_with(word)) {
        text_.remove_prefix(word.size());
        return word == "True";
      }
    fail();
  }
  Shape tuple() {
    ++shapes_;
    Shape shape;
    expect('(');
    while (!accept(')')) {
      skip();
      int64_t size = 0;
      const auto [end, failure] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
      if (failure != std::errc() || size < 0) fail();
      text_.remove_prefix(static_cast<size_t>(end - text_.data()));
      if (!text_.empty() && text_.front() == 'L') text_.remove_prefix(1);  // Python 2's long
      if (shape.rank() == kMaxRank || size == 0)
        throw Error("{}: its shape is not allowed. Hint: save 1 to {} axes, none of them of size 0", name_,
                    kMaxRank);
      shape = shape.insert(shape.rank(), size);
      const bool goes_on = accept(',');
      if (!goes_on && (shape.rank() == 1 || text_.empty() || text_.front() != ')'))
        fail();  // (3) is a number
    }
    if (shape.rank() == 0)
      throw Error("{}: it has a single number. Hint: save an array (N, H, W), (N, H, W, C) or (N, D)", name_);
    return shape;
  }
  void read_type(NpyHeader& header) {
    ++types_;
    skip();
    if (!text_.empty() && text_.front() == '[')
      throw Error("{}: it contains records. Hint: save an array of one type", name_);
    const std::string_view type = quoted();
    if (type.find('O') != std::string_view::npos)
      throw Error(
          "{}: it contains Python objects (a pickle, which could run any program). Hint: save an array of "
          "numbers",
          name_);
    if (type.size() == 3) {
      header.order = type[0];
      header.kind = type[1];
      header.item_bytes = static_cast<size_t>(type[2] - '0');
    }
    constexpr std::array<std::string_view, 12> kTypes = {"b1", "u1", "i1", "u2", "i2", "u4",
                                                         "i4", "u8", "i8", "f2", "f4", "f8"};
    bool known = false;
    for (const std::string_view each : kTypes) known |= type.size() == 3 && type.substr(1) == each;
    if (!known || std::string_view("<>|=").find(header.order) == std::string_view::npos)
      throw Error("{}: it contains values of type '{}'. Hint: save bytes, whole numbers or floats", name_,
                  printable(type.substr(0, 20)));
  }

  std::string_view text_, name_;
  int types_ = 0, shapes_ = 0, orders_ = 0;
};

float of_half(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float size = exponent == 0    ? std::ldexp(static_cast<float>(fraction), -24)
                     : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                      : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

template <class Item>
Item item_at(const std::byte* bytes, bool swapped) {
  std::array<std::byte, sizeof(Item)> own;
  std::memcpy(own.data(), bytes, sizeof(Item));
  if (swapped) std::ranges::reverse(own);
  return std::bit_cast<Item>(own);
}

/// Where each value of the result lies in a file in Fortran order: its first axis is the fastest.
class PlaceInFile {
 public:
  PlaceInFile(const Shape& shape, bool fortran) : fortran_(fortran), sizes_(shape.begin(), shape.end()) {
    at_.resize(sizes_.size());
  }
  /// Of the next value, in C order.
  int64_t next() {
    if (!fortran_) return count_++;
    int64_t place = 0;
    for (size_t axis = sizes_.size(); axis-- > 0;) place = place * sizes_[axis] + at_[axis];
    for (size_t axis = sizes_.size(); axis-- > 0 && ++at_[axis] == sizes_[axis];) at_[axis] = 0;
    return place;
  }

 private:
  bool fortran_;
  int64_t count_ = 0;
  std::vector<int64_t> sizes_, at_;
};

// Item as it lies in the file, Out as it is kept.
template <class Item, class Out>
Tensor values_as(const NpyHeader& header, std::span<const std::byte> data) {
  Tensor out = empty(header.shape, dtype_of<Out>());
  Out* const values = out.mutable_data<Out>();
  const bool swapped = header.order == '>';
  if constexpr (std::is_same_v<Item, Out>) {
    if (!swapped && !header.fortran_order) {
      std::memcpy(values, data.data(), data.size());
      return out;
    }
  }
  PlaceInFile place(header.shape, header.fortran_order);
  for (int64_t i = 0; i < out.size(); ++i) {
    const std::byte* const at = data.data() + static_cast<size_t>(place.next()) * sizeof(Item);
    const Item item = item_at<Item>(at, swapped);
    values[i] = static_cast<Out>(item);
  }
  return out;
}

struct Half {
  uint16_t bits;
  explicit operator float() const { return of_half(bits); }
};

Tensor values_of(const NpyHeader& header, std::span<const std::byte> data) {
  switch (header.kind) {
    case 'f':
      if (header.item_bytes == 2) return values_as<Half, float>(header, data);
      if (header.item_bytes == 4) return values_as<float, float>(header, data);
      return values_as<double, double>(header, data);
    case 'i':
      if (header.item_bytes == 1) return values_as<int8_t, double>(header, data);
      if (header.item_bytes == 2) return values_as<int16_t, double>(header, data);
      if (header.item_bytes == 4) return values_as<int32_t, double>(header, data);
      return values_as<int64_t, double>(header, data);
    default:  // 'b' and 'u'
      if (header.item_bytes == 1) return values_as<uint8_t, uint8_t>(header, data);
      if (header.item_bytes == 2) return values_as<uint16_t, double>(header, data);
      if (header.item_bytes == 4) return values_as<uint32_t, double>(header, data);
      return values_as<uint64_t, double>(header, data);
  }
}

}  // namespace

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html: magic, version, the header's length
// (two bytes, from version 2.0 four, little-endian), the header, the values.
Tensor read_npy(std::span<const std::byte> file, std::string_view name) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const auto cut_short = [&] { return Error("{}: it is cut short. Hint: copy or fetch it again", name); };
  if (!text.starts_with(kMagic))
    throw Error("{}: it is not a .npy file. Hint: write it with numpy.save", name);
  constexpr size_t kVersion = 6;
  if (text.size() < 12) throw cut_short();
  const int version = static_cast<unsigned char>(text[kVersion]);
  if (version < 1 || version > 3)
    throw Error("{}: its format version {} is not supported. Hint: use version 1.0 to 3.0", name, version);
  const size_t digits = version == 1 ? 2 : 4, begin = kVersion + 2 + digits;
  size_t length = 0;
  for (size_t i = 0; i < digits; ++i)
    length |= size_t{static_cast<unsigned char>(text[kVersion + 2 + i])} << (8 * i);
  if (length > text.size() - begin) throw cut_short();
  const NpyHeader header = HeaderText(text.substr(begin, length), name).read();
  const auto data = file.subspan(begin + length);
  // Multiplied up only as far as the file goes.
  uint64_t promised = header.item_bytes;  // a size_t of 32 bits does not hold what a header may promise
  for (const int64_t size : header.shape) {
    if (static_cast<uint64_t>(size) > data.size() / promised) throw cut_short();
    promised *= static_cast<uint64_t>(size);
  }
  if (promised != data.size())
    throw Error("{}: it continues after its last number. Hint: copy or fetch it again", name);
  if (header.kind == 'b' && std::ranges::any_of(data, [](std::byte b) { return b > std::byte{1}; }))
    throw Error("{}: a boolean is neither 0 nor 1. Hint: write it again with numpy.save", name);
  return values_of(header, data);
}

// The header is padded so that the values begin at a multiple of 64.
std::string npy_bytes(const Tensor& values) {
  static_assert(std::endian::native == std::endian::little);
  if (values.rank() == 0 || values.size() == 0)
    throw Error("npy: an array {} could not be read again. Hint: use 1 to {} axes, none of them of size 0",
                values.shape().str(), kMaxRank);
  const char* const type = values.dtype() == DType::u8    ? "|u1"
                           : values.dtype() == DType::i64 ? "<i8"
                           : values.dtype() == DType::f32 ? "<f4"
                                                          : "<f8";
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type,
                                   fmt::join(values.shape(), ", "), values.rank() == 1 ? "," : "");
  constexpr size_t kFixed = 10;  // magic, version, length
  while ((kFixed + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  visit_any(values.dtype(), [&]<class T>() {
    bytes.append(reinterpret_cast<const char*>(values.data<T>()),
                 static_cast<size_t>(values.size()) * sizeof(T));
  });
  return bytes;
}

Tensor load_npy(const std::string& path) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 33;  // 4 GiB of pixels as 16-bit floats
  const std::string bytes = read_plain_file(path, kMostBytes);
  return read_npy(std::as_bytes(std::span(bytes)), path);
}

void save_npy(const std::string& path, const Tensor& values) {
  const std::string bytes = npy_bytes(values);
  write_file_atomically(path, std::as_bytes(std::span(bytes)));
}

}  // namespace gradzoo
