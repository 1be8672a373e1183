#pragma once

#include <cstdint>

/// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011) from Random123. A value depends on key,
/// draw, row and column only.
namespace gradzoo {

/// Where a value stands: key = (seed, stream) mixed; counter = (block in the row, row, draw).
struct RandomAddress {
  uint64_t key = 0;
  uint64_t draw = 0;      // 48 bits are used
  int64_t first_row = 0;  // global index of row 0; 48 bits are used
};

namespace kernels {

/// The Philox key of a stream: a mix of `seed` and the 64-bit hash of the stream's name.
uint64_t random_key(uint64_t seed, uint64_t stream_hash);

/// out (rows, cols) uniform on [0,1): multiples of 2^-24 (float) or 2^-53 (double).
template <class T>
void uniform(const RandomAddress& at, T* out, int64_t rows, int64_t cols);
/// out (rows, cols) ~ N(0,1) by Box-Muller, both halves used.
template <class T>
void normal(const RandomAddress& at, T* out, int64_t rows, int64_t cols);
/// out (rows, cols) = +-1 with equal probability.
template <class T>
void rademacher(const RandomAddress& at, T* out, int64_t rows, int64_t cols);
/// out[i], i in [0,n): a permutation of 0..n-1, a pure function of the address (keys sorted; ties by index).
void permutation(const RandomAddress& at, int64_t* out, int64_t n);
/// out (rows, cols) of raw 32-bit words.
void random_bits(const RandomAddress& at, uint32_t* out, int64_t rows, int64_t cols);

}  // namespace kernels
}  // namespace gradzoo
