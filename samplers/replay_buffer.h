#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"

namespace gradzoo {

/// Persistent chains that continue from one training step to the next (Tieleman 2008); a share of them
/// restarts each time (Du & Mordatch 2019). A State saves the chains, so a resumed run continues them.
class ReplayBuffer {
 public:
  /// A function that draws n starting points: (n, d).
  using Start = FunctionRef<Tensor(int64_t n, Rng& rng)>;

  /// Starts `count` chains. Throws Error unless 1 <= count and 0 <= fresh <= 1.
  ReplayBuffer(int64_t count, double fresh, Start start, Rng& rng);
  /// Takes existing chains, (count, d), storage shared.
  ReplayBuffer(Tensor chains, double fresh);

  /// Some of the chains.
  struct Drawn {
    Tensor x;     ///< (n, d) states of the chains, or new starting points
    Tensor rows;  ///< (n) i64 indices of the chains, all different
  };
  /// Returns n random chains, each restarted with probability `fresh`. Throws Error unless 1 <= n <= count.
  Drawn draw(int64_t n, Start start, Rng& rng) const;
  /// Stores the new states x (n, d) of the chains `rows`. Call it after the training step that drew them has
  /// succeeded. Throws Error, before anything changes, if the shape or dtype differs or a row is not a chain.
  void put_back(const Tensor& rows, const Tensor& x);
  /// Returns all chains, (count, d).
  const Tensor& chains() const { return chains_; }
  int64_t count() const { return chains_.dim(0); }  ///< number of chains

 private:
  Tensor chains_;  ///< (count, d)
  double fresh_;
};

}  // namespace gradzoo
