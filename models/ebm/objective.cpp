#include "models/ebm/objective.h"

#include "autograd/ops.h"

namespace gradzoo {

CdTerms contrastive_divergence(TensorFn log_density, const Tensor& data, const Tensor& samples, double l2) {
  const int64_t b = data.dim(0), c = samples.dim(0);
  const Tensor f = log_density(concat(data, samples.detach(), 0));  // (B + C)
  const Tensor f_data = slice(f, 0, 0, b), f_sample = slice(f, 0, b, b + c);
  Tensor loss = mean(f_sample) - mean(f_data);
  if (l2 > 0) loss = loss + (mean(square(f_data)) + mean(square(f_sample))) * l2;
  return {loss, f_data.detach(), f_sample.detach()};
}

}  // namespace gradzoo
