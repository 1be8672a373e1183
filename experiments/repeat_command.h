#pragma once

#include <string>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// A short `gradzoo train` that comes to these options, words quoted for a shell: what follows from the data
/// or from another option is left out.
std::string repeat_command(const RunOptions& options, const DataShape& shape);

/// What goes on with the run in `directory`.
std::string resume_command(const std::string& directory);
/// What makes its report and all pictures anew.
std::string report_command_for(const std::string& directory);

}  // namespace gradzoo
