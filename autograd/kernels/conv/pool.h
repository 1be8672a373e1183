#pragma once

#include <cstdint>

/// Windows of k x k pixels, side by side, of images with the channels last.
namespace gradzoo::kernels {

/// The sizes of images (batch, height k, width k, channels) and of their results (batch, height, width, ...).
struct PoolSizes {
  int64_t batch, height, width, channels, k;
};

/// y = factor times the sum over each window.
template <class T>
void pool_sum(const PoolSizes& s, T factor, const T* x, T* y);
/// x = factor y, at each pixel of the window.
template <class T>
void unpool(const PoolSizes& s, T factor, const T* y, T* x);
/// y = the largest element of each window, NaN if one is NaN.
template <class T>
void pool_max(const PoolSizes& s, const T* x, T* y);
/// gx = the gradient: the largest elements of a window share its g equally; the rest is 0.
template <class T>
void pool_max_grad(const PoolSizes& s, const T* x, const T* y, const T* g, T* gx);

/// y (batch, height, width, k k channels): a window's rows first, then the pixels of a row.
template <class T>
void space_to_depth(const PoolSizes& s, const T* x, T* y);
template <class T>
void depth_to_space(const PoolSizes& s, const T* y, T* x);

}  // namespace gradzoo::kernels
