#include "gradzoo/state/checkpoint.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/state/safetensors.h"

namespace gradzoo {
namespace {

void check_model(const SafetensorsReader& file, const std::string& model) {
  const auto found = file.metadata().find("model");
  const std::string stored = found == file.metadata().end() ? "" : found->second;
  if (model.empty() || stored == model) return;
  throw Error("{}: it is a checkpoint of {}, not of {}. Hint: give a run of {}", file.path(),
              stored.empty() ? "no known model" : quoted_name(stored), quoted_name(model), model);
}

void check_entry(const SafetensorsReader& file, const State::Entry& entry) {
  const SafetensorsEntry* stored = file.find(entry.name);
  if (!stored) {
    if (entry.optional) return;
    throw Error("{}: '{}' is missing. Hint: open it with the settings that wrote it", file.path(),
                entry.name);
  }
  if (stored->dtype != entry.dtype() || stored->shape != entry.shape()) {
    throw Error("{}: '{}' is {} {}, not {} {}. Hint: open it with the settings that wrote it", file.path(),
                entry.name, dtype_name(stored->dtype), stored->shape.str(), dtype_name(entry.dtype()),
                entry.shape().str());
  }
}

void check_nothing_more(const SafetensorsReader& file, const State& state) {
  for (const SafetensorsEntry& stored : file.entries()) {
    if (state.find(stored.name)) continue;
    throw Error("{}: {} is in the file, but not in this model. Hint: open it with the settings that wrote it",
                file.path(), quoted_name(stored.name));
  }
}

}  // namespace

void save_checkpoint(const std::string& path, const State& state, const Metadata& metadata, Links links) {
  std::vector<SafetensorsTensor> tensors;
  for (const State::Entry& entry : state.entries()) {
    tensors.push_back({entry.name, entry.dtype(), entry.shape(), entry.bytes()});
  }
  write_file_atomically(path, to_safetensors(std::move(tensors), metadata), links);
}

Metadata load_checkpoint(const std::string& path, State& state, const LoadOptions& options) {
  const SafetensorsReader file(path, options.links);
  return load_checkpoint(file, state, options);
}

Metadata load_checkpoint(const SafetensorsReader& file, State& state, const LoadOptions& options) {
  check_model(file, options.model);
  for (const State::Entry& entry : state.entries()) check_entry(file, entry);
  if (!options.partial) check_nothing_more(file, state);

  std::vector<std::pair<const State::Entry*, std::vector<std::byte>>> values;
  for (const State::Entry& entry : state.entries()) {
    const SafetensorsEntry* stored = file.find(entry.name);
    if (!stored) continue;
    values.emplace_back(&entry, file.read(*stored));
    const std::string refusal = entry.refusal(values.back().second);
    if (!refusal.empty()) throw Error("{}: {}", file.path(), refusal);
  }
  for (const auto& [entry, bytes] : values) entry->restore(bytes);
  return file.metadata();
}

}  // namespace gradzoo
