#include "tools/command/commands.h"

int main(int argc, char** argv) { return gradzoo::run_command({argv + 1, argv + argc}); }
