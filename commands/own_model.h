#pragma once

/// All that a program with a model of its own needs beside <gradzoo.h>: Model and its options, the lists that
/// it adds to, and run_command_line(). docs/own-model.md leads through such a program.
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/registry.h"

namespace gradzoo {

/// main() of a program that added models, uses or samplers of its own (add_model(), add_use(),
/// add_sampler()): all commands of gradzoo, for these too. `train` without a model trains the program's own,
/// if there is one. Returns the exit status.
int run_command_line(int argc, char** argv);

}  // namespace gradzoo
