// Your own op with a wrong gradient, and the message of gradcheck. Insert `neg` at the comment, and the check
// passes.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <gradzoo.h>
#include <gradzoo/autograd/check/op_checks.h>

using namespace gradzoo;

struct Sech {
  static constexpr const char* name = "sech";
  static constexpr const char* formula = "y = 1 / cosh x;  dx = -g y tanh x";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0) | kReadsOut};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    visit_floating(out.dtype(), [&]<class T>() {
      std::transform(in[0].data<T>(), in[0].data<T>() + out.size(), out.mutable_data<T>(),
                     [](T x) { return 1 / std::cosh(x); });
    });
  }
  void vjp(Vjp& v, const Tensor& g) const {
    v.give(0, mul(g, mul(v.out(), tanh(v.in(0)))));  // should be neg(mul(...)): the sign is wrong
  }
  static std::vector<OpCase<Sech>> cases() { return unary_cases<Sech>({}); }  // sampled on [-2, 2]
};

int main() {
  const auto sech = [](const Tensor& x) { return apply<Sech>(x); };
  const Tensor x = tensor({0.5, 1}, {2}, DType::f64);
  const GradcheckResult of_function = gradcheck(sech, x, {.name = "sech"});
  std::printf("%s\n", of_function.message.c_str());
  // Checks all shapes, dtypes and orders, and the op's declared properties, as `gradzoo gradcheck` does.
  const OpReport of_op = gradcheck_op<Sech>();
  std::printf("%s\n", of_op.message.c_str());
  return of_function || of_op ? 1 : 0;  // both found it
}
