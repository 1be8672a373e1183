#include "tools/run/saved_run.h"

#include <charconv>

#include <fmt/format.h>

#include "autograd/error.h"
#include "autograd/ops.h"
#include "nn/checkpoint.h"
#include "nn/safetensors.h"
#include "tools/run/training.h"

namespace gradzoo {
namespace {

constexpr int64_t kLargestSide = 4096;

int64_t side_of(const SafetensorsReader& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  const std::string text = found == file.metadata().end() ? "" : found->second;
  int64_t side = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), side);
  if (failure == std::errc() && end == text.data() + text.size() && side >= 1 && side <= kLargestSide)
    return side;
  throw Error(
      fmt::format("{}: its metadata give no {} of the images. Hint: a checkpoint that gradzoo train wrote",
                  file.path(), key));
}

// Training stops before weights lose their meaning, so such a file was damaged or made elsewhere.
void check_finite(const State& state, const std::string& path) {
  for (const State::Entry& entry : state.entries()) {
    const Tensor* const tensor = std::get_if<Tensor>(&entry.target);
    if (tensor == nullptr || all_finite(*tensor)) continue;
    throw Error(fmt::format("{}: '{}' holds values that are not finite. Hint: the file is damaged", path,
                            entry.name));
  }
}

}  // namespace

SavedRun open_run(const std::string& directory) {
  const RunDirectory place(directory);
  place.check_is_run();
  ResolvedRun run = resolve_run({.config = place.config()});
  const SafetensorsReader file(place.checkpoint());
  const DataShape shape{side_of(file, "height"), side_of(file, "width")};
  SavedRun saved{place, run.model, std::move(run.settings), shape, nullptr, 0};
  saved.model = saved.entry->create(saved.settings, shape);
  State state;
  saved.model->register_state(state);
  state.add("trainer.step", saved.step);
  load_checkpoint(place.checkpoint(), state, {.model = saved.entry->name, .partial = true});
  check_finite(state, place.checkpoint());
  return saved;
}

}  // namespace gradzoo
