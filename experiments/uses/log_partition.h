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

/// log Z of a trained model with three methods, for `gradzoo logz`.
namespace gradzoo {

/// The estimates of log Z, each with an interval of 3 standard errors.
struct LogZReport {
  std::optional<double> exact = {};
  std::string why_not_exact;  // cost of enumeration; "" if it was done
  LogPartition up = {}, down = {};
  double begin_log_z = 0;
  AnnealingOptions options = {};

  /// Returns sentences about estimates that contradict each other or are unreliable.
  std::vector<std::string> warnings() const;
};

/// Estimates log Z by annealing upwards from exact samples of the first distribution of the path, and
/// downwards from samples of the model. The result depends only on the seed. This is a collective call: the
/// processes share the blocks of chains, and only the first process gets their history.
LogZReport measure_log_z(const Partition& partition, const AnnealingOptions& options, uint64_t seed,
                         const ShareDone& done = {}, Processes& processes = this_process());

/// Returns the report as text.
std::string log_z_table(const LogZReport& report);
/// Returns JSON: {"exact" (null if unknown), "forward" and "reverse": {"value", "error", "low", "high",
/// "ess", "bound"}, "chains", "temperatures", "warnings"}.
nlohmann::ordered_json log_z_json(const LogZReport& report);
/// Draws the estimates of single chains along the path, in both directions, and their expected ends.
Drawing draw_log_z(const LogZReport& report);

}  // namespace gradzoo
