#include "base/float_mode.h"

#include "autograd/kernels/threads/parallel.h"

namespace gradzoo::kernels {

void set_flush_denormals(bool flush) {
  FloatMode mode = FloatMode::of_this_thread();
  mode.set_flush(flush);
  mode.apply();
}

}  // namespace gradzoo::kernels
