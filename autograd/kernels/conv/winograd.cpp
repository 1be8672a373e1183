#include "autograd/kernels/conv/winograd.h"

#include <algorithm>

#include "autograd/kernels/conv/conv_border.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

struct WinogradZeros;
struct WinogradData;
struct WinogradSums;

/// The images and the strips of a unit, which pass together: so many that weights are read for enough pixels.
struct UnitSize {
  int64_t images, strips;

  UnitSize(const Strips& of, int64_t pixels_of_row) {
    constexpr int64_t kPixels = 32;
    const int64_t count = of.count(), most = std::clamp<int64_t>(kPixels / pixels_of_row, 1, count);
    const int64_t parts = (count + most - 1) / most;
    strips = (count + parts - 1) / parts;
    images = parts == 1 ? std::max<int64_t>(1, kPixels / (count * pixels_of_row)) : 1;
  }
};

/// One unit: images [first, first + count), strips [strip, end).
struct Unit {
  int64_t first, images, strip, end;
  int64_t count() const { return images * (end - strip); }
  // Strip by strip, so that the last ones of images come last.
  int64_t index(int64_t b, int64_t t) const { return (t - strip) * images + b; }
};

// Only the fourth row of results has the sums at infinity.
void store_results(const Strips& strips, const Unit& unit, const StripResults& results, const float* sums) {
  const int points = winograd_points(strips.taps);
  const int64_t point = unit.count() * results.size;
  for (int64_t b = 0; b < unit.images; ++b) {
    for (int64_t t = unit.strip; t < unit.end; ++t) {
      const int64_t rows = strips.results_of(t);
      WinogradRows map{.size = results.size};
      for (int j = 0; j < points; ++j) map.from[j] = sums + j * point + unit.index(b, t) * results.size;
      float* const to = results.to + (unit.first + b) * results.image + t * kWinogradResults * results.row;
      for (int i = 0; i < kWinogradResults; ++i) {
        map.start[i] = results.bias;
        map.to[i] = i < rows ? to + i * results.row : nullptr;
      }
      winograd_rows(WinogradMap::result, strips.taps, map);
    }
  }
}

void run_unit(const Strips& strips, const Unit& unit, std::span<const StripPass> passes, const float* images,
              const float* zeros, const StripResults& results) {
  const int points = winograd_points(strips.taps);
  const int64_t count = unit.count(), image = strips.height * strips.width * strips.channels;
  float* const data = scratch<float, WinogradData>(points * count * strips.size());
  float* const sums = scratch<float, WinogradSums>(points * count * results.size);
  for (int64_t b = 0; b < unit.images; ++b) {
    for (int64_t t = unit.strip; t < unit.end; ++t) {
      PointRows rows;
      for (int j = 0; j < points; ++j) rows.at[j] = data + (j * count + unit.index(b, t)) * strips.size();
      transform_strip(strips, images + (unit.first + b) * image, t, zeros, rows);
    }
  }
  const bool has_last = unit.end == strips.count() && !strips.are_whole();
  for (int j = 0; j < points; ++j) {
    for (const StripPass& along : passes) {
      const ConvPass<float> pass{.offsets = along.offsets,
                                 .rows = along.rows,
                                 .run = along.rows,
                                 .weights = along.weights + j * along.rows * along.columns,
                                 .columns = along.columns,
                                 .height = j + 1 == points && has_last ? count - unit.images : count,
                                 .width = along.width,
                                 .src_row = strips.size(),
                                 .src_step = along.src_step,
                                 .dst_row = results.size,
                                 .dst_step = along.dst_step,
                                 .bias = nullptr};
      conv_wide(pass, data + j * count * strips.size(), sums + j * count * results.size + along.first);
    }
  }
  store_results(strips, unit, results, sums);
}

}  // namespace

bool by_winograd(const ConvSizes& s) {
  constexpr int64_t kVector = 16;  // floats, the most of any instruction set
  const bool is_whole = s.in > 0 && s.in % kVector == 0 && s.out > 0 && s.out % kVector == 0;
  // Below these the transforms cost what the products save.
  constexpr int64_t kFewestRows = 3, kFewestChannels = 48;
  const bool has_method = (s.kernel_height == 3 && s.stride == 1) || (s.kernel_height == 4 && s.stride == 2);
  return has_method && s.dilation == 1 && is_whole && s.in + s.out >= s.stride * kFewestChannels &&
         s.out_height >= kFewestRows;
}

Strips strips_of_x(const ConvSizes& s) {
  const Border border = border_of_x(s);
  return {.taps = winograd_taps(s),
          .results = s.out_height,
          .height = s.height,
          .width = s.width,
          .channels = s.in,
          .first = -s.padding,
          .step = s.stride,
          .phases = s.stride,
          .left = border.left,
          .padded_width = border.padded_width};
}

const int32_t* offsets_of_strip(const ConvSizes& s) {
  ConvSizes along = s;  // a strip has one row of each phase
  along.kernel_height = s.stride;
  return offsets_of_x(along, border_of_x(s));
}

const float* repeated_bias(const float* bias, int64_t channels, int64_t pixels, float* to) {
  if (bias == nullptr) return nullptr;
  for (int64_t pixel = 0; pixel < pixels; ++pixel) std::copy_n(bias, channels, to + pixel * channels);
  return to;
}

void transform_weights(const ConvSizes& s, const float* w, float* to) {
  const int64_t size = s.stride * s.kernel_width * s.in * s.out;  // of a tap, all its phases
  const int taps = winograd_taps(s);
  parallel_for(size, kWeightGrain, 16, [&](int64_t begin, int64_t end) {
    WinogradRows map{.size = end - begin};
    for (int k = 0; k < taps; ++k) map.from[k] = w + k * size + begin;
    for (int j = 0; j < winograd_points(taps); ++j) map.to[j] = to + j * size + begin;
    winograd_rows(WinogradMap::weight, taps, map);
  });
}

const float* winograd_zeros(int64_t count) {
  float* const zeros = scratch<float, WinogradZeros>(count);
  std::fill_n(zeros, count, 0.0F);
  return zeros;
}

void transform_strip(const Strips& strips, const float* image, int64_t strip, const float* zeros,
                     const PointRows& to) {
  const int64_t kept = std::min(strips.width, strips.padded_width - strips.left);
  const int64_t begin = strips.left * strips.channels, end = begin + kept * strips.channels;
  for (int64_t phase = 0; phase < strips.phases; ++phase) {
    WinogradRows map{.size = end - begin};
    for (int j = 0; j < winograd_points(strips.taps); ++j) {
      const int64_t y = strips.first + strips.step * (kWinogradResults * strip + j) + phase;
      map.from[j] = y < 0 || y >= strips.height ? zeros : image + y * strips.width * strips.channels;
      if (to.at[j] == nullptr) continue;
      float* const row = to.at[j] + phase * strips.row();
      map.to[j] = row + begin;
      std::fill(row, row + begin, 0.0F);
      std::fill(row + end, row + strips.row(), 0.0F);
    }
    winograd_rows(WinogradMap::data, strips.taps, map);
  }
}

void run_strips(const Strips& strips, std::span<const StripPass> passes, int64_t batch, const float* images,
                const StripResults& results) {
  const UnitSize unit(strips, passes[0].width);
  const int64_t down = (strips.count() + unit.strips - 1) / unit.strips;
  const int64_t groups = (batch + unit.images - 1) / unit.images;
  const float* const zeros = winograd_zeros(strips.width * strips.channels);
  parallel_for(groups * down, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i / down * unit.images, strip = i % down * unit.strips;
      run_unit(strips,
               {.first = first,
                .images = std::min(unit.images, batch - first),
                .strip = strip,
                .end = std::min(strip + unit.strips, strips.count())},
               passes, images, zeros, results);
    }
  });
}

}  // namespace gradzoo::kernels
