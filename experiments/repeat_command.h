#pragma once

#include <string>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// Returns a short `gradzoo train` command with these options, quoted for a shell. It omits settings that
/// follow from the data or from another option.
std::string repeat_command(const RunOptions& options, const DataShape& shape);

/// Returns the command that resumes the run in `directory`.
std::string resume_command(const std::string& directory);
/// Returns the command that makes the report and all pictures of the run again.
std::string report_command_for(const std::string& directory);

}  // namespace gradzoo
