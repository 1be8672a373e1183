#pragma once

#include <cstdint>

/// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011) from Random123. A value depends only on
/// key, draw, row and column.
namespace gradzoo {

/// The address of a value: key = (seed, stream) mixed; counter = (block in the row, row, draw).
struct RandomAddress {
  uint64_t key = 0;
  uint64_t draw = 0;      // 48 bits are used
  int64_t first_row = 0;  // global index of row 0; 48 bits are used
};

namespace kernels {

/// Returns the Philox key of a stream: a mix of `seed` and the 64-bit hash of the stream's name.
uint64_t random_key(uint64_t seed, uint64_t stream_hash);

/// Fills out (rows, cols) uniformly on [0,1) with multiples of 2^-24 (float) or 2^-53 (double).
template <class T>
void uniform(const RandomAddress& at, T* out, int64_t rows, int64_t cols);
/// Fills out (rows, cols) with N(0,1) from Box-Muller, both halves used.
template <class T>
void normal(const RandomAddress& at, T* out, int64_t rows, int64_t cols);
/// Fills out (rows, cols) with -1 and 1, equally probable.
template <class T>
void rademacher(const RandomAddress& at, T* out, int64_t rows, int64_t cols);
/// Fills out with a permutation of 0..n-1, a pure function of the address (sorted keys; ties by index).
void permutation(const RandomAddress& at, int64_t* out, int64_t n);
/// Fills out (rows, cols) with raw 32-bit words.
void random_bits(const RandomAddress& at, uint32_t* out, int64_t rows, int64_t cols);

}  // namespace kernels
}  // namespace gradzoo
