#pragma once

#include <cstdint>
#include <utility>

#include "autograd/kernels/threads/parallel.h"

namespace gradzoo {

/// Runs a command's work on `threads` threads, kept close by from loop to loop; 0: as many as the cores.
template <class Work>
void on_threads(int64_t threads, Work&& work) {
  if (threads > 0) kernels::set_threads(static_cast<int>(threads));
  kernels::with_team(std::forward<Work>(work));
}

}  // namespace gradzoo
