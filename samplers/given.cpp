#include "samplers/given.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

Tensor completed(const Tensor& x, const Tensor& values, const Tensor& known) {
  return values * known + x * (1.0 - known);
}

Target given(const Target& target, const Tensor& values, const Tensor& known) {
  if (values.rank() != 2 || known.shape() != Shape{values.dim(1)})
    throw Error("given: values {} and known {}. Hint: use (B, d) and (d)", values.shape().str(),
                known.shape().str());
  const Tensor fixed = values * known, free = 1.0 - known;
  const auto filled = [fixed, free](const Tensor& x) { return fixed + x * free; };
  Target out;
  out.binary = target.binary;
  out.domain = target.domain;
  if (target.log_prob) out.log_prob = [filled, f = target.log_prob](const Tensor& x) { return f(filled(x)); };
  if (target.score)
    out.score = [filled, free, s = target.score](const Tensor& x) { return s(filled(x)) * free; };
  return out;
}

}  // namespace gradzoo
