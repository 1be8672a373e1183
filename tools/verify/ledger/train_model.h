#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/run/session.h"
#include "tools/verify/ledger/row.h"

namespace gradzoo {

/// Trains in memory what `gradzoo train MODEL --set KEY=VALUE ...` would train, and tells `context` of each
/// epoch.
std::unique_ptr<Session> train_model(const std::string& model, const std::vector<std::string>& assignments,
                                     const RowContext& context);

/// The same for a long row: every few epochs the state is saved in context.folder under the names of row and
/// seed, and training goes on from what is there.
std::unique_ptr<Session> train_model_resumably(const std::string& row, const std::string& model,
                                               const std::vector<std::string>& assignments,
                                               const RowContext& context);

/// Removes what train_model_resumably saved: a row that has its result starts anew the next time.
void forget_checkpoints(const std::string& row, const RowContext& context);

/// What `eval` would print of the test examples.
Quantities evaluate_on_test(Session& trained);

}  // namespace gradzoo
