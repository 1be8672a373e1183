#include "autograd/ops/reduce.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "support/approx.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// f over each line of x along an axis, line by line.
template <class Fn>
std::vector<double> naive(const Tensor& x, int axis, Fn&& f) {
  const AxisView v = view_axis(x.shape(), axis);
  const std::vector<double> values = x.to_vector();
  std::vector<double> out;
  for (int64_t o = 0; o < v.outer; ++o)
    for (int64_t k = 0; k < v.inner; ++k) {
      std::vector<double> line;
      for (int64_t i = 0; i < v.n; ++i) line.push_back(values[position(v, o, i, k)]);
      out.push_back(f(line));
    }
  return out;
}

double total(const std::vector<double>& line) {
  double s = 0;
  for (double x : line) s += x;
  return s;
}

double variance(const std::vector<double>& line) {
  const double m = total(line) / static_cast<double>(line.size());
  double s = 0;
  for (double x : line) s += (x - m) * (x - m);
  return s / static_cast<double>(line.size() - 1);
}

double largest(const std::vector<double>& line) { return *std::max_element(line.begin(), line.end()); }
double smallest(const std::vector<double>& line) { return *std::min_element(line.begin(), line.end()); }

}  // namespace

TEST_CASE("Reductions over any axis are what a loop over each line gives") {
  for (const Shape& shape : {Shape{7}, Shape{3, 5}, Shape{2, 3, 4}, Shape{2, 1, 3, 2}, Shape{1, 300}})
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor x = wave(shape, dtype);
      const double tolerance = dtype == DType::f32 ? 1e-5 : 1e-13;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        CAPTURE(shape.str());
        CAPTURE(axis);
        CHECK(max_error(sum(x, axis), naive(x, axis, total)) < tolerance);
        CHECK(max_error(max(x, axis), naive(x, axis, largest)) == 0);
        CHECK(max_error(min(x, axis - shape.rank()), naive(x, axis, smallest)) == 0);
        CHECK(max_error(mean(x, axis), naive(x, axis, [](const std::vector<double>& line) {
                          return total(line) / static_cast<double>(line.size());
                        })) < tolerance);
        if (shape[axis] > 1) CHECK(max_error(var_axis(x, axis), naive(x, axis, variance)) < tolerance);
        CHECK(sum(x, axis).shape() == shape.erase(axis));
        CHECK(max(x, axis, true).shape() == shape.erase(axis).insert(axis, 1));
      }
    }
}

TEST_CASE("Reductions over everything give a scalar") {
  const Tensor x = wave({2, 3, 4});
  CHECK(sum(x).shape() == Shape{});
  CHECK(sum(x).item() == approx(total(x.to_vector())));
  CHECK(mean(x).item() == approx(total(x.to_vector()) / 24));
  CHECK(var(x).item() == approx(variance(x.to_vector())));
  CHECK(var(x, 0).item() == approx(variance(x.to_vector()) * 23 / 24));
  CHECK(max(x).item() == largest(x.to_vector()));
  CHECK(min(x).item() == smallest(x.to_vector()));
  CHECK(sum(scalar(3.0)).item() == 3.0);
}

TEST_CASE("Over nothing, sum is 0, mean is NaN and max is an error") {
  CHECK(sum(zeros({0})).item() == 0.0);
  CHECK(max_error(sum(zeros({2, 0}), 1), {0, 0}) == 0);
  CHECK(sum(zeros({2, 0}), 0).shape() == Shape{0});
  CHECK(std::isnan(mean(zeros({0})).item()));
  CHECK(std::isnan(var(ones({1})).item()));
  CHECK_THROWS_WITH_AS(max(zeros({2, 0}), 1),
                       "max: axis 1 of (2,0) has no elements. Hint: only sum and mean take an empty axis",
                       Error);
  CHECK(error_message([] { argmax(zeros({0}), 0); }) ==
        "argmax: axis 0 of (0) has no elements. Hint: only sum and mean take an empty axis");
  CHECK(max(zeros({2, 0}), 0).shape() == Shape{0});
}

TEST_CASE("An axis that does not exist is named") {
  CHECK_THROWS_WITH_AS(sum(zeros({2, 3}), 2),
                       "sum: axis 2 of a tensor with 2 axes. Hint: axes run from -2 to 1", Error);
}

TEST_CASE("Equal largest values share the gradient, and the shares are constants") {
  Tensor x = tensor({1, 3, 3, 0, 2, 2}, {2, 3}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor g = grad(sum(max(x, 1)), x, {.create_graph = true});
  CHECK(max_error(g, {0, 0.5, 0.5, 0, 0.5, 0.5}) == 0);
  CHECK_FALSE(g.requires_grad());
  CHECK(max_error(grad(min(x), x), {0, 0, 0, 1, 0, 0}) == 0);
}

TEST_CASE("A NaN or an infinity stays one through the reductions") {
  const Tensor x = tensor({1, NAN, 2, -kInf, 0, 5}, {2, 3});
  CHECK(max_error(sum(x, 1), {NAN, -kInf}) == 0);
  CHECK(max_error(max(x, 1), {NAN, 5}) == 0);
  CHECK(max_error(min(x, 1), {NAN, -kInf}) == 0);
}

TEST_CASE("sum_to sums exactly what broadcasting repeated") {
  const Tensor x = wave({2, 3, 4});
  for (const Shape& shape : {Shape{2, 3, 4}, Shape{3, 4}, Shape{4}, Shape{}, Shape{1, 3, 1}, Shape{2, 1, 4},
                             Shape{3, 1}, Shape{2, 1, 1}, Shape{1, 1, 1}}) {
    CAPTURE(shape.str());
    const Tensor y = sum_to(x, shape);
    CHECK(y.shape() == shape);
    // <sum_to(x), z> = <x, broadcast_to(z)>
    const Tensor z = wave(shape, DType::f64, 0.3);
    CHECK(sum(mul(y, z)).item() == approx(sum(mul(x, broadcast_to(z, {2, 3, 4}))).item()));
  }
  CHECK_THROWS_WITH_AS(sum_to(x, {3, 2}),
                       "sum_to: shapes (2,3,4) and (1,3,2) do not broadcast. Hint: aligned at the last axis, "
                       "sizes must agree or be 1",
                       Error);
  CHECK_THROWS_WITH_AS(
      sum_to(zeros({1, 3}), {2, 3}),
      "sum_to: (2,3) is not a shape that (1,3) was broadcast from. Hint: sizes agree or are 1", Error);
}

TEST_CASE("cumsum runs from either end, and its gradient from the other") {
  Tensor x = tensor({1, 2, 3, 4, 5, 6}, {2, 3}, DType::f64).requires_grad_();
  Tape tape;
  CHECK(max_error(cumsum(x, 1), {1, 3, 6, 4, 9, 15}) == 0);
  CHECK(max_error(cumsum(x, 1, true), {6, 5, 3, 15, 11, 6}) == 0);
  CHECK(max_error(cumsum(x, 0), {1, 2, 3, 5, 7, 9}) == 0);
  CHECK(max_error(grad(sum(cumsum(x, 1)), x), {3, 2, 1, 3, 2, 1}) == 0);
}

TEST_CASE("argmax is the first of equals") {
  const Tensor x = tensor({1, 3, 3, 2, 2, 0}, {2, 3});
  CHECK(max_error(argmax(x, 1), {1, 0}) == 0);
  CHECK(max_error(argmax(x, 0), {1, 0, 0}) == 0);
  CHECK(argmax(x, 1).dtype() == DType::i64);
}
