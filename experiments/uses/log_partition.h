#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/models/base/abilities.h"
#include "gradzoo/nn/parallel/processes.h"
#include "gradzoo/plot/drawing.h"
#include "gradzoo/plot/image.h"
#include "gradzoo/samplers/ais.h"

/// log Z of a trained model from three sides: what `gradzoo logz` does.
namespace gradzoo {

/// What was found, each estimate with an interval of 3 standard errors.
struct LogZReport {
  std::optional<double> exact = {};
  std::string why_not_exact;  // what enumeration would cost; "" where it was done
  LogPartition up = {}, down = {};
  double begin_log_z = 0;
  AnnealingOptions options = {};

  /// Sentences on what does not fit together.
  std::vector<std::string> warnings() const;
};

/// Annealing upwards from exact samples of the path's beginning, and downwards from the model's. A function
/// of the seed. A collective call: blocks of chains are shared out, and the first process alone gets their
/// history.
LogZReport measure_log_z(const Partition& partition, const AnnealingOptions& options, uint64_t seed,
                         const ShareDone& done = {}, Processes& processes = this_process());

std::string log_z_table(const LogZReport& report);
/// {"exact" (null where it is not known), "forward" and "reverse": {"value", "error", "low", "high", "ess",
/// "bound"}, "chains", "temperatures", "warnings"}.
nlohmann::ordered_json log_z_json(const LogZReport& report);
/// log Z along the path as single chains tell it: those that go up, those that go down, and where they should
/// end.
Drawing draw_log_z(const LogZReport& report);

}  // namespace gradzoo
