#pragma once

#include <cstdint>

/// One core's part of a convolution, in vectors: sums over a list of offsets into an image that already has
/// its border. One list serves the convolution, its transpose and the weight's gradient.
namespace gradzoo::kernels {

/// dst[p, o] = start + sum_r src[at(p) + offsets[r]] weights[r, o], for a rectangle of pixels p, o < columns.
template <class T>
struct ConvPass {
  const int32_t* offsets;  // (rows)
  int64_t rows;
  int64_t run;       // rows that follow each other in src: offsets[k run + j] = offsets[k run] + j
  const T* weights;  // (rows, columns padded to whole vectors) for wide, (columns, rows) for narrow
  int64_t columns;
  int64_t height, width;      // pixels
  int64_t src_row, src_step;  // elements from a pixel to the one below, to its right neighbour
  int64_t dst_row, dst_step;
  const T* bias;  // (columns padded to whole vectors), or null
};

/// Returns the number of elements in a vector.
template <class T>
int64_t conv_lanes();

/// Runs a pass with vectors along the columns: for many output channels.
template <class T>
void conv_wide(const ConvPass<T>& pass, const T* src, T* dst);
/// Runs a pass with vectors along the rows: for few output channels, and runs of input channels.
template <class T>
void conv_narrow(const ConvPass<T>& pass, const T* src, T* dst);

/// sums[r, o] (+)= sum_p src[at(p) + offsets[r]] grad[p, o] over the pixels of some images, for `rows` rows
/// of the list, at most conv_weight_rows().
template <class T>
struct ConvWeightTile {
  const int32_t* offsets;  // offsets of these rows
  int64_t rows;
  int64_t columns;  // at most 2 conv_lanes()
  int64_t images, height, width;
  int64_t src_image, src_row, src_step;
  int64_t grad_image, grad_step;  // rows of pixels follow each other
  int64_t sums_row;
  bool adds;
};
/// Returns the number of rows that fill the registers.
int64_t conv_weight_rows();
template <class T>
void conv_weight_tile(const ConvWeightTile<T>& tile, const T* src, const T* grad, T* sums);

}  // namespace gradzoo::kernels
