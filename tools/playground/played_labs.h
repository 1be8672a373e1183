#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// The labs: [{"name", "idea", "source", "level", "knobs": as described_options}].
nlohmann::json lab_list();
/// {"lab", "seed", "knobs": ["sigma=0.3", ...]} -> {"html": its page, "text", "seconds"}. Throws Error as
/// LabEntry::run.
nlohmann::json run_lab(const nlohmann::json& request);

}  // namespace gradzoo
