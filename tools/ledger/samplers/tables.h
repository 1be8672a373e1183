#pragma once

#include <vector>

#include "tools/ledger/samplers/rows.h"

/// Chains on bits, against a law that is written out.
namespace gradzoo {

/// A law on {0,1}^bits: the probability of every state, x_0 being the highest bit of its number.
struct BitTable {
  int64_t bits;
  std::vector<double> probabilities;  // 2^bits of them

  /// States drawn exactly: (n, bits) f64.
  Tensor sample(int64_t n, Rng& rng) const;
  /// Its logarithm as what chains walk on.
  Target target() const;
};
/// Sixteen probabilities on four bits, between 0.01 and 0.15.
BitTable lopsided_bits();

/// A bipartite binary model on three visible and two hidden bits, f(x, h) = x'Wh + b'x + c'h.
struct SmallBipartite {
  Tensor w, b, c;  // (3, 2), (3), (2)

  SmallBipartite();
  /// p(x) by the sum over all h.
  BitTable table() const;
  Target target() const;
};

/// P-values of Pearson's chi-squares.
struct TablePValues {
  double law;       // from x ~ p, x' has the law p
  double balance;   // (x, x') is met as often as (x', x)
  double approach;  // chains that began at zeros have the law p

  double least() const;
};
/// `chains` chains: one transition from x ~ p, and `steps` transitions from zeros.
TablePValues measure_table(const BitTable& table, Kernel kernel, int64_t chains, int64_t steps,
                           uint64_t seed);

/// P(chi-square of k degrees of freedom > x).
double chi_square_tail(double x, int64_t k);

Row gibbs_table_row();
Row flip_table_row();

}  // namespace gradzoo
