#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/models/run/session.h"

/// Which models can do something: asked of the models themselves, each of which is made, small and untrained.
namespace gradzoo {

/// What abilities on data of a shape lack, as a clause about the model: "has no codes to go between"; ""
/// where nothing is missing.
using Missing = std::function<std::string(const Abilities&, const DataShape&)>;

/// A model of the list that can.
struct CapableModel {
  std::string name;
  std::string setting;  // that it needs for it, "net=energy"; "" where it can at its defaults
};
/// A model of the list, as it can: at its defaults, else by one other setting. Empty where it cannot, or
/// cannot learn data of this shape.
std::optional<CapableModel> ask(const ModelEntry& entry, const Missing& missing, const DataShape& shape);
/// All that can.
std::vector<CapableModel> capable_models(const Missing& missing, const DataShape& shape);
/// "ebm, score with net=energy"; "" of none.
std::string names_of(const std::vector<CapableModel>& models);

/// The one other setting by which a model with these options could: "conditional=false"; "" where none does.
std::string remedy(const RunOptions& options, const Missing& missing, const DataShape& shape);

}  // namespace gradzoo
