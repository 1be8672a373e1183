#pragma once

#include <filesystem>
#include <string>

/// Where files lie that no user names.
namespace gradzoo {

/// The program that runs. Empty where the system does not say.
std::filesystem::path program_path();

/// The folder `name` of what comes with the program, one that has `part`: what `variable` of the environment
/// names, else share/gradzoo/`name` beside the library or in one of two folders above. A program that has the
/// library linked in looks beside itself, and then in the source tree that it was built from. Throws Error
/// naming where it looked.
std::filesystem::path find_data_folder(const std::string& name, const std::string& part,
                                       const char* variable);

/// Where this user's programs may keep what can be made again: XDG_CACHE_HOME/gradzoo, else
/// HOME/.cache/gradzoo (freedesktop.org, XDG Base Directory); empty where neither is an absolute path. It
/// need not be there yet.
std::filesystem::path user_cache_folder();

}  // namespace gradzoo
