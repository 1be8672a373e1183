#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/run/data.h"
#include "tools/ledger/row.h"

namespace gradzoo {

/// A model that was trained for a row, with what it learned from.
struct TrainedModel {
  Settings settings;
  RunData data;
  std::unique_ptr<Model> model;

  /// What `eval` would print of the test examples.
  std::vector<Quantity> evaluate_on_test() const;
};

/// Trains in memory what `gradzoo train MODEL --set KEY=VALUE ...` would train, and tells `context` of each
/// epoch.
TrainedModel train_model(const std::string& model, const std::vector<std::string>& assignments,
                         const RowContext& context);

/// The same for a long row: every few epochs the state is saved in context.folder under the names of row and
/// seed, and training goes on from what is there.
TrainedModel train_model_resumably(const std::string& row, const std::string& model,
                                   const std::vector<std::string>& assignments, const RowContext& context);

/// Removes what train_model_resumably saved: a row that has its result starts anew the next time.
void forget_checkpoints(const std::string& row, const RowContext& context);

/// The value of that name; NaN where there is none.
double value_of(const std::vector<Quantity>& quantities, std::string_view name);

}  // namespace gradzoo
