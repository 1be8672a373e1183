#include "gradzoo/base/folders.h"

#include <cstdlib>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/base/error.h"

#if __has_include(<sys/auxv.h>)
#include <sys/auxv.h>
#endif

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
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) return program;
#if __has_include(<sys/auxv.h>)  // without /proc: as it was started
  if (const auto* const started = reinterpret_cast<const char*>(::getauxval(AT_EXECFN)))  // NOLINT
    return fs::canonical(started, error);
#endif
  return {};
}

fs::path find_data_folder(const std::string& name, const std::string& part, const char* variable) {
  std::vector<fs::path> places = {named(variable)};
  // The program is in bin/, or in libexec/gradzoo/.
  const fs::path folder = program_path().parent_path();
  const fs::path prefix = folder.filename() == "gradzoo" && folder.parent_path().filename() == "libexec"
                              ? folder.parent_path().parent_path()
                              : folder.parent_path();
  if (places[0].empty()) places = {prefix / "share/gradzoo" / name, fs::path(GRADZOO_SOURCE_DIR) / name};
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
