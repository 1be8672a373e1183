#include <cstdlib>

#include <unistd.h>

#include "tools/command/commands.h"

namespace {

// At a barrier libgomp's threads spin for a millisecond and more, which beside one busy program makes a
// training step ten times slower. A short spin costs nothing on an idle machine. libgomp reads the count
// once, when it is loaded: so the program starts itself again.
void shorten_spinning(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) return;
  setenv("GOMP_SPINCOUNT", "1000", 1);
  execv("/proc/self/exe", argv);  // returns where there is no such file: then the threads spin
}

}  // namespace

int main(int argc, char** argv) {
  shorten_spinning(argv);
  return gradzoo::run_command({argv + 1, argv + argc});
}
