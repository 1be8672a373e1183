#pragma once

#include <cstdint>
#include <memory>

#include "gradzoo/autograd/storage.h"
#include "gradzoo/experiments/config_file.h"
#include "gradzoo/models/run/session.h"
#include "gradzoo/state/safetensors.h"

namespace gradzoo {

/// The settings that a config file asks of the model which it names. Throws Error where it names none.
std::unique_ptr<RunOptions> options_of(const ConfigFile& config);

/// A model with its weights as of a checkpoint.
struct OpenedModel {
  std::unique_ptr<RunOptions> options;
  DataShape shape;
  int64_t step = 0;  // of the checkpoint
  std::unique_ptr<Model> model;
};
/// The model of a config file's text and a checkpoint's bytes, wherever both come from (parse_config, and
/// SafetensorsReader of bytes). `weights_alone`: the file has what a run of the zoo keeps, and not the state
/// of its training. Throws Error where the checkpoint is damaged or of another model.
OpenedModel open_model(const ConfigFile& config, const SafetensorsReader& stored, bool weights_alone);

/// Holds what a model is made of to the size of its checkpoint, so that settings from elsewhere do not ask
/// for all memory before shapes are compared.
PoolLimit limit_to_checkpoint(const SafetensorsReader& file);

}  // namespace gradzoo
