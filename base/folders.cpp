#include "base/folders.h"

#include <cstdlib>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <sys/auxv.h>

#include "base/error.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

fs::path named(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr ? value : "";
}

}  // namespace

fs::path program_path() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) return program;
  // Without /proc: as it was started.
  const auto* const started = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));  // NOLINT
  return started == nullptr ? fs::path() : fs::canonical(started, error);
}

fs::path find_data_folder(const std::string& name, const std::string& part, const char* variable) {
  std::vector<fs::path> places = {named(variable)};
  if (places[0].empty())
    places = {program_path().parent_path().parent_path() / "share/gradzoo" / name,
              fs::path(GRADZOO_SOURCE_DIR) / name};
  std::string looked;
  for (const fs::path& place : places) {
    const fs::path wanted = part.empty() ? place : place / part;
    std::error_code error;
    if (fs::is_directory(wanted, error)) return place;
    looked += (looked.empty() ? "" : " nor at ") + wanted.string();
  }
  throw Error("{}: {} is not at {}. Hint: set {} to the folder that holds it", name,
              part.empty() ? "it" : part, looked, variable);
}

fs::path user_cache_folder() {
  if (const auto cache = named("XDG_CACHE_HOME"); cache.is_absolute()) return cache / "gradzoo";
  if (const auto home = named("HOME"); home.is_absolute()) return home / ".cache" / "gradzoo";
  return {};
}

}  // namespace gradzoo
