#pragma once

#include <deque>
#include <string_view>
#include <utility>

#include "gradzoo/models/base/entry.h"

namespace gradzoo {

/// Returns all models, in the order of the list.
const std::deque<ModelEntry>& model_registry();
/// Adds a model to the list. Call it before the program uses the list. Throws Error if the name is taken.
void add_model(ModelEntry entry);
/// Adds a model M with options O; OptionsOf in entry.h lists their required members.
template <class M, class O>
void add_model(ModelEntry facts) {
  add_model(entry_of<O, M>(std::move(facts)));
}

/// Returns the entry of a model. Throws Error with the nearest name if the name is unknown.
const ModelEntry& find_model(std::string_view name);

}  // namespace gradzoo
