#include "gradzoo/datasets/images/resample.h"

#include <algorithm>

#include "gradzoo/autograd/runtime.h"

namespace gradzoo {
namespace {

constexpr int64_t kSerialPixels = 1 << 16;  // fewer are not worth a second thread

// In units of 1/side of an old pixel, old pixel j covers [j side, (j+1) side) and new pixel i covers
// [i length, (i+1) length). Calls fn(i, j, overlap) for all pairs that overlap; those of an i add up to
// `length`.
template <class Fn>
void for_overlaps(int64_t length, int64_t side, Fn fn) {
  for (int64_t i = 0; i < side; ++i) {
    const int64_t begin = i * length, end = begin + length;
    for (int64_t j = begin / side; j * side < end; ++j)
      fn(i, j, std::min(end, (j + 1) * side) - std::max(begin, j * side));
  }
}

void check_colours(const Tensor& images, const char* function) {
  if (images.rank() != 4 || images.dim(3) != 3)
    throw Error("{}: images {}. Hint: (N, H, W, 3)", function, images.shape().str());
}

template <class Fn>
void for_pixels(const Tensor& images, Fn fn) {
  const int64_t pixels = images.dim(0) * images.dim(1) * images.dim(2);
  parallel_for(pixels, kSerialPixels, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fn(i);
  });
}

}  // namespace

void crop_and_resample(const uint8_t* image, int64_t height, int64_t width, int64_t channels, int64_t side,
                       uint8_t* out) {
  const int64_t length = std::min(height, width);
  const uint8_t* const corner = image + ((height - length) / 2 * width + (width - length) / 2) * channels;
  std::vector<int64_t> rows(static_cast<size_t>(side * side * channels));  // sums over whole areas
  std::vector<int64_t> row(static_cast<size_t>(side * channels));          // of one old row
  int64_t in_row = -1;
  for_overlaps(length, side, [&](int64_t y, int64_t from, int64_t high) {
    if (in_row != from) {
      in_row = from;
      std::ranges::fill(row, 0);
      const uint8_t* const pixels = corner + from * width * channels;
      for_overlaps(length, side, [&](int64_t x, int64_t at, int64_t wide) {
        for (int64_t c = 0; c < channels; ++c)
          row[static_cast<size_t>(x * channels + c)] += wide * pixels[at * channels + c];
      });
    }
    int64_t* const sums = rows.data() + y * side * channels;
    for (size_t k = 0; k < row.size(); ++k) sums[k] += high * row[k];
  });
  const int64_t area = length * length;
  for (size_t k = 0; k < rows.size(); ++k) out[k] = static_cast<uint8_t>((rows[k] + area / 2) / area);
}

Tensor crop_and_resample(const Tensor& images, int64_t side) {
  if (side < 1 || (images.rank() != 3 && images.rank() != 4) || images.size() == 0)
    throw Error("crop_and_resample: {} to a side of {}. Hint: use (N, H, W) or (N, H, W, C), and 1 or more",
                images.shape().str(), side);
  const int64_t n = images.dim(0), height = images.dim(1), width = images.dim(2);
  if (height == side && width == side) return images;
  const int64_t channels = images.rank() == 4 ? images.dim(3) : 1;
  Tensor out = empty(images.rank() == 4 ? Shape{n, side, side, channels} : Shape{n, side, side}, DType::u8);
  const uint8_t* const from = images.data<uint8_t>();
  uint8_t* const to = out.mutable_data<uint8_t>();
  parallel_for(n, 16, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      crop_and_resample(from + i * height * width * channels, height, width, channels, side,
                        to + i * side * side * channels);
  });
  return out;
}

Tensor to_grey(const Tensor& images) {
  check_colours(images, "to_grey");
  Tensor out = empty({images.dim(0), images.dim(1), images.dim(2)}, DType::u8);
  const uint8_t* const from = images.data<uint8_t>();
  uint8_t* const to = out.mutable_data<uint8_t>();
  // 0.299 R + 0.587 G + 0.114 B in units of 2^-16, which add up to one.
  for_pixels(images, [=](int64_t i) {
    const uint32_t luma = 19595u * from[3 * i] + 38470u * from[3 * i + 1] + 7471u * from[3 * i + 2];
    to[i] = static_cast<uint8_t>((luma + 0x8000u) >> 16);
  });
  return out;
}

Tensor to_rgb(const Tensor& images) {
  if (images.rank() != 3) throw Error("to_rgb: images {}. Hint: (N, H, W)", images.shape().str());
  Tensor out = empty({images.dim(0), images.dim(1), images.dim(2), 3}, DType::u8);
  const uint8_t* const from = images.data<uint8_t>();
  uint8_t* const to = out.mutable_data<uint8_t>();
  for_pixels(images, [=](int64_t i) { std::fill_n(to + 3 * i, 3, from[i]); });
  return out;
}

bool is_grey(const Tensor& images) {
  check_colours(images, "is_grey");
  const uint8_t* const pixels = images.data<uint8_t>();
  for (int64_t i = 0; i < images.size(); i += 3)
    if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) return false;
  return true;
}

}  // namespace gradzoo
