#pragma once

#include "autograd/random.h"
#include "autograd/tensor.h"
#include "base/function_ref.h"

namespace gradzoo {

/// Chains that go on from one training step to the next (Tieleman 2008), a share of them begun anew each time
/// (Du & Mordatch 2019). The chains are a State's entry: a resumed run goes on with them.
class ReplayBuffer {
 public:
  /// Draws n starting points: (n, d).
  using Start = FunctionRef<Tensor(int64_t n, Rng& rng)>;

  /// `count` chains at their starts. Throws Error unless 1 <= count and 0 <= fresh <= 1.
  ReplayBuffer(int64_t count, double fresh, Start start, Rng& rng);
  /// Chains that stand somewhere, (count, d), storage shared.
  ReplayBuffer(Tensor chains, double fresh);

  struct Drawn {
    Tensor x;     // (n, d): where the chains stand, or a fresh start
    Tensor rows;  // (n) i64: which chains, all different
  };
  /// n chains at random, each begun anew with probability `fresh`. Changes nothing. Throws Error unless 1 <=
  /// n <= count.
  Drawn draw(int64_t n, Start start, Rng& rng) const;
  /// Where the chains of `rows` stand now, x (n, d): once the training step that they were drawn for has
  /// succeeded.
  void put_back(const Tensor& rows, const Tensor& x);

  /// All of them, (count, d).
  const Tensor& chains() const { return chains_; }
  int64_t count() const { return chains_.dim(0); }

 private:
  Tensor chains_;  // (count, d)
  double fresh_;
};

}  // namespace gradzoo
