#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/ebm/ebm.h"

namespace gradzoo {

CdTerms contrastive_divergence(TensorFn log_density, const Tensor& data, const Tensor& samples, double l2) {
  const int64_t b = data.dim(0), c = samples.dim(0);
  const Tensor f = log_density(concat(data, samples.detach(), 0));  // (B + C)
  const Tensor f_data = slice(f, 0, 0, b), f_sample = slice(f, 0, b, b + c);
  Tensor loss = mean(f_sample) - mean(f_data);
  if (l2 > 0) loss = loss + (mean(square(f_data)) + mean(square(f_sample))) * l2;
  return {loss, f_data.detach(), f_sample.detach()};
}

double largest_gap(int64_t dimension, double l2) {
  const double free = 1000 + 100 * static_cast<double>(dimension);
  constexpr double kLeast = 10;  // so far a network may be off before it has learned
  return l2 > 0 ? std::clamp(2 / l2, kLeast, free) : free;
}

}  // namespace gradzoo
