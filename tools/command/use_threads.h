#pragma once

#include <cstdint>

#include "autograd/kernels/threads/parallel.h"

namespace gradzoo {

/// Takes a command's --threads; 0: as many as the cores.
inline void use_threads(int64_t threads) {
  if (threads > 0) kernels::set_threads(static_cast<int>(threads));
}

}  // namespace gradzoo
