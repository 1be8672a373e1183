#include "autograd/ops/triangular.h"

#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/numbers.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// A well-conditioned triangle of each matrix; what is in the other half is wrong on purpose.
Tensor triangle_of(const Shape& shape, DType dtype = DType::f64) {
  return wave(shape, dtype) + eye(shape[-1], dtype) * static_cast<double>(2 * shape[-1] + 2);
}

}  // namespace

TEST_CASE("tril and triu keep what the loop keeps, for every k") {
  for (const Shape& shape :
       {Shape{3, 3}, Shape{2, 4}, Shape{4, 2}, Shape{2, 3, 3}, Shape{0, 3}, Shape{3, 0}}) {
    const Tensor x = wave(shape);
    const std::vector<double> values = x.to_vector();
    for (int64_t k = -5; k <= 5; ++k) {
      std::vector<double> lower = values, upper = values;
      for (size_t e = 0; e < values.size(); ++e) {
        const auto flat = static_cast<int64_t>(e);
        const int64_t i = flat / shape[-1] % shape[-2], j = flat % shape[-1];
        if (j - i > k) lower[e] = 0;
        if (j - i < k) upper[e] = 0;
      }
      CAPTURE(shape.str());
      CAPTURE(k);
      CHECK(tril(x, k).to_vector() == lower);
      CHECK(triu(x, k).to_vector() == upper);
    }
  }
}

TEST_CASE("an offset at the ends of int64 keeps all or nothing") {
  const Tensor x = wave({3, 4});
  const int64_t most = std::numeric_limits<int64_t>::max(), least = std::numeric_limits<int64_t>::min();
  for (const int64_t near : {int64_t{0}, int64_t{1}, int64_t{2}}) {
    CHECK(tril(x, most - near).to_vector() == x.to_vector());
    CHECK(triu(x, least + near).to_vector() == x.to_vector());
    CHECK(max(abs(triu(x, most - near))).item() == 0);
    CHECK(max(abs(tril(x, least + near))).item() == 0);
  }
}

TEST_CASE("what tril drops may be infinite or NaN") {
  const Tensor x = tensor({1, kInf, 2, 3}, {2, 2}, DType::f64);
  CHECK(tril(x).to_vector() == std::vector<double>{1, 0, 2, 3});
  CHECK(triu(transpose(x)).to_vector() == std::vector<double>{1, 2, 0, 3});
  CHECK(tril(log(neg(x)), -5).to_vector() == std::vector<double>(4, 0));
}

TEST_CASE("tril of large stacks is the same bytes at any number of threads") {
  const Tensor x = wave({7, 130, 90}, DType::f32);
  CHECK(same_at_any_thread_count([&] { return tril(x, 3).to_vector(); }));
}

TEST_CASE("a triangle times its solution is b, in both dtypes, over stacks that broadcast") {
  const std::pair<Shape, Shape> shapes[] = {{{3, 3}, {3, 2}},       {{2, 3, 3}, {3, 2}},
                                            {{3, 3}, {4, 3, 1}},    {{2, 1, 3, 3}, {5, 3, 2}},
                                            {{0, 3, 3}, {0, 3, 2}}, {{0, 0}, {0, 4}}};
  for (const auto& [ts, bs] : shapes)
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor t = triangle_of(ts, dtype), b = wave(bs, dtype, 0.4);
      for (const bool upper : {false, true})
        for (const bool transpose : {false, true}) {
          const Tensor x = triangular_solve(t, b, {.upper = upper, .transpose = transpose});
          const Tensor product = matmul(upper ? triu(t) : tril(t), x, transpose);
          CHECK(max_error(product, broadcast_to(b, x.shape()).to_vector()) <
                (dtype == DType::f32 ? 1e-5 : 1e-14));
        }
    }
}

TEST_CASE("the half that is not read may be NaN, and gets no gradient") {
  Tensor t = tensor({2, kNaN, 1, 4}, {2, 2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor x = triangular_solve(t, tensor({2, 9}, {2}, DType::f64));
  CHECK(x.to_vector() == std::vector<double>{1, 2});
  const std::vector<double> g = grad(sum(x), t).to_vector();
  CHECK(g[1] == 0);
  CHECK(g[3] == approx(-0.5));  // d (9 - t10 x0) / t11 = -x1 / t11
}

TEST_CASE("a vector is solved as a column, by each matrix of a stack") {
  const Tensor t = triangle_of({4, 3, 3}), b = wave({3});
  const Tensor x = triangular_solve(t, b);
  CHECK(x.shape() == Shape{4, 3});
  CHECK(max_error(x, triangular_solve(t, unsqueeze(b, 1)).to_vector()) == 0);
}

TEST_CASE("triangles of extreme size are solved without overflow on the way") {
  const Tensor t = tensor({1e-300, 0, 1, 1e300}, {2, 2}, DType::f64);
  const Tensor x = triangular_solve(t, tensor({1e-305, 1}, {2}, DType::f64));
  CHECK(max_error(x, {1e-5, 1e-300 * (1 - 1e-5)}) < 1e-15);
}

TEST_CASE("triangular_solve says what it cannot solve") {
  CHECK_THROWS_WITH_AS(triangular_solve(tensor({1, 0, 2, 0}, {2, 2}), ones({2})),
                       "triangular_solve: element 1 on the diagonal of (2,2) is 0. Hint: a triangle with a 0 "
                       "there has no inverse",
                       Error);
  CHECK_THROWS_WITH_AS(triangular_solve(concat(ones({1, 1, 1}), zeros({1, 1, 1}), 0), ones({1})),
                       doctest::Contains("element 0 on the diagonal of matrix 1 of (2,1,1) is 0"), Error);
  CHECK(contains(error_message([] { triangular_solve(ones({2, 3}), ones({2})); }), "(2,3) is not square"));
  CHECK_THROWS_WITH_AS(
      triangular_solve(ones({2, 2}), ones({3, 1})),
      "triangular_solve: (2,2) and (3,1) do not fit. Hint: pass a (..., n, n) and b (..., n, m), or b (n)",
      Error);
  CHECK_THROWS_WITH_AS(triangular_solve(ones({2, 2, 2}), ones({3, 2, 1})),
                       doctest::Contains("triangular_solve: shapes (2) and (3)"), Error);
  CHECK(contains(error_message([] { tril(ones({2})); }), "tril: (2) is not a matrix"));
}
