#pragma once

#include <cstdint>
#include <memory>

#include "gradzoo/autograd/storage.h"
#include "gradzoo/experiments/config_file.h"
#include "gradzoo/models/run/session.h"
#include "gradzoo/state/safetensors.h"

namespace gradzoo {

/// Returns the options of the model and settings in a config file. Throws Error if it names no model.
std::unique_ptr<RunOptions> options_of(const ConfigFile& config);

/// A model with the weights of a checkpoint.
struct OpenedModel {
  std::unique_ptr<RunOptions> options;
  DataShape shape;
  int64_t step = 0;  // training step of the checkpoint
  std::unique_ptr<Model> model;
};
/// Makes the model from a parsed config file and a checkpoint; both may come from memory (parse_config(),
/// SafetensorsReader). If `weights_alone` is true, the file has only the weights of a zoo run and no training
/// state. Throws Error if the checkpoint is damaged or belongs to another model.
OpenedModel open_model(const ConfigFile& config, const SafetensorsReader& stored, bool weights_alone);

/// Limits the memory of a new model to the size of its checkpoint, so that settings from an untrusted file
/// cannot allocate all memory before shapes are compared.
PoolLimit limit_to_checkpoint(const SafetensorsReader& file);

}  // namespace gradzoo
