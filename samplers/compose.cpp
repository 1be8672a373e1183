#include "samplers/compose.h"

#include "autograd/base/error.h"
#include "autograd/ops.h"

namespace gradzoo {

Target product_of(const Target& a, const Target& b) {
  for (const Target* factor : {&a, &b}) {
    if (!factor->log_prob && !factor->score) {
      throw Error("product_of: a factor has neither log_prob nor score. Hint: set one of them");
    }
  }
  Target product;
  if (a.log_prob && b.log_prob) {
    product.log_prob = [a, b](const Tensor& x) { return a.log_prob(x) + b.log_prob(x); };
    return product;
  }
  product.score = [a, b](const Tensor& x) {
    return value_and_score(a, x).score + value_and_score(b, x).score;
  };
  return product;
}

}  // namespace gradzoo
