#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// {"lab", "seed", "knobs": ["sigma=0.3", ...]} -> {"html": its page, "text", "seconds"}. Throws Error as
/// LabEntry::run.
nlohmann::json run_lab(const nlohmann::json& request);

}  // namespace gradzoo
