#include "fuzz/targets.h"

namespace gradzoo::fuzz {

std::span<const Target> targets() {
  static constexpr Target kTargets[] = {
      {"checkpoint", checkpoint}, {"config", config}, {"idx", idx},     {"metrics", metrics},   {"npy", npy},
      {"picture", picture},       {"run", run},       {"serve", serve}, {"settings", settings},
  };
  return kTargets;
}

}  // namespace gradzoo::fuzz
