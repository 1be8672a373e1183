#include "tools/uses/write_samples.h"

#include <bit>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "models/base/model.h"
#include "models/pictures/samples_picture.h"
#include "tools/run/draw_picture.h"

namespace gradzoo {
namespace {

std::string ending_of(const std::string& path) { return std::filesystem::path(path).extension().string(); }

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html: magic, version 1.0, the header's
// length (two bytes, little-endian), the header padded so that the data begin at a multiple of 64.
std::string npy_bytes(const Tensor& samples) {
  static_assert(std::endian::native == std::endian::little);
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}",
                                   fmt::join(samples.shape(), ", "));
  constexpr size_t kFixed = 10;  // magic, version, length
  while ((kFixed + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  const std::vector<double> values = samples.to_vector();
  const std::vector<float> floats(values.begin(), values.end());
  const size_t begin = bytes.size();
  bytes.resize(begin + floats.size() * sizeof(float));
  std::memcpy(bytes.data() + begin, floats.data(), floats.size() * sizeof(float));
  return bytes;
}

std::string csv_text(const Tensor& samples) {
  const std::vector<double> values = samples.to_vector();
  const size_t width = static_cast<size_t>(samples.size() / samples.dim(0));
  fmt::memory_buffer text;
  for (size_t i = 0; i < values.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}", static_cast<float>(values[i]),
                   (i + 1) % width == 0 ? '\n' : ',');
  }
  return fmt::to_string(text);
}

}  // namespace

void check_samples_path(const std::string& path) {
  const std::string ending = ending_of(path);
  if (ending == ".png" || ending == ".npy" || ending == ".csv") return;
  throw Error(fmt::format("{}: its ending says no format. Hint: .png, .npy or .csv", path));
}

void write_samples(const std::string& path, const Tensor& samples, const Toy* truth) {
  check_samples_path(path);
  const std::string ending = ending_of(path);
  if (ending == ".png") return write_png(path, draw_picture(samples_picture(samples, truth)));
  const std::string bytes = ending == ".npy" ? npy_bytes(samples) : csv_text(samples);
  write_file_atomically(path, std::as_bytes(std::span(bytes)));
}

}  // namespace gradzoo
