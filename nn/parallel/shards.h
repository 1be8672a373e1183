#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {

/// A training step in parts ("shards"), each on rows of its own, as processes of their own would run it: each
/// with its own tape, the first on the calling thread and the others on threads of theirs, but one after the
/// other. Where all have come to the same gradient, its mean is formed and one of them goes on with it for
/// all; then each goes on. Where processes share the work, each runs an equal range of the shards, and a mean
/// is that of all processes' (nn/parallel/processes.h). Nothing of a result depends on threads or on the
/// number of processes.
class Shards {
 public:
  /// Puts a shard's copy of what all share in place before the shard runs, and puts it aside when the shard
  /// waits or is done. Called by the shard's thread.
  struct Switch {
    ///@{
    /// with the shard's number
    std::function<void(int64_t shard)> enter, leave;
    ///@}
  };

  /// `processes` must outlive it. Throws Error where they do not divide the count.
  Shards(int64_t count, Switch own, Processes& processes = this_process());
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  int64_t count() const;  ///< of all processes
  /// Those of this process: first(), ..., first() + mine() - 1.
  int64_t first() const;
  int64_t mine() const;  ///< how many
  /// A collective call where a part gathers: runs part(first()), part(first() + 1), ..., tracing and rounding
  /// as the calling thread does. Throws what the first shard to fail has thrown; the others of this process
  /// are stopped where they wait.
  void run(FunctionRef<void(int64_t shard)> part);

  /// The shards that the calling thread is one of; nullptr where it is none.
  static Shards* here();
  /// Which one it is.
  int64_t part() const;
  /// Waits until every shard has called it. Means are sums in the order of a fixed binary tree, by
  /// neighbours, over the count; `once` is then called with the mean, of one shard for all. Returns the mean,
  /// which nobody may change, and throws what `once` threw. `mine` is used up. Throws Error where another
  /// shard ends without having come.
  Tensor gather(Tensor mine, FunctionRef<void(const Tensor& mean)> once);

 private:
  class Threads;
  std::unique_ptr<Threads> threads_;
};

///@{
/// The mean of what the shards call it with, each with its own value of the same shape; the value itself
/// where the calling thread is no shard. Not recorded.
Tensor mean_over_shards(const Tensor& value);
double mean_over_shards(double value);
///@}
/// A shard's equal part of the rows, storage shared; all rows where the calling thread is no shard. Throws
/// Error where the shards do not divide the rows.
Tensor rows_of_shard(const Tensor& all);

}  // namespace gradzoo
