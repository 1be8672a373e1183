#pragma once

/// The header that your own model's program includes after <gradzoo.h>: Model with its options, the list of
/// models, and run_command_line(). docs/own-model.md explains such a program line by line.
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/registry.h"

namespace gradzoo {

/// main() of a program that has added models, uses or samplers (add_model(), add_use(), add_sampler()). It
/// runs all commands of gradzoo, which then know the added entries. `train` without a model's name trains the
/// added model, if there is exactly one. Returns the exit status.
int run_command_line(int argc, char** argv);

}  // namespace gradzoo
