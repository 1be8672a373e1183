#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/models/run/session.h"

/// A search for models with an ability; it makes each model small and untrained, and reads its abilities.
namespace gradzoo {

/// Returns what such a model lacks: "has no codes to interpolate between"; "" if it lacks nothing.
using Missing = std::function<std::string(const Abilities&, const DataShape&)>;

/// A model that can do it.
struct CapableModel {
  std::string name;
  std::string setting;  // needed setting: "net=energy"; "" if the defaults suffice
};
/// Returns the model with the setting that it needs: none, or one. Returns nothing if no such setting exists,
/// or if the model cannot learn data of this shape.
std::optional<CapableModel> ask(const ModelEntry& entry, const Missing& missing, const DataShape& shape);
/// Returns all models that can do it.
std::vector<CapableModel> capable_models(const Missing& missing, const DataShape& shape);
/// Returns the names as text: "ebm, score with net=energy"; "" if there are none.
std::string names_of(const std::vector<CapableModel>& models);

/// Returns the setting whose change would enable a model with these options: "conditional=false"; "": none.
std::string remedy(const RunOptions& options, const Missing& missing, const DataShape& shape);

}  // namespace gradzoo
