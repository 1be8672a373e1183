#include "gradzoo/commands/commands.h"

int main(int, char** argv) {
  return gradzoo::run_commands(argv, {gradzoo::commands(), gradzoo::program_files});
}
