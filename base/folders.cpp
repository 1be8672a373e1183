#include "gradzoo/base/folders.h"

#include <cstdlib>
#include <system_error>
#include <vector>

#include <dlfcn.h>
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

// Returns the folder of the shared library that contains this code, or else the folder of the program.
fs::path own_folder() {
  Dl_info info;
  if (::dladdr(reinterpret_cast<const void*>(&program_path), &info) != 0 &&
      info.dli_fname[0] == '/') {  // NOLINT
    std::error_code error;         // the loader may have found it by a link, as /lib is one
    const fs::path library = fs::canonical(info.dli_fname, error);
    return (error ? fs::path(info.dli_fname) : library).parent_path();
  }
  return program_path().parent_path();
}

}  // namespace

fs::path program_path() {
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) return program;
#if __has_include(<sys/auxv.h>)  // without /proc: the path of the start
  if (const auto* const started = reinterpret_cast<const char*>(::getauxval(AT_EXECFN)))  // NOLINT
    return fs::canonical(started, error);
#endif
  return {};
}

fs::path find_data_folder(const std::string& name, const std::string& part, const char* variable) {
  std::vector<fs::path> places = {named(variable)};
  if (places[0].empty()) {
    // The folder is lib/, lib/ARCHITECTURE/, bin/ or libexec/gradzoo/ of a prefix, or the build folder.
    constexpr int kAbove = 3;
    places.clear();
    fs::path folder = own_folder();
    for (int i = 0; i < kAbove; ++i, folder = folder.parent_path())
      places.push_back(folder / "share/gradzoo" / name);
    if (*GRADZOO_SOURCE_DIR != '\0') places.push_back(fs::path(GRADZOO_SOURCE_DIR) / name);
  }
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
