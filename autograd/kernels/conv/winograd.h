#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "autograd/kernels/conv/conv_sizes.h"
#include "autograd/kernels/conv/conv_tiles.h"
#include "autograd/kernels/conv/winograd_rows.h"

/// Convolutions by Winograd's method along the columns of images: a strip of four rows of results comes from
/// r + 3 sums of transformed rows of the image, each of which is a convolution along a row
/// (docs/convolution.md).
namespace gradzoo::kernels {

constexpr int64_t kMostWinogradStride = 2;

/// True if Winograd's method computes a convolution of floats and its gradients faster than direct sums. A
/// stride of s makes s interleaved convolutions with r taps each, whose results are added.
bool by_winograd(const ConvSizes& s);
/// Returns r.
inline int winograd_taps(const ConvSizes& s) { return static_cast<int>(s.kernel_height / s.stride); }

/// What strips of results read of each image: the j-th row that strip t reads for a phase is the image's row
/// first + step (4 t + j) + phase, where j < r + 3. Rows outside the image are 0.
struct Strips {
  int taps;
  int64_t results;                  // rows
  int64_t height, width, channels;  // of an image
  int64_t first, step, phases;
  int64_t left, padded_width;  // the border of a row

  int64_t count() const { return (results + kWinogradResults - 1) / kWinogradResults; }
  int64_t row() const { return padded_width * channels; }
  int64_t size() const { return phases * row(); }
  int64_t results_of(int64_t strip) const {
    return std::min<int64_t>(kWinogradResults, results - strip * kWinogradResults);
  }
  /// True if all rows of results are in whole strips. The last strip without its last row needs no product
  /// at infinity.
  bool are_whole() const { return results % kWinogradResults == 0; }
};

/// Returns what strips of y read of x, with all phases of the stride side by side.
Strips strips_of_x(const ConvSizes& s);
/// Returns the offsets of all (phase, tap along the row, channel) in a strip of x, as scratch memory.
const int32_t* offsets_of_strip(const ConvSizes& s);
/// Returns a bias for each pixel of a row at `to`, or null if there is none.
const float* repeated_bias(const float* bias, int64_t channels, int64_t pixels, float* to);

/// Transforms weights: of point j they are a matrix of ((phase, tap along the row, channel), out).
void transform_weights(const ConvSizes& s, const float* w, float* to);

/// Returns `count` zeros in scratch memory of the calling thread.
const float* winograd_zeros(int64_t count);

/// Rows for the points of the method; null for those that are not needed.
struct PointRows {
  float* at[kMostWinogradPoints] = {};
};

/// Transforms the rows of an image that a strip reads. `zeros` has a row of the image.
void transform_strip(const Strips& strips, const float* image, int64_t strip, const float* zeros,
                     const PointRows& to);

/// One pass along the transformed rows of each point.
struct StripPass {
  const int32_t* offsets;  // (rows), from a pixel of a strip
  int64_t rows;
  const float* weights;  // (points, rows, columns)
  int64_t columns;
  int64_t width;               // pixels of a row
  int64_t src_step, dst_step;  // elements from a pixel to its right neighbour
  int64_t first;               // element of a row of results
};

/// Where results go.
struct StripResults {
  float* to;
  int64_t image, row;  // elements from an image to the next, from a row of results to the next
  int64_t size;        // elements of a row
  const float* bias;   // for each element of a row, or null
};

/// Computes the results of all images, on all threads.
void run_strips(const Strips& strips, std::span<const StripPass> passes, int64_t batch, const float* images,
                const StripResults& results);

}  // namespace gradzoo::kernels
