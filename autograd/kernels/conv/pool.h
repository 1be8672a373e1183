#pragma once

#include <cstdint>

/// Windows of k x k pixels, side by side, of images with the channels last.
namespace gradzoo::kernels {

/// Images (batch, height k, width k, channels) and what becomes of them, (batch, height, width, ...).
struct PoolSizes {
  int64_t batch, height, width, channels, k;
};

/// y = factor times the sum over each window.
template <class T>
void pool_sum(const PoolSizes& s, T factor, const T* x, T* y);
/// x = factor y, at each pixel of the window.
template <class T>
void unpool(const PoolSizes& s, T factor, const T* y, T* x);
/// y = the largest of each window, NaN where one is.
template <class T>
void pool_max(const PoolSizes& s, const T* x, T* y);
/// What is largest shares the window's g equally; the rest of gx is 0.
template <class T>
void pool_max_grad(const PoolSizes& s, const T* x, const T* y, const T* g, T* gx);

/// y (batch, height, width, k k channels): of each window the rows, of these the pixels.
template <class T>
void space_to_depth(const PoolSizes& s, const T* x, T* y);
template <class T>
void depth_to_space(const PoolSizes& s, const T* y, T* x);

}  // namespace gradzoo::kernels
