#include "gradzoo/samplers/compose.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

void check_factors(std::span<const Target> factors) {
  if (factors.empty()) throw Error("product_of: the list of factors is empty. Hint: pass one or more");
  for (const Target& factor : factors) {
    if (!factor.log_prob && !factor.score)
      throw Error("product_of: a factor has neither log_prob nor score. Hint: set one of them");
    if (factor.binary != factors[0].binary)
      throw Error("product_of: one factor is binary and another is not. Hint: use factors of the same kind");
  }
}

template <class Term>
Tensor sum_over(const std::vector<Target>& factors, Term term) {
  Tensor total = term(factors[0]);
  for (size_t i = 1; i < factors.size(); ++i) total = total + term(factors[i]);
  return total;
}

}  // namespace

Target product_of_all(std::span<const Target> factors) {
  check_factors(factors);
  Target product{.binary = factors[0].binary};
  bool share_noise = true;
  for (const Target& factor : factors) {
    product.domain = {std::max(product.domain.lower, factor.domain.lower),
                      std::min(product.domain.upper, factor.domain.upper)};
    share_noise = share_noise && factor.data_noise == factors[0].data_noise;
  }
  if (share_noise)
    product.data_noise = factors[0].data_noise / std::sqrt(static_cast<double>(factors.size()));
  const std::vector<Target> all(factors.begin(), factors.end());
  if (std::ranges::all_of(all, [](const Target& factor) { return bool(factor.log_prob); })) {
    product.log_prob = [all](const Tensor& x) {
      return sum_over(all, [&](const Target& factor) { return factor.log_prob(x); });
    };
  } else {
    product.score = [all](const Tensor& x) {
      return sum_over(all, [&](const Target& factor) { return value_and_score(factor, x).score; });
    };
  }
  return product;
}

}  // namespace gradzoo
