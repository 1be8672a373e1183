#include "tools/lab/fit.h"

#include <algorithm>

#include <fmt/format.h>

#include "autograd/tape.h"
#include "nn/learn/schedule.h"
#include "tools/clock.h"

namespace gradzoo {

double fit(const Module& module, const FitOptions& options, const LabContext& context,
           const std::string& what, FunctionRef<Tensor(int64_t step)> loss) {
  const double begun = steady_seconds();
  const int64_t quarter = std::max<int64_t>(1, options.steps / 4);
  Learner learner(module, {.optimizer = options.optimizer});
  for (int64_t step = 0; step < options.steps; ++step) {
    const Tape tape;
    const Tensor value = loss(step);
    learner.step(value, options.lr * cosine_decay(step, options.steps));
    if ((step + 1) % quarter == 0)
      context.progress(
          fmt::format("{}: step {} of {}, loss {:.4g}", what, step + 1, options.steps, value.item()));
  }
  return steady_seconds() - begun;
}

}  // namespace gradzoo
