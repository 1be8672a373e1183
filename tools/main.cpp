#include "tools/command/commands.h"

int main(int, char** argv) { return gradzoo::run_command(argv, gradzoo::commands()); }
