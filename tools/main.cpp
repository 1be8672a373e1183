#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "tools/command/commands.h"

namespace {

// At a barrier libgomp's threads spin for a millisecond and more, which beside one busy program makes a
// training step ten times slower. A short spin costs nothing on an idle machine. libgomp reads the count
// once, when it is loaded: so the program starts itself again.
void shorten_spinning(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) return;
  setenv("GOMP_SPINCOUNT", "1000", 1);
  // By its path, so that a list of processes shows its name. Returns where there is none: then the threads
  // spin.
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) execv(self.c_str(), argv);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto is_help = [](const std::string& argument) { return argument == "--help" || argument == "-h"; };
  const bool only_prints = arguments.empty() || std::ranges::any_of(arguments, is_help);
  if (!only_prints) shorten_spinning(argv);
  return gradzoo::run_command(arguments);
}
