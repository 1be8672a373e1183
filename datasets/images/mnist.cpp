#include "datasets/images/mnist.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> candidates() {
  const char* const folder = std::getenv("GRADZOO_DATA");
  if (folder != nullptr && *folder != '\0') return {(fs::path(folder) / "mnist").string()};
  std::vector<std::string> folders;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error)
    folders.push_back((program.parent_path().parent_path() / "share/gradzoo/datasets/mnist").string());
  folders.push_back((fs::path(GRADZOO_SOURCE_DATA_DIR) / "mnist").string());
  return folders;
}

}  // namespace

std::string mnist_folder() {
  const std::vector<std::string> folders = candidates();
  std::error_code error;
  for (const std::string& folder : folders)
    if (fs::is_directory(folder, error)) return folder;
  throw Error(
      fmt::format("mnist: its folder is not at {}. Hint: set GRADZOO_DATA to the folder that holds mnist/",
                  fmt::join(folders, " nor at ")));
}

}  // namespace gradzoo
