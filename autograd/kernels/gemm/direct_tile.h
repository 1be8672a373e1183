#pragma once

#include <cstdint>

/// Products straight from their operands, which nobody copies first.
namespace gradzoo::kernels {

/// A tile of C, and a block of K: c (+)= op(a) op(b), in f32, row-major with strides lda, ldb, ldc.
struct DirectTile {
  bool trans_a, trans_b;  // at most one of them
  int64_t m, n, k;
  const float* a;
  int64_t lda;
  const float* b;
  int64_t ldb;
  float beta;  // C begins as beta C; 0: whatever C holds
  float* c;
  int64_t ldc;
  const float* bias;  // where given (n values, beta is 0), each row begins as it
};

/// Whether its tiles are worth more than a BLAS that copies: where instructions have masks for their edges.
bool direct_tiles_pay();

/// Rows and columns of C that fill the registers.
struct RegisterBlock {
  int64_t rows, columns;
};
RegisterBlock direct_block();
/// The same for a transposed B, whose products go along K.
RegisterBlock direct_block_of_dots();

void multiply_direct(const DirectTile& tile);

}  // namespace gradzoo::kernels
