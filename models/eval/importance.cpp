#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/estimate.h"

namespace gradzoo {

Tensor importance_log_likelihood(FunctionRef<Tensor(int64_t)> log_weights, int64_t samples, int64_t at_once) {
  if (samples < 1 || at_once < 1)
    throw Error("importance sampling: {} samples, {} at once. Hint: at least 1", samples, at_once);
  Tensors sums;  // (B, 1) each: logsumexp of a part of the weights
  for (int64_t done = 0; done < samples; done += at_once) {
    sums.push_back(logsumexp(log_weights(std::min(at_once, samples - done)), 1, true));
  }
  return logsumexp(concat(sums, 1), 1) - std::log(static_cast<double>(samples));
}

}  // namespace gradzoo
