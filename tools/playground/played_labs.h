#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// Maps {"lab", "seed", "knobs": ["sigma=0.3", ...]} to {"html": the lab's page, "text", "seconds"}. Calls
/// `progress` with lines about the progress. Throws Error as LabEntry::run does.
nlohmann::json run_lab(const nlohmann::json& request,
                       const std::function<void(const std::string&)>& progress);

}  // namespace gradzoo
