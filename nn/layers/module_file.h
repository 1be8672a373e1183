#pragma once

#include <string>

#include "nn/layers/module.h"
#include "state/checkpoint.h"

/// A module's weights as a file: safetensors, which Python reads by safetensors.torch.load_file, as a
/// state_dict.
namespace gradzoo {

/// Writes all parameters and buffers by their names, atomically.
void save(const Module& module, const std::string& path);

/// Reads them back into a module of the same structure, in place: every handle and optimiser follows. Throws
/// Error, before anything changes, where the file is damaged, lacks one of them, has one of another shape or
/// dtype, or has more; unless `options.partial`: then more is allowed, as in a checkpoint of a training.
void load(Module& module, const std::string& path, const LoadOptions& options = {});

}  // namespace gradzoo
