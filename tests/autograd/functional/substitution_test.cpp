#include "autograd/functional/substitution.h"

#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

// f(x) = sum w x^2, where w is read through another handle.
struct Weighted {
  Tensor w = tensor({2, 3}, {2}, DType::f64).requires_grad_();
  Tensor at(const Tensor& value, const Tensor& x) const {
    const Substitution substitution({&w, 1}, {&value, 1});
    return sum(square(x) * w);
  }
};

}  // namespace

TEST_CASE("a tensor has the other's values and history, and afterwards its own") {
  const Weighted f;
  const Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_();
  const Tensor u = tensor({5, 7}, {2}, DType::f64).requires_grad_();
  const Tape tape;
  const Tensor before = sum(square(x) * f.w);
  const Tensor value = u * u;  // a result stands in, and the gradient goes on to u
  const Tensor y = f.at(value, x);
  CHECK(y.item() == 25 + 4 * 49);
  CHECK(grad(y, u, {.retain_graph = true}).to_vector() == Doubles{10, 4 * 14});  // 2 u x^2
  CHECK(grad(y, x).to_vector() == Doubles{2 * 25, 4 * 49});  // 2 x u^2: the product kept u^2, and not w
  CHECK(grad(y, f.w, {.retain_graph = true}).to_vector() == Doubles{0, 0});
  CHECK(f.w.to_vector() == Doubles{2, 3});
  CHECK(f.w.is_leaf());
  CHECK(grad(before, {f.w, x})[0].to_vector() == Doubles{1, 4});
}

TEST_CASE("second derivatives and forward rules go through what stood in") {
  const Weighted f;
  const Tensor x = tensor({1, 2, 3, 4}, {2, 2}, DType::f64);
  const auto rows = [&](const Tensor& points) {
    const Tensor value = exp(f.w.detach());
    const Substitution substitution({&f.w, 1}, {&value, 1});
    return sum(square(points) * f.w, 1);
  };
  const double trace = 2 * (std::exp(2) + std::exp(3));
  for (const TraceMethod method : {TraceMethod::forward, TraceMethod::reverse})
    for (const double found : laplacian(rows, x, {.method = method}).to_vector())
      CHECK(found == approx(trace).epsilon(1e-14));
  const Tensor p = tensor({1, 2}, {2}, DType::f64);
  const Tensor h = hessian([&](const Tensor& w) { return f.at(exp(w), p); }, zeros({2}, DType::f64));
  CHECK(h.to_vector() == Doubles{1, 0, 0, 4});  // x^2 e^w
}

TEST_CASE("two tensors may stand in for each other, and one for itself") {
  const Tensor a = scalar(2, DType::f64).requires_grad_(), b = scalar(3, DType::f64).requires_grad_();
  const Tape tape;
  const std::array own{a, b}, swapped{b, a};
  Tensor y, same;
  {
    const Substitution substitution(own, swapped);
    y = square(a) * b;  // 9 * 2
    same = substitution.result(a);
  }
  CHECK(same.impl() == b.impl());
  CHECK(y.item() == 18);
  const Tensors g = grad(y, {a, b});
  CHECK(g[0].item() == 9);
  CHECK(g[1].item() == 12);
  const Substitution substitution(own, own);
  CHECK(grad(square(a), a).item() == 4);
}

TEST_CASE("a substitution within another ends before it, also by an error") {
  const Tensor a = scalar(2).requires_grad_();
  const Tensor one = scalar(10), two = scalar(20);
  const Substitution outer({&a, 1}, {&one, 1});
  {
    const Substitution inner({&a, 1}, {&two, 1});
    CHECK(a.item() == 20);
    CHECK_FALSE(a.is_leaf());
  }
  CHECK(a.item() == 10);
  const auto fails = [&] {
    const Substitution inner({&a, 1}, {&two, 1});
    throw Error("on the way");
  };
  CHECK(error_message(fails) == "on the way");
  CHECK(a.item() == 10);
}

TEST_CASE("a tape within the call meets the stand-in as a leaf of its own") {
  const Tensor w = scalar(2, DType::f64).requires_grad_();
  const Tensor value = scalar(5, DType::f64).requires_grad_();
  {
    const Substitution substitution({&w, 1}, {&value, 1});
    const Tape tape;
    CHECK(grad(w * w * w, w).item() == 75);
  }
  const Tape tape;
  CHECK(grad(w * w * w, w).item() == 12);
}

TEST_CASE("what does not fit is refused, and nothing is changed") {
  const Tensor w = tensor({2, 3}, {2}).requires_grad_().named("w");
  const auto refusal = [&](const Tensor& value) {
    return error_message([&] { const Substitution substitution({&w, 1}, {&value, 1}); });
  };
  CHECK(contains(refusal(ones({3})), "f32 (3) stands for w(2) of f32. Hint: shape and dtype must agree"));
  CHECK(contains(refusal(ones({2}, DType::f64)), "f64 (2) stands for w(2) of f32"));
  CHECK(contains(refusal(Tensor()), "w(2) has no substitute"));
  CHECK(w.to_vector() == Doubles{2, 3});
  CHECK(w.is_leaf());
}

}  // namespace gradzoo
