#pragma once

#include <string>

#include "gradzoo/base/plain_file.h"
#include "gradzoo/state/safetensors.h"
#include "gradzoo/state/state.h"

/// Checkpoints: a State as a safetensors file, which any Python user can open.
namespace gradzoo {

/// Writes every entry of the State and the metadata, atomically: a failure leaves an older file as it was.
/// `metadata["model"]` names the model that the weights belong to.
void save_checkpoint(const std::string& path, const State& state, const Metadata& metadata = {},
                     Links links = Links::follow);

/// What load_checkpoint insists on.
struct LoadOptions {
  std::string model = {};       ///< what metadata["model"] must say; "": anything
  bool partial = false;         ///< the file may hold more than the State: weights alone, to sample from
  Links links = Links::follow;  ///< whether a symbolic link is followed
};

///@{
/// Restores every entry of the State from the file and returns its metadata. The file is hostile: format,
/// model, names, dtypes, shapes, seeds and streams are checked before the first value changes. Throws Error
/// naming the file and the entry.
Metadata load_checkpoint(const std::string& path, State& state, const LoadOptions& options = {});
Metadata load_checkpoint(const SafetensorsReader& file, State& state, const LoadOptions& options = {});
///@}

}  // namespace gradzoo
