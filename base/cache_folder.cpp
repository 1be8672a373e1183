#include "base/cache_folder.h"

#include <cstdlib>

namespace gradzoo {

std::filesystem::path user_cache_folder() {
  const auto named = [](const char* variable) {
    const char* const value = std::getenv(variable);
    return std::filesystem::path(value != nullptr ? value : "");
  };
  if (const auto cache = named("XDG_CACHE_HOME"); cache.is_absolute()) return cache / "gradzoo";
  if (const auto home = named("HOME"); home.is_absolute()) return home / ".cache" / "gradzoo";
  return {};
}

}  // namespace gradzoo
