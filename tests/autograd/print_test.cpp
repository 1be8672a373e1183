#include "gradzoo/autograd/print.h"

#include <limits>
#include <sstream>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

TEST_CASE("a tensor is printed with its dtype and shape, an axis a level, numbers of one width") {
  CHECK(to_string(tensor({1, 2.5, -3, 10, 0, 7}, {2, 3})) ==
        "f32 (2,3)\n"
        "[[  1, 2.5,  -3],\n"
        " [ 10,   0,   7]]");
  CHECK(to_string(tensor({1, 2, 3, 4}, {2, 2, 1}, DType::i64)) ==
        "i64 (2,2,1)\n"
        "[[[1],\n"
        "  [2]],\n"
        " [[3],\n"
        "  [4]]]");
  CHECK(to_string(tensor({1234567890, 1}, {2}, DType::i64)) == "i64 (2)\n[1234567890,          1]");
  CHECK(to_string(full({}, 0.123456, DType::f64)) == "f64 ()\n0.1235");
  CHECK(to_string(full({}, 0.123456, DType::f64), {.digits = 2}) == "f64 ()\n0.12");
  CHECK(to_string(zeros({0, 3})) == "f32 (0,3)\n[]");
  CHECK(to_string(zeros({2, 0})) == "f32 (2,0)\n[[],\n []]");
  CHECK(to_string(Tensor()) == "undefined tensor");
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(to_string(tensor({inf, -inf}, {2})) == "f32 (2)\n[ inf, -inf]");
}

TEST_CASE("of a large tensor the ends of each axis are shown") {
  CHECK(to_string(arange(10), {.whole = 5, .edge = 2}) == "f32 (10)\n[0, 1, ..., 8, 9]");
  CHECK(to_string(reshape(arange(24), {2, 12}), {.whole = 20, .edge = 1}) ==
        "f32 (2,12)\n"
        "[[ 0, ..., 11],\n"
        " [12, ..., 23]]");
  CHECK(to_string(zeros({2000})).size() < 100);
}

TEST_CASE("streams and fmt print the same, of a view its own values") {
  const Tensor row = reshape(arange(6), {3, 2}).rows(1, 2);
  std::ostringstream out;
  out << row;
  CHECK(out.str() == "f32 (1,2)\n[[2, 3]]");
  CHECK(fmt::format("{}", row) == out.str());
}

}  // namespace gradzoo
