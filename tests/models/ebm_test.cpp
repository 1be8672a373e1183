#include "models/ebm.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"

namespace gradzoo {
namespace {

TEST_CASE("the contrastive loss is the difference of the means of f, and l2 adds the squares of both") {
  const auto f = [](const Tensor& x) { return sum(x, 1); };
  const Tensor data = tensor({1, 2, 3, 4}, {2, 2}, DType::f64);           // f: 3, 7
  const Tensor samples = tensor({0, 1, 1, 1, 2, 1}, {3, 2}, DType::f64);  // f: 1, 2, 3
  const CdTerms plain = contrastive_divergence(f, data, samples);
  CHECK(plain.loss.item() == doctest::Approx(2.0 - 5.0));
  CHECK(plain.f_data.to_vector() == std::vector<double>{3, 7});
  CHECK(plain.f_sample.to_vector() == std::vector<double>{1, 2, 3});
  const CdTerms regularised = contrastive_divergence(f, data, samples, 0.5);
  CHECK(regularised.loss.item() == doctest::Approx(2.0 - 5.0 + 0.5 * (29.0 + 14.0 / 3)));
}

}  // namespace
}  // namespace gradzoo
