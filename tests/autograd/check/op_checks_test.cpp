#include "gradzoo/autograd/check/op_checks.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// An op of a user, outside the tree: y = x^3.
struct Cube {
  static constexpr const char* name = "cube";
  static constexpr const char* formula = "y = x^3;  dx = 3 g x^2";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    visit_floating(out.dtype(), [&]<class T>() {
      const T* x = in[0].data<T>();
      T* y = out.mutable_data<T>();
      for (int64_t i = 0; i < out.size(); ++i) y[i] = x[i] * x[i] * x[i];
    });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, mul(square(v.in(0)), 3.0))); }
  static std::vector<OpCase<Cube>> cases() { return unary_cases<Cube>({}); }
};

struct CubeWrongFirst : Cube {
  static constexpr const char* name = "cube_wrong_first";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, square(v.in(0)))); }
  static std::vector<OpCase<CubeWrongFirst>> cases() { return unary_cases<CubeWrongFirst>({}); }
};

struct CubeWrongSecond : Cube {
  static constexpr const char* name = "cube_wrong_second";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, mul(square(v.in(0).detach()), 3.0))); }
  static std::vector<OpCase<CubeWrongSecond>> cases() { return unary_cases<CubeWrongSecond>({}); }
};

struct CubeUnreadSave : Cube {
  static constexpr const char* name = "cube_unread_save";
  static constexpr std::array<unsigned, 1> saves = {reads_in(0) | kReadsOut};
  static std::vector<OpCase<CubeUnreadSave>> cases() { return unary_cases<CubeUnreadSave>({}); }
};

struct CubeUnsaved : Cube {
  static constexpr const char* name = "cube_unsaved";
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  static std::vector<OpCase<CubeUnsaved>> cases() { return unary_cases<CubeUnsaved>({}); }
};

struct CubeCalledLinear : Cube {
  static constexpr const char* name = "cube_called_linear";
  static constexpr Kind kind = Kind::linear;
  static std::vector<OpCase<CubeCalledLinear>> cases() { return unary_cases<CubeCalledLinear>({}); }
};

struct CubeWithoutFormula : Cube {
  static constexpr const char* name = "cube_without_formula";
  static constexpr const char* formula = "";
  static std::vector<OpCase<CubeWithoutFormula>> cases() { return unary_cases<CubeWithoutFormula>({}); }
};

struct CubeCoarseInF32 : Cube {
  static constexpr const char* name = "cube_coarse_in_f32";
  void forward(Inputs in, Tensor& out) const {
    Cube::forward(in, out);
    if (out.dtype() != DType::f32) return;
    float* y = out.mutable_data<float>();
    for (int64_t i = 0; i < out.size(); ++i) y[i] *= 1.0001f;
  }
  static std::vector<OpCase<CubeCoarseInF32>> cases() { return unary_cases<CubeCoarseInF32>({}); }
};

/// y = a b, right at equal shapes, which are its only cases.
struct Product {
  static constexpr const char* name = "product";
  static constexpr const char* formula = "y = a b;  da = g b;  db = g a";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void forward(Inputs in, Tensor& out) const {
    const NoGrad guard;
    const Tensor y = mul(in[0], in[1]);
    visit_floating(out.dtype(),
                   [&]<class T>() { std::copy_n(y.data<T>(), y.size(), out.mutable_data<T>()); });
  }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
    if (v.needs(1)) v.give(1, mul(g, v.in(0)));
  }
  static std::vector<OpCase<Product>> cases() { return {{{}, {{.shape = {2, 3}}, {.shape = {2, 3}}}}}; }
};

/// Sums its gradient back by itself, and takes the mean.
struct ProductWrongBroadcast : Product {
  static constexpr const char* name = "product_wrong_broadcast";
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
    if (!v.needs(1)) return;
    const Shape& shape = v.shape(1);
    const double share = static_cast<double>(shape.size()) / static_cast<double>(g.size());
    v.give(1, mul(sum_to(mul(g, v.in(0)), shape), share));
  }
  static std::vector<OpCase<ProductWrongBroadcast>> cases() {
    return {{{}, {{.shape = {2, 3}}, {.shape = {2, 3}}}}};
  }
};

struct ProductForgetsInput : Product {
  static constexpr const char* name = "product_forgets_input";
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
  }
  static std::vector<OpCase<ProductForgetsInput>> cases() {
    return {{{}, {{.shape = {2, 3}}, {.shape = {2, 3}}}}};
  }
};

/// Sums along a row what it should not: an elementwise op in name alone.
struct RowSum : Cube {
  static constexpr const char* name = "row_sum";
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  void forward(Inputs in, Tensor& out) const {
    visit_floating(out.dtype(), [&]<class T>() {
      T total = 0;
      for (int64_t i = 0; i < in[0].size(); ++i) total += in[0].data<T>()[i];
      std::fill_n(out.mutable_data<T>(), out.size(), total);
    });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, broadcast_to(sum(g), g.shape())); }
  static std::vector<OpCase<RowSum>> cases() { return unary_cases<RowSum>({}); }
};

}  // namespace

TEST_CASE("an op outside the tree is applied, differentiated twice and passes every check") {
  Tensor x = tensor({2, -1}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor dx = grad(sum(apply<Cube>(x)), x, {.create_graph = true});
  CHECK(dx.to_vector() == std::vector<double>{12, 3});
  CHECK(grad(sum(dx), x).to_vector() == std::vector<double>{12, -6});

  const OpReport report = gradcheck_op<Cube>(3);
  CHECK_MESSAGE(report.ok, report.message);
  CHECK(report.name == "cube");
  CHECK(report.order == 3);
  CHECK(report.cases > 7);  // its seven, and larger ones
  CHECK(report.worst_error > 0);
  CHECK(report.worst_error < 1e-6);
  CHECK(gradcheck_op<Product>().ok);
}

TEST_CASE("an op with a wrong first derivative is caught and named") {
  const OpReport report = gradcheck_op<CubeWrongFirst>();
  CHECK_FALSE(report.ok);
  CHECK_MESSAGE(contains(report.message, "cube_wrong_first at (), order 1: d output / d input 0"),
                report.message);
}

TEST_CASE("an op with a wrong second derivative is caught and named") {
  const OpReport report = gradcheck_op<CubeWrongSecond>();
  CHECK_FALSE(report.ok);
  CHECK_MESSAGE(
      contains(report.message, "cube_wrong_second at (), order 2: d the gradient of input 0 / d input 0"),
      report.message);
  CHECK(gradcheck_op<CubeWrongSecond>(1).ok);
}

TEST_CASE("an op that is wrong only under broadcasting is caught and named") {
  const OpReport report = gradcheck_op<ProductWrongBroadcast>();
  CHECK_FALSE(report.ok);
  check_says(report.message, {"product_wrong_broadcast at (2,3) x (3), order 1: d output[", "d input 1["});
}

TEST_CASE("an op whose vjp forgets an input is caught") {
  const OpReport report = gradcheck_op<ProductForgetsInput>();
  CHECK_FALSE(report.ok);
  CHECK_MESSAGE(contains(report.message, "product_forgets_input at (2,3) x (2,3), order 1"), report.message);
}

TEST_CASE("an op that saves what its vjp never reads is caught, and one that reads what it did not save") {
  CHECK(gradcheck_op<CubeUnreadSave>().message ==
        "cube_unread_save: it saves its output for the gradient of input 0, and its vjp never reads it. "
        "Hint: remove it from `saves`");
  const OpReport report = gradcheck_op<CubeUnsaved>();
  CHECK_MESSAGE(contains(report.message, "its vjp reads a tensor that it did not save"), report.message);
}

TEST_CASE("an op that misstates its kind is caught") {
  const OpReport linear = gradcheck_op<CubeCalledLinear>();
  CHECK_MESSAGE(contains(linear.message, "cube_called_linear at (): it declares Kind::linear"),
                linear.message);
  const OpReport elementwise = gradcheck_op<RowSum>();
  CHECK_MESSAGE(contains(elementwise.message, "row_sum at (5): it declares Kind::elementwise"),
                elementwise.message);
}

TEST_CASE("an op whose f32 kernel is coarse is caught") {
  const OpReport report = gradcheck_op<CubeCoarseInF32>();
  CHECK_FALSE(report.ok);
  CHECK_MESSAGE(contains(report.message, "its value has"), report.message);
}

TEST_CASE("an op without a formula is caught") {
  CHECK(gradcheck_op<CubeWithoutFormula>().message ==
        "cube_without_formula: it has no formula. Hint: set Op::formula");
}
