#pragma once

#include <optional>

#include "models/run/session.h"
#include "tools/run/ruler.h"

namespace gradzoo {

/// Measures a few samples of a model while it trains, where its data have a classifier at hand: quality over
/// time, which a loss does not tell.
class SampleWatch {
 public:
  SampleWatch(const RunOptions& options, Session& session);
  /// After an epoch that ends at `step`: numbers each tenth of the run and at its end, else none.
  Quantities at(int64_t step);

 private:
  Session& session_;
  std::optional<Ruler> ruler_;
};

}  // namespace gradzoo
