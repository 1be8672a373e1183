#include "autograd/ops/diagonal.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

double at(const Tensor& x, int64_t which, int64_t i, int64_t j) {
  const int64_t rows = x.dim(-2), columns = x.dim(-1);
  return x.to_vector()[static_cast<size_t>((which * rows + i) * columns + j)];
}

}  // namespace

TEST_CASE("the k-th diagonal is that of the loop, for every k") {
  for (const Shape& shape :
       {Shape{3, 3}, Shape{2, 4}, Shape{4, 2}, Shape{2, 3, 3}, Shape{1, 1}, Shape{0, 3}}) {
    const Tensor x = wave(shape);
    const int64_t rows = shape[-2], columns = shape[-1], batch = shape.rank() == 3 ? shape[0] : 1;
    for (int64_t k = -5; k <= 5; ++k) {
      std::vector<double> wanted;
      for (int64_t s = 0; s < batch; ++s)
        for (int64_t i = 0; i < rows; ++i) {
          if (i + k >= 0 && i + k < columns) wanted.push_back(at(x, s, i, i + k));
        }
      CAPTURE(shape.str());
      CAPTURE(k);
      const Tensor d = diagonal(x, k);
      CHECK(d.rank() == shape.rank() - 1);
      CHECK(d.to_vector() == wanted);
    }
  }
}

TEST_CASE("diag_embed puts a vector where diagonal takes it, and zeros elsewhere") {
  for (const Shape& shape : {Shape{3}, Shape{2, 3}, Shape{1}, Shape{0}, Shape{2, 2, 2}}) {
    const Tensor x = wave(shape);
    for (int64_t k = -2; k <= 2; ++k) {
      const Tensor y = diag_embed(x, k);
      const int64_t n = shape[-1] + std::abs(k);
      CHECK(y.shape() == shape.erase(shape.rank() - 1).insert(shape.rank() - 1, n).insert(shape.rank(), n));
      CHECK(diagonal(y, k).to_vector() == x.to_vector());
      CHECK(sum(abs(y)).item() == approx(sum(abs(x)).item()));
    }
  }
}

TEST_CASE("diag goes both ways, and trace sums the main diagonal of each matrix") {
  const Tensor x = tensor({1, 2, 3, 4, 5, 6}, {2, 3});
  CHECK(diag(x).to_vector() == std::vector<double>{1, 5});
  CHECK(diag(x, 1).to_vector() == std::vector<double>{2, 6});
  CHECK(diag(tensor({7, 8}, {2})).to_vector() == std::vector<double>{7, 0, 0, 8});
  CHECK(diag(tensor({7}, {1}), -1).to_vector() == std::vector<double>{0, 0, 7, 0});
  CHECK(trace(x).item() == 6);
  CHECK(trace(reshape(arange(8, DType::f64), {2, 2, 2})).to_vector() == std::vector<double>{3, 11});
  CHECK(trace(zeros({0, 0})).item() == 0);
}

TEST_CASE("diagonals of what is no matrix are refused") {
  CHECK(error_message([] { diagonal(zeros({3})); }) ==
        "diagonal: (3) is not a matrix. Hint: pass (..., m, n)");
  CHECK(error_message([] { diag_embed(zeros({})); }).starts_with("diag_embed: a scalar has no axis"));
  CHECK(error_message([] { diag(zeros({2, 2, 2})); }).starts_with("diag: (2,2,2) is neither a vector nor"));
  CHECK(error_message([] {
          apply(ops::DiagEmbed{0, 2, 2}, zeros({3}));
        }) == "diag_embed: (3) is not diagonal 0 of (2,2). Hint: pass as many elements as this diagonal has");
}
