#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// Halves, signed zeros, numbers beyond which all are whole, and what is none.
const std::vector<double> kNumbers = {-3.5, -2.5, -1.5, -0.5, -0.0, 0.0, 0.5,  1.5,   2.5,  3.5,
                                      -1.2, 1.7,  0.49, 1e15, 1e30, NAN, kInf, -kInf, -7.0, 0.3};

void check_each(Tensor (*f)(const Tensor&), double (*oracle)(double)) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = tensor(kNumbers, {static_cast<int64_t>(kNumbers.size())}, dtype);
    std::vector<double> wanted;
    for (const double value : x.to_vector()) wanted.push_back(oracle(value));
    CHECK(max_error(f(x), wanted) == 0);
  }
}

}  // namespace

TEST_CASE("floor, ceil, trunc and round are the C library's, halves rounded to the even") {
  check_each(floor, [](double x) { return std::floor(x); });
  check_each(ceil, [](double x) { return std::ceil(x); });
  check_each(trunc, [](double x) { return std::trunc(x); });
  check_each(round, [](double x) { return std::isfinite(x) ? x - std::remainder(x, 1.0) : x; });
  CHECK(round(tensor({0.5, 1.5, 2.5, -0.5}, {4})).to_vector() == std::vector<double>{0, 2, 2, 0});
}

TEST_CASE("sign, floor and the like are constants to the tape") {
  const Tensor x = tensor({-1.5, 0, 2.5}, {3}, DType::f64).requires_grad_();
  Tape tape;
  CHECK(sign(x).to_vector() == std::vector<double>{-1, 0, 1});
  for (const auto& f : {sign, floor, ceil, trunc, round}) CHECK_FALSE(f(x).requires_grad());
  CHECK(tape.size() == 0);
}
