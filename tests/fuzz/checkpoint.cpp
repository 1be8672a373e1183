#include "gradzoo/state/checkpoint.h"

#include <optional>
#include <utility>
#include <vector>

#include "fuzz/targets.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo::fuzz {
namespace {

// An entry of each kind.
struct SmallState {
  Tensor weights = zeros({2, 3}), moments = zeros({3}, DType::f64), labels = zeros({2}, DType::i64),
         mask = zeros({3}, DType::u8);
  int64_t step = 0;
  double best = 0;
  Rng rng{7, "batches"};
  State state;

  SmallState() {
    state.add("net.weights", weights);
    state.add("moments", moments);
    state.add("labels", labels);
    state.add("mask", mask);
    state.add("step", step);
    state.add("best", best);
    state.add("rng", rng);
  }
};

// As save_checkpoint writes it, without waiting for the disk.
std::vector<std::byte> saved_bytes(const State& state, const Metadata& metadata) {
  std::vector<SafetensorsTensor> tensors;
  for (const State::Entry& entry : state.entries())
    tensors.push_back({entry.name, entry.dtype(), entry.shape(), entry.bytes()});
  return to_safetensors(std::move(tensors), metadata);
}

}  // namespace

bool checkpoint(Bytes bytes) {
  std::optional<SafetensorsReader> file;
  if (!accepts([&] { file.emplace("checkpoint", text_of(bytes)); })) return false;
  for (const SafetensorsEntry& entry : file->entries()) file->read_tensor(entry);

  SmallState first, second;
  const std::vector<std::byte> untouched = first.state.bytes();
  Metadata metadata;
  for (const bool partial : {false, true}) {
    if (accepts([&] { metadata = load_checkpoint(*file, first.state, {.partial = partial}); })) {
      const std::vector<std::byte> saved = saved_bytes(first.state, metadata);
      const SafetensorsReader again("saved", text_of(saved));
      require(load_checkpoint(again, second.state) == metadata, "metadata are kept");
      require(first.state.bytes() == second.state.bytes(), "a loaded State saves and loads to equal bytes");
      return true;
    }
    require(first.state.bytes() == untouched, "a refused file changes nothing");
  }
  return false;
}

}  // namespace gradzoo::fuzz
