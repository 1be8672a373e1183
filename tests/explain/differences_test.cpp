#include "explain/differences.h"

#include <cmath>

#include <doctest/doctest.h>

#include "explain/story.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

// Each visit of every sweep against the differences at its node; the largest of the errors, and how many
// numbers were compared.
struct Comparison {
  double worst = 0;
  int numbers = 0;
};

Comparison compare(const Tape& tape) {
  const Story story = tell_story(tape);
  Comparison comparison;
  Visit seed;
  for (size_t i = 0; i < story.visit_sweep.size(); ++i) {
    const Visit& visit = trace_log().visits[i];
    if (visit.first) seed = visit;
    const std::vector<double> adjoint = visit.adjoint.to_vector();
    const std::vector<double> quotients =
        differences_of({.root = seed.node, .node = visit.node, .seed = seed.adjoint}).quotients;
    REQUIRE(quotients.size() == adjoint.size());
    for (size_t k = 0; k < adjoint.size(); ++k) {
      const double error = std::abs(quotients[k] - adjoint[k]) / std::max(1.0, std::abs(adjoint[k]));
      comparison.worst = std::max(comparison.worst, error);
      ++comparison.numbers;
    }
  }
  return comparison;
}

// The square, with a rule that forgets the 2.
struct HalfSquare {
  static constexpr const char* name = "half_square";
  static constexpr const char* formula = "y = x^2;  dx = g x";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const { out.mutable_data<double>()[0] = in[0].item() * in[0].item(); }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, v.in(0))); }
};

}  // namespace

TEST_CASE("differences agree with the adjoints of every node in three sweeps over one another") {
  Tape tape({.trace = true});
  const Tensor x = tensor({0.7, -1.2}, {2, 1}, DType::f64).requires_grad_();
  const Tensor a = tensor({1, 2, -0.5, 0.3}, {2, 2}, DType::f64).requires_grad_();
  const Tensor y = mean(softplus(matmul(a, x))) * exp(x);
  const Tensor g = grad(sum(y), x, {.create_graph = true});
  const Tensor h = grad(sum(square(g)), a, {.create_graph = true});
  grad(sum(h), x);
  const Comparison comparison = compare(tape);
  CHECK(comparison.worst < 1e-7);
  CHECK(comparison.numbers > 100);
}

TEST_CASE("a sweep of several outputs weighs the differences by its seed") {
  Tape tape({.trace = true});
  const Tensor x = tensor({0.5, 2, 3}, {3}, DType::f64).requires_grad_();
  grad(log(x), x, {.grad_output = tensor({1, -2, 5}, {3}, DType::f64)});
  CHECK(compare(tape).worst < 1e-9);
}

TEST_CASE("a tape of f32 is replayed in f64, masks as they are") {
  Tape tape({.trace = true});
  const Tensor x = tensor({0.5, -2, 3}, {3}).requires_grad_();
  const Tensor y = sum(where(gt(x, zeros({3})), square(x), x * 0.1));
  grad(y, x);
  CHECK(compare(tape).worst < 1e-6);  // the adjoints' own rounding
}

TEST_CASE("a rule that is wrong is told from the differences") {
  Tape tape({.trace = true});
  const Tensor x = scalar(3, DType::f64).requires_grad_();
  const Tensor y = apply<HalfSquare>(x);
  CHECK(grad(y, x).item() == 3);
  const Visit& seed = trace_log().visits[0];
  CHECK(differences_of({.root = seed.node, .node = seed.node - 1, .seed = seed.adjoint}).quotients[0] ==
        approx(6).epsilon(1e-9));
}

TEST_CASE("what is too large is not asked, and what the root does not read moves nothing") {
  Tape tape({.trace = true});
  const Tensor x = arange(20, DType::f64).requires_grad_();
  const Tensor unused = square(x);
  const Tensor y = sum(x);
  const int64_t root = tape.end() - 1, leaf = tape.begin();
  const Tensor one = scalar(1, DType::f64);
  CHECK(differences_of({.root = root, .node = leaf, .seed = one}).quotients.empty());
  CHECK(differences_of({.root = root, .node = leaf, .seed = one, .most_elements = 20}).quotients.size() ==
        20);
  CHECK(differences_of({.root = root, .node = leaf, .seed = one, .most_elements = 20, .most_ops = 10})
            .quotients.empty());
  CHECK(differences_of({.root = root, .node = leaf + 1, .seed = one, .most_elements = 20}).quotients ==
        std::vector<double>(20, 0.0));
}
