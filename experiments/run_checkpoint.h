#pragma once

#include <string>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/state/safetensors.h"
#include "gradzoo/state/state.h"

/// Writing of the files of a run that contain weights.
namespace gradzoo {

/// Returns the metadata of a weights file: the model's name, and the shape of its examples.
Metadata run_metadata(const std::string& model, const DataShape& shape);

/// Writes a checkpoint of the whole state; the safetensors package of Python can read it.
void save_run_checkpoint(const RunDirectory& directory, const State& state, const std::string& model,
                         const DataShape& shape);

/// Writes config.toml and weights.safetensors of a run into an existing folder.
void write_weights(OpenedRun& run, const RunDirectory& to);

}  // namespace gradzoo
