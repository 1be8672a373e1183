#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {

/// A training step in parts ("shards"), each with separate rows and a separate tape, as if separate processes
/// ran them. The first shard runs on the calling thread and the others on further threads, but only one runs
/// at a time. When all shards have computed a gradient, its mean is formed, one shard uses the mean for all,
/// and then all continue. If processes share the work, each runs an equal range of the shards, and means are
/// over all processes (nn/parallel/processes.h). Results do not depend on the number of threads or processes.
class Shards {
 public:
  /// Functions that install a shard's copy of shared objects before the shard runs, and remove it when the
  /// shard waits or ends. The shard's thread calls them with the shard's number.
  struct Switch {
    std::function<void(int64_t shard)> enter;  ///< installs the copy
    std::function<void(int64_t shard)> leave;  ///< removes it
  };

  /// `processes` must outlive the Shards. Throws Error unless `count` is a multiple of the number of
  /// processes.
  Shards(int64_t count, Switch own, Processes& processes = this_process());
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  int64_t count() const;  ///< number of shards of all processes
  /// The shards of this process are first(), ..., first() + mine() - 1.
  int64_t first() const;
  int64_t mine() const;  ///< number of shards of this process

  /// Runs part(first()), part(first() + 1), ..., with the calling thread's tracing and rounding. It is a
  /// collective call if a part calls gather(). Rethrows the error of the first shard that fails; the other
  /// shards of this process are stopped where they wait.
  void run(FunctionRef<void(int64_t shard)> part);

  /// Returns the Shards that the calling thread belongs to, or nullptr.
  static Shards* here();
  /// Returns the number of the calling thread's shard.
  int64_t part() const;
  /// Waits until every shard has called it, and returns the mean of `mine`: the sum in the order of a fixed
  /// binary tree, divided by the count. One shard calls `once` with the mean for all; errors from `once` are
  /// rethrown. The call may change `mine`, and callers must not change the mean. Throws Error if another
  /// shard ends without this call.
  Tensor gather(Tensor mine, FunctionRef<void(const Tensor& mean)> once);

 private:
  class Threads;
  std::unique_ptr<Threads> threads_;
};

///@{
/// Returns the mean of the shards' values, which have one shape, or the value outside a shard. Not recorded.
Tensor mean_over_shards(const Tensor& value);
double mean_over_shards(double value);
///@}
/// Returns this shard's equal part of the rows, or all rows outside a shard; storage shared. Throws Error
/// unless the number of rows is a multiple of the number of shards.
Tensor rows_of_shard(const Tensor& all);

}  // namespace gradzoo
