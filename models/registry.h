#pragma once

#include <deque>
#include <string_view>
#include <utility>

#include "gradzoo/models/base/entry.h"

namespace gradzoo {

/// Every model, in the order of the list.
const std::deque<ModelEntry>& model_registry();
/// Adds a program's own model, before the program uses the list. Throws Error if the name is taken.
void add_model(ModelEntry entry);
/// The same of a model M with options O (OptionsOf in entry.h says what both have).
template <class M, class O>
void add_model(ModelEntry facts) {
  add_model(entry_of<O, M>(std::move(facts)));
}

/// Throws Error naming the nearest for an unknown name.
const ModelEntry& find_model(std::string_view name);

}  // namespace gradzoo
