#pragma once

#include <filesystem>
#include <string>

/// Paths of files that the user does not name: the program, its data folders and the cache.
namespace gradzoo {

/// Returns the path of the running program, or an empty path if the system does not report it.
std::filesystem::path program_path();

/// Returns the data folder `name` that comes with the program; the folder must contain `part`. If the
/// environment variable `variable` is set, the folder is its value. Otherwise it is share/gradzoo/`name` in
/// the library's folder or in one of the two folders above. A program that links the library statically
/// searches its own folder in this way, and then the source tree that it was built from. Throws Error that
/// lists the searched places.
std::filesystem::path find_data_folder(const std::string& name, const std::string& part,
                                       const char* variable);

/// Returns the user's cache folder, for files that programs can make again: XDG_CACHE_HOME/gradzoo, else
/// HOME/.cache/gradzoo (freedesktop.org, XDG Base Directory), or an empty path if neither is absolute. The
/// folder need not exist yet.
std::filesystem::path user_cache_folder();

}  // namespace gradzoo
