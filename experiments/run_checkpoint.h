#pragma once

#include <string>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/state/safetensors.h"
#include "gradzoo/state/state.h"

/// The files of a run that hold weights.
namespace gradzoo {

/// What a file of weights says of their model: its name, and the shape of its examples.
Metadata run_metadata(const std::string& model, const DataShape& shape);

/// Writes a checkpoint of the whole state; any Python user can open it.
void save_run_checkpoint(const RunDirectory& directory, const State& state, const std::string& model,
                         const DataShape& shape);

/// Writes config.toml and weights.safetensors of a run into a folder that is there.
void write_weights(OpenedRun& run, const RunDirectory& to);

}  // namespace gradzoo
