#include "tools/ledger/autodiff/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "tools/ledger/ledger.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

/// y = x^3 with a first derivative that forgets the 3.
struct WrongCube {
  static constexpr const char* name = "wrong_cube";
  static constexpr const char* formula = "y = x^3;  dx = g x^2";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    visit_floating(out.dtype(), [&]<class T>() {
      T* y = out.mutable_data<T>();
      for (int64_t i = 0; i < out.size(); ++i)
        y[i] = in[0].data<T>()[i] * in[0].data<T>()[i] * in[0].data<T>()[i];
    });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, g * square(v.in(0))); }
  static std::vector<OpCase<WrongCube>> cases() { return unary_cases<WrongCube>({}); }
};

TEST_CASE("autodiff.ops_order2 and third_order count an op with a wrong derivative, by name") {
  const OpReport reports[] = {gradcheck_op<WrongCube>(2)};
  const RowResult result = ops_result(reports, 2);
  CHECK_FALSE(passes(result));
  CHECK(result.setting.find("wrong_cube") != std::string::npos);
}

TEST_CASE("autodiff.hessian_trace sees a Laplacian that forgets a dimension, and one of half the size") {
  const auto right = [](TensorFn f, const Tensor& x) { return laplacian(f, x); };
  CHECK(hessian_trace_error(right) < 1e-10);
  const auto halved = [](TensorFn f, const Tensor& x) { return laplacian(f, x) * 0.5; };
  CHECK(hessian_trace_error(halved) > 1e-2);
  const auto forgetful = [](TensorFn f, const Tensor& x) {
    const int64_t d = x.dim(1);
    const auto rest = [&](const Tensor& part) { return f(concat(part, slice(x, 1, d - 1, d), 1)); };
    return laplacian(rest, slice(x, 1, 0, d - 1));
  };
  CHECK(hessian_trace_error(forgetful) > 1e-2);
}

TEST_CASE("autodiff.hutchinson_variance sees a missing factor, and the diagonal left in") {
  CHECK(hutchinson_error(probe_variance) < 1e-11);
  CHECK(hutchinson_error([](Probe p, const std::vector<double>& h, size_t d) {
          return probe_variance(p, h, d) / 2;
        }) > 1e-2);
  CHECK(hutchinson_error([](Probe, const std::vector<double>& h, size_t d) {
          return probe_variance(Probe::gaussian, h, d);
        }) > 1e-2);
}

TEST_CASE("autodiff.closed_form_scores sees a wrong sign") {
  const auto wrong = [](TensorFn log_density, const Tensor& x) {
    Tape tape;
    const Tensor at = x.detach().requires_grad_();
    return neg(grad(sum(log_density(at)), at));
  };
  CHECK(closed_form_score_error(wrong) > 0.1);
}

TEST_CASE("autodiff.partition_quadrature sees a dropped constant") {
  CHECK(partition_error([](const Tensor& f) { return logsumexp(f, 0); }) < 1e-9);
  CHECK(partition_error([](const Tensor& f) { return logsumexp(f, 0) + std::log(2.0); }) > 0.1);
  CHECK(partition_error([](const Tensor& f) { return max(f, 0); }) > 0.1);
}

TEST_CASE("autodiff.relu_lost_gradient sees a gradient that is not lost, and a smooth one that is") {
  const KinkGradients lost{{0, 0}, {0.27, -0.02}}, kept{{0.3, 0.1}, {0.3, 0.1}};
  CHECK(lost_gradient_error(lost, kept) == 0);
  CHECK(lost_gradient_error(kept, kept) > 0.05);
  CHECK(lost_gradient_error(lost, lost) > 0.05);
  CHECK(lost_gradient_error({{0, 0}, {0, 0}}, kept) > 0.01);
}

}  // namespace
}  // namespace gradzoo
