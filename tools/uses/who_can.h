#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/run/session.h"

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
/// Those that can, on data of this shape: each at its defaults, else by one other setting.
std::vector<CapableModel> who_can(const Missing& missing, const DataShape& shape);
/// "ebm, score with net=energy"; "" of none.
std::string told(const std::vector<CapableModel>& models);

/// What a model lacks at its defaults on data of this shape; why it cannot learn these, where it cannot.
std::string what_lacks(const ModelEntry& entry, const Missing& missing, const DataShape& shape);

/// The one other setting by which a model with these options could: "conditional=false"; "" where none does.
std::string remedy(const RunOptions& options, const Missing& missing, const DataShape& shape);

/// Small data of a kind to ask models about: labelled images, points in the plane, points of 0 and 1.
const DataShape& shape_to_ask(DataKind kind);

}  // namespace gradzoo
