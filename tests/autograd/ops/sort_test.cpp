#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// Places of a line in order by the library's stable sort, NaN counting as the largest.
std::vector<int64_t> naive_places(const Doubles& line, bool descending) {
  std::vector<int64_t> places(line.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](int64_t i, int64_t j) {
    double a = line[static_cast<size_t>(i)], b = line[static_cast<size_t>(j)];
    if (descending) std::swap(a, b);
    return std::isnan(b) ? !std::isnan(a) : a < b;
  });
  return places;
}

}  // namespace

TEST_CASE("sort and argsort along any axis are a stable sort of each line, both ways") {
  Tensor x = round(mul(wave({3, 17, 2}), 2.0));  // many equals
  x.mutable_data<double>()[5] = NAN;
  x.mutable_data<double>()[9] = NAN;
  x.mutable_data<double>()[20] = -kInf;
  const Doubles values = x.to_vector();
  for (int axis = 0; axis < 3; ++axis)
    for (const bool descending : {false, true}) {
      const AxisView v = view_axis(x.shape(), axis);
      Doubles wanted(values.size()), places(values.size());
      for (int64_t o = 0; o < v.outer; ++o)
        for (int64_t k = 0; k < v.inner; ++k) {
          Doubles line;
          for (int64_t i = 0; i < v.n; ++i) line.push_back(values[position(v, o, i, k)]);
          const std::vector<int64_t> order = naive_places(line, descending);
          for (int64_t i = 0; i < v.n; ++i) {
            const int64_t from = order[static_cast<size_t>(i)];
            places[position(v, o, i, k)] = static_cast<double>(from);
            wanted[position(v, o, i, k)] = line[static_cast<size_t>(from)];
          }
        }
      const ValuesAndIndices sorted = sort(x, axis - 3, descending);
      CHECK(max_error(sorted.values, wanted) == 0);
      CHECK(max_error(sorted.indices, places) == 0);
      CHECK(same_bytes(argsort(x, axis, descending), sorted.indices));
    }
}

TEST_CASE("NaN counts as the largest, as in max") {
  const Tensor x = tensor({NAN, 3, -1}, {3});
  CHECK(max_error(sort(x).values, {-1, 3, NAN}) == 0);
  CHECK(max_error(sort(x, 0, true).values, {NAN, 3, -1}) == 0);
  CHECK(max_error(topk(x, 1).values, {NAN}) == 0);
}

TEST_CASE("topk is the head of the sorted line") {
  const Tensor x = wave({4, 9});
  for (const bool largest : {false, true})
    for (const int64_t k : {0, 1, 4, 9}) {
      const ValuesAndIndices top = topk(x, k, 1, largest), all_of_it = sort(x, 1, largest);
      CHECK(same_bytes(top.values, slice(all_of_it.values, 1, 0, k).clone()));
      CHECK(same_bytes(top.indices, slice(all_of_it.indices, 1, 0, k)));
    }
  CHECK(error_message([&] { topk(x, 5, 0); }) ==
        "topk: 5 of 4 numbers on axis 0 of (4,9). Hint: 0 <= k <= 4");
}

TEST_CASE("gradients of sorted numbers go to where these stood") {
  const Tensor x = tensor({3, 1, 2, 5, 5, 4}, {2, 3}, DType::f64).requires_grad_();
  const Tensor weights = tensor({1, 10, 100}, {3}, DType::f64);
  Tape tape;
  CHECK(max_error(grad(sum(sort(x).values * weights), x), {100, 1, 10, 10, 100, 1}) == 0);
  CHECK(max_error(grad(sum(topk(x, 2).values), x), {1, 0, 1, 1, 1, 0}) == 0);
  const Tensor g = grad(sum(square(sort(x).values)), x, {.create_graph = true});
  CHECK(max_error(grad(sum(g), x), {2, 2, 2, 2, 2, 2}) == 0);
}

TEST_CASE("max_with_index gives all the gradient to the first of equals") {
  const Tensor x = tensor({1, 3, 3, 0, 2, 2}, {2, 3}, DType::f64).requires_grad_();
  Tape tape;
  const ValuesAndIndices most = max_with_index(x, 1), least = min_with_index(x, -1, true);
  CHECK(max_error(most.values, {3, 2}) == 0);
  CHECK(max_error(most.indices, {1, 1}) == 0);
  CHECK(most.values.shape() == Shape{2});
  CHECK(max_error(least.values, {1, 0}) == 0);
  CHECK(max_error(least.indices, {0, 0}) == 0);
  CHECK(least.indices.shape() == Shape{2, 1});
  CHECK(max_error(grad(sum(most.values), x), {0, 1, 0, 0, 1, 0}) == 0);
}

TEST_CASE("argmin is the first of the smallest, and names itself") {
  const Tensor x = tensor({1, 0, 0, 2, NAN, -1}, {2, 3});
  CHECK(max_error(argmin(x, 1), {1, 1}) == 0);
  CHECK(error_message([] { argmin(zeros({0}), 0); }) ==
        "argmin: axis 0 of (0) has no elements. Hint: only sum and mean take an empty axis");
}

TEST_CASE("labels are sorted too, each integer exactly") {
  constexpr int64_t kBig = int64_t{1} << 53;
  const Tensor x = tensor(std::vector<int64_t>{kBig + 1, kBig, -5}, {3});
  const Tensor sorted = sort(x).values;
  CHECK(sorted.data<int64_t>()[1] == kBig);
  CHECK(sorted.data<int64_t>()[2] == kBig + 1);
}
