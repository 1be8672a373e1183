#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "models/base/entry.h"

namespace gradzoo {

/// Every model, in the order of the list.
std::span<const ModelEntry> model_registry();

/// Throws Error naming the nearest for an unknown name.
const ModelEntry& find_model(std::string_view name);

/// Makes an untrained model. Throws Error where the data are of a kind that the model cannot learn from.
std::unique_ptr<Model> make_model(const ModelEntry& model, const Settings& settings, const DataShape& shape);

/// Settings that every training run has: seed, batch, lr, schedule, epochs, ...; then the model's own, at
/// their defaults.
Settings default_settings(const ModelEntry& model);

}  // namespace gradzoo
