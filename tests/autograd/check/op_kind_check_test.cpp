// Ops that are not what they declare: each passed before its check was there.
#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "autograd/ops/all.h"
#include "gradzoo/autograd/check/op_checks.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// Computes an op's values by public ops.
template <class Fn>
void fill(Tensor& out, Fn&& values) {
  const NoGrad guard;
  const Tensor y = values();
  visit_floating(out.dtype(), [&]<class T>() { std::copy_n(y.data<T>(), y.size(), out.mutable_data<T>()); });
}

/// What the ops below have in common: of one operand, elementwise, smooth since it says nothing else.
struct Unary {
  static constexpr const char* formula = "y = f(x)";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
};

/// y = a b^2.
struct SquareInB {
  static constexpr const char* name = "square_in_b";
  static constexpr const char* formula = "y = a b^2;  da = g b^2;  db = 2 g a b";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0) | reads_in(1)};
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return mul(in[0], square(in[1])); });
  }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, square(v.in(1))));
    if (v.needs(1)) v.give(1, mul(mul(g, 2.0), mul(v.in(0), v.in(1))));
  }
  static std::vector<OpCase<SquareInB>> cases() { return binary_cases<SquareInB>({}, {}); }
};
struct SquareInBElementwise : SquareInB {
  static constexpr Kind kind = Kind::elementwise;
  static std::vector<OpCase<SquareInBElementwise>> cases() {
    return binary_cases<SquareInBElementwise>({}, {});
  }
};

/// Sums over the axis that is first.
struct SumFront {
  static constexpr const char* name = "sum_front";
  static constexpr const char* formula = "y = sum_i x_i;  dx_i = g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape shape(Inputs in) const { return in[0].shape().erase(0); }
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return sum(in[0], 0); });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, broadcast_to(unsqueeze(g, 0), v.shape(0))); }
  static std::vector<OpCase<SumFront>> cases() { return {{{}, {{.shape = {3, 4}}}}}; }
};

/// Another shape, of which attributes hold the whole, with the axis in front in the wrong place.
struct WronglyLifted {
  static constexpr const char* name = "wrongly_lifted";
  static constexpr const char* formula = "y = x in another shape";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape target;
  WronglyLifted lifted(int64_t k) const { return {target.insert(target.rank(), k)}; }
  Shape shape(Inputs) const { return target; }
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return reshape(in[0], target); });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, reshape(g, v.shape(0))); }
  static std::vector<OpCase<WronglyLifted>> cases() { return {{{{6}}, {{.shape = {2, 3}}}}}; }
};

struct CubeWithSlopes : Unary {
  static constexpr const char* name = "cube_with_slopes";
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return pow(in[0], 3.0); });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, mul(square(v.in(0)), 3.0))); }
  Tensor slopes(const Tensor& x) const {
    return concat({unsqueeze(square(x) * 3.0, 0), unsqueeze(x * 6.0, 0)}, 0);
  }
  static std::vector<OpCase<CubeWithSlopes>> cases() { return {{{}, {{.shape = {3}}}}}; }
};
struct WrongSlopes : CubeWithSlopes {
  static constexpr const char* name = "wrong_slopes";
  Tensor slopes(const Tensor& x) const {
    return concat({unsqueeze(square(x) * 3.0, 0), unsqueeze(x * 5.94, 0)}, 0);
  }
  static std::vector<OpCase<WrongSlopes>> cases() { return {{{}, {{.shape = {3}}}}}; }
};
struct FlatSlopes : CubeWithSlopes {
  static constexpr const char* name = "flat_slopes";
  Tensor slopes(const Tensor& x) const { return reshape(CubeWithSlopes::slopes(x), {-1}); }
  static std::vector<OpCase<FlatSlopes>> cases() { return {{{}, {{.shape = {3}}}}}; }
};
struct UnrecordedSlopes : CubeWithSlopes {
  static constexpr const char* name = "unrecorded_slopes";
  Tensor slopes(const Tensor& x) const { return CubeWithSlopes::slopes(x.detach()); }
  static std::vector<OpCase<UnrecordedSlopes>> cases() { return {{{}, {{.shape = {3}}}}}; }
};

/// y = a b, with the gradient of b doubled where a wants none.
struct DoubledAlone : SquareInB {
  static constexpr const char* name = "doubled_alone";
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return mul(in[0], in[1]); });
  }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
    if (v.needs(1)) v.give(1, mul(mul(g, v.in(0)), v.needs(0) ? 1.0 : 2.0));
  }
  static std::vector<OpCase<DoubledAlone>> cases() { return {{{}, {{.shape = {3}}, {.shape = {3}}}}}; }
};

/// |x|, whose cases keep away from 0.
struct SmoothAbs : Unary {
  static constexpr const char* name = "smooth_abs";
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return abs(in[0]); });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, sign(v.in(0)))); }
  static std::vector<OpCase<SmoothAbs>> cases() { return unary_cases<SmoothAbs>({.avoid = 0.0}); }
};
struct KinkedAbs : SmoothAbs {
  static constexpr int smoothness = 0;
  static std::vector<OpCase<KinkedAbs>> cases() { return unary_cases<KinkedAbs>({.avoid = 0.0}); }
};

/// x |x|: its second derivative jumps.
struct JumpsInSecond : Unary {
  static constexpr const char* name = "jumps_in_second";
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return mul(in[0], abs(in[0])); });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(mul(g, 2.0), abs(v.in(0)))); }
  static std::vector<OpCase<JumpsInSecond>> cases() { return unary_cases<JumpsInSecond>({.avoid = 0.0}); }
};
struct DeclaresOne : JumpsInSecond {
  static constexpr int smoothness = 1;
  static std::vector<OpCase<DeclaresOne>> cases() { return unary_cases<DeclaresOne>({.avoid = 0.0}); }
};

/// x + [x > 0.5]: its value jumps, within its domain.
struct Step : Unary {
  static constexpr const char* name = "step";
  static constexpr int smoothness = 0;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return add(in[0], cast(gt(in[0], full({}, 0.5, in[0].dtype())), in[0].dtype())); });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, g); }
  static std::vector<OpCase<Step>> cases() { return unary_cases<Step>({.avoid = 0.5}); }
};

struct OnlyEmpty : CubeWithSlopes {
  static constexpr const char* name = "only_empty";
  static std::vector<OpCase<OnlyEmpty>> cases() { return {{{}, {{.shape = {0}}}}}; }
};

/// x^3 by a rule on raw buffers, which no sweep can differentiate.
struct RawVjp : CubeWithSlopes {
  static constexpr const char* name = "raw_vjp";
  void vjp(Vjp& v, const Tensor& g) const {
    Tensor dx = empty_like(g);
    visit_floating(g.dtype(), [&]<class T>() {
      const T *x = v.in(0).data<T>(), *u = g.data<T>();
      for (int64_t i = 0; i < g.size(); ++i) dx.mutable_data<T>()[i] = 3 * u[i] * x[i] * x[i];
    });
    v.give(0, dx);
  }
  static std::vector<OpCase<RawVjp>> cases() { return {{{}, {{.shape = {3}}}}}; }
};

/// a b + c^2: not linear in what it calls a bias.
struct BentBias {
  static constexpr const char* name = "bent_bias";
  static constexpr const char* formula = "y = a b + c^2";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr unsigned constants = reads_in(2);
  static constexpr std::array<unsigned, 3> saves = {reads_in(1), reads_in(0), reads_in(2)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    fill(out, [&] { return add(mul(in[0], in[1]), square(in[2])); });
  }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
    if (v.needs(1)) v.give(1, mul(g, v.in(0)));
    if (v.needs(2)) v.give(2, mul(mul(g, 2.0), v.in(2)));
  }
  static std::vector<OpCase<BentBias>> cases() {
    return {{{}, {{.shape = {3}}, {.shape = {3}}, {.shape = {3}}}}};
  }
};

template <class Op>
std::string message_of() {
  const OpReport report = gradcheck_op<Op>();
  CHECK_FALSE(report.ok);
  CHECK_THROWS_AS(report.or_throw(), Error);
  return report.message;
}

}  // namespace

TEST_CASE("a product that is not linear in one operand is not bilinear") {
  const std::string message = message_of<SquareInB>();
  CHECK_MESSAGE(contains(message, "it declares Kind::bilinear, but in operand 1 f(2 x - y/2) is"), message);
  CHECK(gradcheck_op<SquareInBElementwise>().ok);
  const std::string bias = message_of<BentBias>();
  CHECK_MESSAGE(contains(bias, "it declares Kind::bilinear"), bias);
}

TEST_CASE("a linear op must mean the same with one more axis in front") {
  for (const std::string& message : {message_of<SumFront>(), message_of<WronglyLifted>()}) {
    CHECK_MESSAGE(contains(message, "it declares Kind::linear, but"), message);
    CHECK_MESSAGE((contains(message, "one more axis in front") || contains(message, "carried forward is")),
                  message);
  }
}

TEST_CASE("slopes are the two derivatives, recorded") {
  CHECK(gradcheck_op<CubeWithSlopes>(3).ok);
  const std::string wrong = message_of<WrongSlopes>();
  check_says(wrong, {"its slopes give", "for f'', and its vjp gives"});
  CHECK(contains(message_of<FlatSlopes>(), "its slopes have shape (6). Hint: stack f'(x) and f''(x), (2,3)"));
  const std::string lost = message_of<UnrecordedSlopes>();
  CHECK_MESSAGE(contains(lost, "its slopes lose their derivatives. Hint: write them in recorded ops"), lost);
}

TEST_CASE("a gradient must not depend on who else wants one") {
  const std::string message = message_of<DoubledAlone>();
  CHECK_MESSAGE(
      contains(message, "if all operands want theirs. Hint: let a rule's gradients not depend on needs()"),
      message);
}

TEST_CASE("a kink is found though the cases keep away from it") {
  const std::string kink = message_of<SmoothAbs>();
  check_says(kink, {"it declares all continuous derivatives, but within its domain derivative 1 jumps by",
                    "Hint: smoothness = 0"});
  CHECK(gradcheck_op<KinkedAbs>().ok);
  const std::string second = message_of<JumpsInSecond>();
  check_says(second, {"derivative 2 jumps by", "Hint: smoothness = 1"});
  CHECK(gradcheck_op<DeclaresOne>().ok);
  const std::string value = message_of<Step>();
  CHECK_MESSAGE(contains(value, "its value jumps by"), value);
}

TEST_CASE("an op that forgot to declare its kink is caught, whichever it is") {
  for_each_op([]<class Op>() {
    detail::OpUnderTest op = detail::under_test<Op>();
    const auto has_kink = [&](const detail::CaseUnderTest& c) {
      return op.info->smoothness(c.attributes.data()) <= 1;
    };
    std::erase_if(op.cases, std::not_fn(has_kink));
    if (op.cases.empty()) return;
    OpInfo forgetful = *op.info;
    forgetful.smoothness = OpInfo{}.smoothness;
    op.info = &forgetful;
    const OpReport report = detail::check_op(op, 2);
    CHECK_FALSE_MESSAGE(report.ok, report.name);
    CHECK_MESSAGE(contains(report.message, "it declares all continuous derivatives"), report.name, ": ",
                  report.message);
  });
}

TEST_CASE("cases without an element show nothing") {
  CHECK(message_of<OnlyEmpty>() == "only_empty: all its cases are empty. Hint: add one with elements");
}

TEST_CASE("a rule on raw buffers is told to be written in recorded ops") {
  const std::string message = message_of<RawVjp>();
  check_says(message, {"order 2", "write the vjp in recorded ops"});
  CHECK(gradcheck_op<RawVjp>(1).ok);
}

TEST_CASE("the Laplacian by default of an op that passes is right, also where it is not bilinear") {
  Rng rng(1);
  const Tensor x = randn({3, 2}, rng, DType::f64);
  const auto f = [](const Tensor& u) { return sum(apply<SquareInBElementwise>(u, u), 1); };  // sum u^3
  const std::vector<double> found = laplacian(f, x).to_vector(), expected = (sum(x, 1) * 6.0).to_vector();
  for (size_t i = 0; i < found.size(); ++i) CHECK(found[i] == approx(expected[i]).epsilon(1e-12));
}
