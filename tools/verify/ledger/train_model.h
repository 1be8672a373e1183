#pragma once

#include <memory>
#include <string>

#include "gradzoo/models/run/session.h"
#include "tools/verify/ledger/row.h"

/// Models that rows look at. A line is what `gradzoo train` would train, "nce data=ring8 seed=1": MODEL
/// KEY=VALUE ....
namespace gradzoo {

/// The options of a line, completed.
std::unique_ptr<RunOptions> options_of_line(const std::string& line);

/// Trains a line in memory, and tells `context` of each epoch.
std::unique_ptr<Session> train_model(const std::string& line, const RowContext& context);

/// The same for a long row: every few epochs the state is saved in context.folder under the line's name, and
/// training goes on from what is there, until it is forgotten.
std::unique_ptr<Session> train_resumably(const std::string& line, const RowContext& context);

/// Removes what train_resumably saved: a row that has its result starts anew the next time.
void forget_checkpoint(const std::string& line, const RowContext& context);

/// The same once in a process, for rows that look at the same model.
Session& trained_once(const std::string& line, const RowContext& context);

/// What `eval` would print of the test examples.
Quantities evaluate_on_test(Session& trained);

}  // namespace gradzoo
