#pragma once

#include <algorithm>
#include <cstdint>

#include "autograd/kernels/conv/conv_sizes.h"
#include "autograd/kernels/conv/conv_tiles.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

/// The code that the three products of a convolution share.
namespace gradzoo::kernels {

/// The uses of scratch memory.
struct ConvOffsets;
struct ConvPadded;
struct ConvPacked;
struct ConvPasses;
struct ConvPartial;
struct ConvGrad;
struct ConvTurned;

constexpr int64_t kWeightGrain = 4096;  // elements

inline double conv_flops(const ConvSizes& s) {
  return 2.0 * static_cast<double>(s.batch * s.out_height * s.out_width) *
         static_cast<double>(s.kernel_height * s.kernel_width * s.in * s.out);
}

/// An image with a border of zeros, so that every tap can be read.
struct Border {
  int64_t height, width, channels;  // size of the image
  int64_t top, left;
  int64_t padded_height, padded_width;

  bool is_none() const { return padded_height == height && padded_width == width && top == 0 && left == 0; }
  int64_t row() const { return padded_width * channels; }
  int64_t size() const { return padded_height * row(); }

  template <class T>
  void copy(const T* from, T* to) const {
    std::fill_n(to, top * row(), T{0});
    for (int64_t y = 0; y < padded_height - top; ++y) {
      T* at = to + (top + y) * row();
      if (y >= height) {
        std::fill_n(at, row(), T{0});
        continue;
      }
      const int64_t kept = std::min(width, padded_width - left) * channels;
      std::fill_n(at, left * channels, T{0});
      std::copy_n(from + y * width * channels, kept, at + left * channels);
      std::fill(at + left * channels + kept, at + row(), T{0});
    }
  }
};

/// Returns the border for x: rows beyond the last one that a tap reaches are left out.
Border border_of_x(const ConvSizes& s);
/// Returns the offsets of all (tap, channel) in the bordered x, in the order of w's rows, as scratch memory.
int32_t* offsets_of_x(const ConvSizes& s, const Border& border);

inline int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/// True if a vector lies along the rows of the sum, not along its columns.
inline bool is_narrow(int64_t columns, int64_t run, int64_t lanes) {
  return columns <= lanes / 4 && run >= lanes / 2;
}

/// Returns a bias padded to whole vectors at `to`, or null if there is none.
template <class T>
const T* padded_bias(const T* bias, int64_t columns, int64_t padded, T* to) {
  if (bias == nullptr) return nullptr;
  std::copy_n(bias, columns, to);
  std::fill(to + columns, to + padded, T{0});
  return to;
}

template <class T>
void run_conv_pass(const ConvPass<T>& pass, const T* src, T* dst) {
  if (is_narrow(pass.columns, pass.run, conv_lanes<T>())) {
    conv_narrow(pass, src, dst);
  } else {
    conv_wide(pass, src, dst);
  }
}

/// Calls fn(b, image) for each of the images at `from`, with its border, on all threads.
template <class T, class Fn>
void for_bordered_images(int64_t batch, const Border& border, const T* from, Fn&& fn) {
  const int64_t size = border.height * border.width * border.channels;
  parallel_for(batch, 1, 1, [&](int64_t begin, int64_t end) {
    T* copy = border.is_none() ? nullptr : scratch<T, ConvPadded>(border.size());
    for (int64_t b = begin; b < end; ++b) {
      if (copy != nullptr) border.copy(from + b * size, copy);
      fn(b, copy != nullptr ? copy : from + b * size);
    }
  });
}

}  // namespace gradzoo::kernels
