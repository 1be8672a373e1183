#pragma once

#include <cstddef>
#include <vector>

#include "models/base/model.h"
#include "nn/parallel/shards.h"

namespace gradzoo {

/// A model's training step in equal parts of a batch, whose gradients are added in a fixed order
/// (docs/architecture.md, "Shards"). Each part finds the model's State beside its learners as the step found
/// it, draws what the whole batch would draw for its rows, and has a copy of all but what belongs to rows.
/// Where processes train together, each runs a range of the parts.
class ShardedStep {
 public:
  /// Throws Error where the shards do not divide the rows of a State's entry that belong to a batch's, or the
  /// processes the shards.
  ShardedStep(Model& model, int64_t shards, Processes& processes = this_process());

  /// Throws Error where the shards do not divide the rows of a whole batch.
  void check_rows(int64_t rows) const;
  /// Which part of it this process trains on.
  RowWindow window() const { return {processes_.rank(), processes_.count()}; }
  /// A collective call. The context's batch is this process's part of the whole one. `row` becomes the
  /// shards' mean. Throws Error where the shards do not leave the same State. A step that fails leaves the
  /// model's own State as it was, but what belongs to rows.
  void run(const StepContext& context, std::vector<double>& row);
  /// A collective call: what belongs to rows becomes whole in every process. Between steps a process knows
  /// its own rows alone.
  void gather_rows();

 private:
  /// What a shard has for itself while others run.
  struct Own {
    StateCopy state;
    std::vector<std::vector<Record>> records;  ///< of each learner's leaves
    std::vector<double> row;
  };
  void train_part(const StepContext& context, int64_t shard);
  void enter(int64_t shard);
  void leave(int64_t shard);
  void check_same() const;
  Own& own(int64_t shard) { return own_[static_cast<size_t>(shard - shards_.first())]; }

  Model& model_;
  Processes& processes_;
  StateCopy begun_;
  std::vector<Own> own_;
  std::vector<Rng*> streams_;
  Shards shards_;
};

}  // namespace gradzoo
