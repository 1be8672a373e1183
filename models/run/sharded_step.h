#pragma once

#include <cstddef>
#include <vector>

#include "models/base/model.h"
#include "nn/learn/shards.h"

namespace gradzoo {

/// A model's training step in equal parts of a batch, whose gradients are added in a fixed order
/// (docs/architecture.md, "Shards"). Each part finds the model's State beside its learners as the step found
/// it, draws what the whole batch would draw for its rows, and has a copy of all but what belongs to rows.
class ShardedStep {
 public:
  /// Throws Error where the shards do not divide the rows of a State's entry that belong to a batch's.
  ShardedStep(Model& model, int64_t shards);

  /// Throws Error where the shards do not divide the rows of a batch.
  void check_rows(int64_t rows) const;
  /// `row` becomes the shards' mean. Throws Error where the shards do not leave the same State. A step that
  /// fails leaves the model's own State as it was, but what belongs to rows.
  void run(const StepContext& context, std::vector<double>& row);

 private:
  /// What a shard has for itself while others run.
  struct Own {
    StateCopy state;
    std::vector<std::vector<Record>> records;  // of each learner's leaves
    std::vector<double> row;
  };
  void train_part(const StepContext& context, int64_t shard);
  void enter(int64_t shard);
  void leave(int64_t shard);
  void check_same() const;

  Model& model_;
  StateCopy begun_;
  std::vector<Own> own_;
  std::vector<Rng*> streams_;
  Shards shards_;
};

}  // namespace gradzoo
