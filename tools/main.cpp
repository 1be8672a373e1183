#include <string>
#include <vector>

#include "tools/command/commands.h"

int main(int argc, char** argv) {
  return gradzoo::run_command(std::vector<std::string>(argv + 1, argv + argc));
}
