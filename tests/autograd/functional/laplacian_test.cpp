#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("Hutchinson's standard error is that of a mean of n probes, n - 1 in their variance") {
  // f = x'Ax/2: a probe's value is v'Av.
  const Tensor a = tensor({2, 0.5, -1, 0.5, 1, 0.3, -1, 0.3, 4}, {3, 3}, DType::f64);
  const auto f = [&](const Tensor& x) { return sum(matmul(x, a) * x, 1) * 0.5; };
  for (const Probe probe : {Probe::rademacher, Probe::gaussian}) {
    Rng rng(14), same(14);
    Tensor error;
    const Tensor found = laplacian(f, zeros({2, 3}, DType::f64),
                                   {.method = TraceMethod::hutchinson,
                                    .probes = 5,
                                    .probe = probe,
                                    .rng = &rng,
                                    .standard_error = &error});
    const Shape rows{10, 3};  // probe after probe, a row of x each
    const Tensor v =
        probe == Probe::rademacher ? rademacher(rows, same, DType::f64) : randn(rows, same, DType::f64);
    const std::vector<double> forms = sum(matmul(v, a) * v, 1).to_vector();
    for (size_t row = 0; row < 2; ++row) {
      double mean = 0, squares = 0;
      for (size_t k = 0; k < 5; ++k) mean += forms[2 * k + row] / 5;
      for (size_t k = 0; k < 5; ++k) squares += std::pow(forms[2 * k + row] - mean, 2);
      CHECK(found.to_vector()[row] == approx(mean).epsilon(1e-12));
      CHECK(error.to_vector()[row] == approx(std::sqrt(squares / 4 / 5)).epsilon(1e-12));
    }
  }
}

TEST_CASE("rows that interact are found where there are but two") {
  const auto mixes = [](const Tensor& t) { return sum(exp(t - mean(t, 0)), 1); };
  Rng rng(3);
  const Tensor x = randn({2, 3}, rng, DType::f64);
  CHECK_THROWS_WITH_AS(laplacian(mixes, x, {.method = TraceMethod::reverse, .check_rows = true}),
                       doctest::Contains("moved row 1"), Error);
}

}  // namespace gradzoo
