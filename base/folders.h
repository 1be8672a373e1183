#pragma once

#include <filesystem>
#include <string>

/// Paths of files that the user does not name: the program, its data folders and the cache.
namespace gradzoo {

/// Returns the path of the running program, or an empty path if the system does not report it.
std::filesystem::path program_path();

/// Returns the data folder `name` of the program, which contains `part`. The environment variable `variable`,
/// if set, names it. Otherwise it is share/gradzoo/`name` in the library's folder or in one of the two
/// folders above; a program with the library linked in searches its own folder in this way, and then the
/// source tree of its build. Throws Error that lists the searched places.
std::filesystem::path find_data_folder(const std::string& name, const std::string& part,
                                       const char* variable);

/// Returns the user's cache folder, for files that programs can make again: XDG_CACHE_HOME/gradzoo, else
/// HOME/.cache/gradzoo (freedesktop.org, XDG Base Directory), or an empty path if neither is absolute. The
/// folder need not exist yet.
std::filesystem::path user_cache_folder();

}  // namespace gradzoo
