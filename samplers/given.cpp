#include "samplers/given.h"

#include "autograd/base/error.h"
#include "autograd/ops.h"

namespace gradzoo {

Target given(const Target& target, const Tensor& values, const Tensor& known) {
  if (values.rank() != 2 || known.shape() != Shape{values.dim(1)})
    throw Error("given: values {} and known {}. Hint: (B, d) and (d)", values.shape().str(),
                known.shape().str());
  const Tensor fixed = values * known, free = 1.0 - known;
  const auto completed = [fixed, free](const Tensor& x) { return fixed + x * free; };
  Target out;
  if (target.log_prob)
    out.log_prob = [completed, f = target.log_prob](const Tensor& x) { return f(completed(x)); };
  if (target.score)
    out.score = [completed, free, s = target.score](const Tensor& x) { return s(completed(x)) * free; };
  return out;
}

}  // namespace gradzoo
