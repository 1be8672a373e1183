#include "autograd/binary.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"

namespace gradzoo {

TEST_CASE("products with few ones, with many, and with what is not binary are products") {
  Rng rng(1);
  const Tensor w = round(randn({30, 20}, rng) * 8.0),
               h = round(randn({40, 20}, rng) * 8.0);  // sums are exact
  for (const double p : {0.1, 0.8}) {
    const Tensor x = bernoulli(full({40, 30}, p), rng);
    for (const Tensor& factor : {x, x * 3.0}) {
      CHECK(unit_product(factor, w).to_vector() == matmul(factor, w).to_vector());
      Tensor to = w.clone();
      add_product(factor, h, to, true);
      CHECK(to.to_vector() == (w + matmul(factor, h, true)).to_vector());
      add_product(factor, h, to, false);
      CHECK(to.to_vector() == matmul(factor, h, true).to_vector());
    }
  }
}

}  // namespace gradzoo
