#include "gradzoo/nn/layers/module.h"

namespace gradzoo {
namespace {

State state_of(const Module& module) {
  State state;
  for (const NamedTensor& p : module.named_parameters()) state.add(p.name, p.tensor);
  for (const NamedTensor& b : module.named_buffers()) state.add(b.name, b.tensor);
  return state;
}

}  // namespace

void save(const Module& module, const std::string& path) { save_checkpoint(path, state_of(module)); }

void load(Module& module, const std::string& path, const LoadOptions& options) {
  State state = state_of(module);
  load_checkpoint(path, state, options);
}

}  // namespace gradzoo
