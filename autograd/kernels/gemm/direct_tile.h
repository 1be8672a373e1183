#pragma once

#include <cstdint>

/// Matrix products directly from their operands, without copying them first.
namespace gradzoo::kernels {

/// A tile of C and a block of K: c (+)= op(a) op(b), in f32, row-major with strides lda, ldb, ldc.
struct DirectTile {
  bool trans_a, trans_b;  // at most one is true
  int64_t m, n, k;
  const float* a;
  int64_t lda;
  const float* b;
  int64_t ldb;
  float beta;  // C begins as beta C; with 0, its old values are ignored
  float* c;
  int64_t ldc;
  const float* bias;  // n values or null; each row begins as the bias (beta is 0)
};

/// Returns true if direct tiles are faster than a BLAS that copies: if instructions have masks for edges.
bool direct_tiles_pay();

/// The block of C, in rows and columns, that fills the registers.
struct RegisterBlock {
  int64_t rows, columns;
};
RegisterBlock direct_block();
/// Returns the same block for a transposed B, whose products run along K.
RegisterBlock direct_block_of_dots();

void multiply_direct(const DirectTile& tile);

}  // namespace gradzoo::kernels
