#include <limits>

#include <doctest/doctest.h>

#include "autograd/ops/solve.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// B B' + I: positive definite.
Tensor definite(const Shape& shape, DType dtype = DType::f64) {
  const Tensor b = wave(shape, dtype);
  return matmul(b, b, false, true) + eye(shape[-1], dtype);
}

}  // namespace

TEST_CASE("the factor is lower triangular, positive on its diagonal, and L L' is A") {
  for (const Shape& shape : {Shape{1, 1}, Shape{4, 4}, Shape{3, 5, 5}, Shape{2, 2, 3, 3}, Shape{0, 3, 3},
                             Shape{0, 0}, Shape{40, 40}}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor a = definite(shape, dtype), l = cholesky(a);
      CHECK(l.dtype() == dtype);
      CHECK(max_error(matmul(l, l, false, true), a.to_vector()) < (dtype == DType::f32 ? 1e-5 : 1e-13));
      CHECK(l.to_vector() == tril(l).to_vector());
      for (const double d : diagonal(l).to_vector()) CHECK(d > 0);
    }
  }
}

TEST_CASE("of a matrix that is not symmetric it factors the symmetric part") {
  const Tensor a = tensor({4, 1, 3, 5}, {2, 2}, DType::f64);
  CHECK(cholesky(a).to_vector() == std::vector<double>{2, 0, 1, 2});
}

TEST_CASE("factors of extreme size are true") {
  const double least = std::numeric_limits<double>::min(), greatest = std::numeric_limits<double>::max();
  const Tensor l = cholesky(diag(tensor({least, 1, greatest}, {3}, DType::f64)));
  CHECK(max_error(diagonal(l) / tensor({std::sqrt(least), 1, std::sqrt(greatest)}, {3}, DType::f64),
                  {1, 1, 1}) < 1e-15);
  // Nearly singular: [[1, c], [c, 1]] has pivot 1 - c^2.
  const double c = 1 - 1e-10;
  const Tensor near = cholesky(tensor({1, c, c, 1}, {2, 2}, DType::f64));
  CHECK(near.to_vector()[3] == approx(std::sqrt(1 - c * c)).epsilon(1e-6));
}

TEST_CASE("cholesky says which matrix has no factor, and from which pivot on") {
  const auto of = [](const std::vector<double>& values, const Shape& shape) {
    return error_message([&] { cholesky(tensor(values, shape, DType::f64)); });
  };
  CHECK(of({1, 2, 2, 1}, {2, 2}) ==
        "cholesky: (2,2) is not positive definite: pivot 1 is not above 0. Hint: add a small multiple of the "
        "identity");
  CHECK(contains(of({1, 0, 0, 1, -1, 0, 0, 1}, {2, 2, 2}),
                 "matrix 1 of (2,2,2) is not positive definite: pivot 0"));
  CHECK(contains(of({0}, {1, 1}), "pivot 0"));
  CHECK(contains(of({1, 1, 1, 1}, {2, 2}), "pivot 1"));
  CHECK(of({kInf}, {1, 1}).starts_with("cholesky: (1,1) holds NaN or infinity"));
  CHECK(of({1, kNaN, 0, 1}, {2, 2}).starts_with("cholesky: (2,2) holds NaN or infinity"));
  CHECK(contains(of({1, 2}, {1, 2}), "cholesky: (1,2) is not square. Hint: pass (..., n, n)"));
  CHECK(contains(of({1, 2}, {2}), "cholesky: (2) is not a matrix"));
}
