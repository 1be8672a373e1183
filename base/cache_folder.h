#pragma once

#include <filesystem>

namespace gradzoo {

/// Where this user's programs may keep what can be made again: XDG_CACHE_HOME/gradzoo, else
/// HOME/.cache/gradzoo (freedesktop.org, XDG Base Directory); empty where neither is an absolute path. It
/// need not be there yet.
std::filesystem::path user_cache_folder();

}  // namespace gradzoo
