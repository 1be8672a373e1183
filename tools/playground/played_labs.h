#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// Maps {"lab", "seed", "knobs": ["sigma=0.3", ...]} to {"html": the lab's page, "text", "seconds"}. Throws
/// Error as LabEntry::run does.
nlohmann::json run_lab(const nlohmann::json& request);

}  // namespace gradzoo
