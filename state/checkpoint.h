#pragma once

#include <string>

#include "gradzoo/base/plain_file.h"
#include "gradzoo/state/safetensors.h"
#include "gradzoo/state/state.h"

/// Checkpoints: a State is stored as a safetensors file, which Python can open too.
namespace gradzoo {

/// Writes every entry of the State and the metadata atomically: after a failure an older file is unchanged.
/// `metadata["model"]` names the model that the weights belong to.
void save_checkpoint(const std::string& path, const State& state, const Metadata& metadata = {},
                     Links links = Links::follow);

/// Requirements of load_checkpoint.
struct LoadOptions {
  std::string model = {};       ///< required value of metadata["model"]; "": any
  bool partial = false;         ///< true: the file may have entries that the State lacks, as for sampling
  Links links = Links::follow;  ///< treatment of symbolic links
};

///@{
/// Restores every entry of the State from the file and returns the file's metadata. The file is not trusted:
/// format, model, names, dtypes, shapes, seeds and streams are checked before the first value changes. Throws
/// Error naming the file and the entry if a check fails.
Metadata load_checkpoint(const std::string& path, State& state, const LoadOptions& options = {});
Metadata load_checkpoint(const SafetensorsReader& file, State& state, const LoadOptions& options = {});
///@}

}  // namespace gradzoo
