#include "autograd/sweep.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <doctest/doctest.h>

#include "autograd/ops/linalg.h"
#include "autograd/own_op.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "support/error_message.h"
#include "support/largest_difference.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// An op whose rule fails.
struct Throws : OwnOp<Kind::elementwise, kReadsNothing> {
  static constexpr const char* name = "throws";
  void forward(Inputs in, Tensor& out) const {
    std::copy_n(in[0].data<double>(), out.size(), out.mutable_data<double>());
  }
  void vjp(Vjp&, const Tensor&) const { throw Error("the vjp has a bug"); }
};

/// a + b, by a rule that reads the shapes of both operands whichever is tracked.
struct AsksForBoth : OwnOp<Kind::linear, kReadsNothing, kReadsNothing> {
  static constexpr const char* name = "asks_for_both";
  void forward(Inputs in, Tensor& out) const {
    std::transform(in[0].data<double>(), in[0].data<double>() + out.size(), in[1].data<double>(),
                   out.mutable_data<double>(), std::plus<>{});
  }
  void vjp(Vjp& v, const Tensor& g) const {
    v.give(1, broadcast_to(g, v.shape(0)));
    if (v.needs(0)) v.give(0, g);
  }
};

/// y = 2 x, which is its own vjp: as an op that adds to what stands there, or one that does not.
int doubles_run = 0, doubles_added = 0;
template <bool adds>
struct Double : OwnOp<Kind::linear, kReadsNothing> {
  static constexpr const char* name = "double";
  void forward(Inputs in, Tensor& out) const {
    ++doubles_run;
    for (int64_t i = 0; i < out.size(); ++i) out.mutable_data<double>()[i] = 2 * in[0].data<double>()[i];
  }
  void accumulate(Inputs in, Tensor& sum) const requires adds {
    ++doubles_added;
    for (int64_t i = 0; i < sum.size(); ++i) sum.mutable_data<double>()[i] += 2 * in[0].data<double>()[i];
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, Double{}, g); }
};

/// x (1, n) in each of four rows; its rule gives one gradient a row, doubled.
struct InEveryRow : OwnOp<Kind::linear, kReadsNothing> {
  static constexpr const char* name = "in_every_row";
  Shape shape(Inputs in) const { return {4, in[0].dim(1)}; }
  void forward(Inputs in, Tensor& out) const {
    for (int64_t i = 0; i < out.size(); ++i)
      out.mutable_data<double>()[i] = in[0].data<double>()[i % in[0].dim(1)];
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, Double<true>{}, g); }
};

/// y = a b, whose rule gives a product of the wrong shape.
struct Misshapen : OwnOp<Kind::bilinear, kReadsNothing, reads_in(0)> {
  static constexpr const char* name = "misshapen";
  Shape shape(Inputs in) const { return {in[0].dim(0), in[1].dim(1)}; }
  void forward(Inputs, Tensor& out) const { out = zeros(out.shape(), out.dtype()); }
  void vjp(Vjp& v, const Tensor&) const { v.give(1, ops::MatMul{false, true}, v.in(0), v.in(0)); }
};

/// The same of the right shape, whose rule gives a product in f32.
struct OfSingles : Misshapen {
  static constexpr const char* name = "of_singles";
  void vjp(Vjp& v, const Tensor&) const {
    const Tensor a = cast(v.in(0), DType::f32);
    v.give(1, ops::MatMul{false, true}, a, a);
  }
};

}  // namespace

TEST_CASE("A weight that is used twice gets the sum of both products, where its gradient stands") {
  Rng rng(3);
  Tensor w = randn({4, 3}, rng, DType::f64).requires_grad_();
  const Tensor buffer = zeros({4, 3}, DType::f64);
  w.set_grad_buffer(buffer);
  const Tensor a = randn({5, 3}, rng, DType::f64), b = randn({2, 4}, rng, DType::f64);
  Tape tape;
  const Tensor loss = sum(square(linear(a, w))) + sum(square(matmul(b, w))) + sum(w);
  const Tensor expected = grad(loss, w, {.retain_graph = true});
  backward(loss, {.retain_graph = true});
  CHECK(w.grad().data<double>() == buffer.data<double>());
  CHECK(largest_difference(w.grad(), expected) < 1e-13);
  CHECK(largest_difference(grad(loss, w, {.create_graph = true}), expected) < 1e-13);
  backward(loss);  // adds to what is there
  CHECK(largest_difference(w.grad(), expected * 2.0) < 1e-13);
}

TEST_CASE_TEMPLATE(
    "A gradient that is an op on operands is computed where it stands, and added by the op that can", Op,
    Double<true>, Double<false>) {
  Rng rng(4);
  Tensor w = randn({3, 2}, rng, DType::f64).requires_grad_();
  const Tensor buffer = zeros({3, 2}, DType::f64), factor = randn({3, 2}, rng, DType::f64);
  w.set_grad_buffer(buffer);
  const auto loss = [&] {
    return sum(apply<Op>(w) * factor) + sum(apply<Op>(w)) + sum(square(apply<Op>(w)));
  };
  Tape tape;
  const Tensor expected = factor * 2.0 + 2.0 + w.detach() * 8.0;
  const Tensor y = loss();
  doubles_run = doubles_added = 0;
  backward(y, {.retain_graph = true});
  CHECK(doubles_run + doubles_added == 3);
  CHECK(doubles_added == (std::is_same_v<Op, Double<true>> ? 2 : 0));
  CHECK(w.grad().data<double>() == buffer.data<double>());
  CHECK(largest_difference(w.grad(), expected) < 1e-14);
  const Tensor recorded = grad(y, w, {.create_graph = true});
  CHECK(largest_difference(recorded, expected) < 1e-14);
  CHECK(largest_difference(grad(sum(recorded), w), full({3, 2}, 8, DType::f64)) < 1e-14);
}

TEST_CASE("A gradient as an op is summed over what was broadcast") {
  Tensor w = ones({1, 3}, DType::f64).requires_grad_();
  w.set_grad_buffer(zeros({1, 3}, DType::f64));
  Tape tape;
  backward(sum(apply<InEveryRow>(w)));
  CHECK(w.grad().to_vector() == std::vector<double>{8, 8, 8});
}

namespace {

/// A weight whose last gradient, `values`, was kept before it was marked as empty.
struct Kept {
  Rng rng{5};
  Tensor values = randn({8, 8}, rng, DType::f64), factor = randn({8, 8}, rng, DType::f64);
  Tensor w = randn({8, 8}, rng, DType::f64).requires_grad_();
  Tensor gradient = kept_gradient();

  Tensor kept_gradient() {
    const Tape tape;
    backward(sum(w * values));
    const Tensor kept = w.grad();
    w.zero_grad();
    return kept;
  }
};

}  // namespace

TEST_CASE("A gradient that is kept from the last step may be read in the next one") {
  const auto by_product = [](const Kept& k, const Tensor& g) { return sum(matmul(g, k.w) * k.factor); };
  const auto expected = [](const Kept& k) { return matmul(k.values, k.factor, true, false); };
  SUBCASE("by a product") {
    Kept k;
    const Tape tape;
    backward(by_product(k, k.gradient));
    CHECK(largest_difference(k.w.grad(), expected(k)) < 1e-13);
  }
  SUBCASE("as a view, the gradient itself let go") {
    Kept k;
    const Tensor view = std::exchange(k.gradient, Tensor()).view({4, 16}).view({8, 8});
    const Tape tape;
    backward(by_product(k, view));
    CHECK(largest_difference(k.w.grad(), expected(k)) < 1e-13);
  }
  SUBCASE("by two products") {
    Kept k;
    const Tape tape;
    backward(by_product(k, k.gradient) + by_product(k, k.gradient));
    CHECK(largest_difference(k.w.grad(), expected(k) * 2.0) < 1e-13);
  }
  SUBCASE("by another op, below a product") {
    Kept k;
    const Tape tape;
    const Tensor bent = k.w * k.gradient;
    backward(sum(matmul(bent, k.w) * k.factor));
    const Tensor of_bent = matmul(k.factor, k.w, false, true);
    const Tensor by_hand = matmul(k.w * k.values, k.factor, true, false) + of_bent * k.values;
    CHECK(largest_difference(k.w.grad(), by_hand) < 1e-13);
  }
  SUBCASE("where it shares its storage with a gradient that a product is stored into") {
    Kept k;
    Tensor u = randn({8, 8}, k.rng, DType::f64).requires_grad_();
    const Tensor flat = empty({16, 8}, DType::f64);
    k.w.set_grad_buffer(flat.rows(0, 8));
    u.set_grad_buffer(flat.rows(8, 16));
    k.gradient = k.kept_gradient();
    const Tape tape;
    const Tensor bent = k.w * k.gradient;
    backward(sum(matmul(bent, u)));
    CHECK(largest_difference(u.grad(), matmul(bent, ones({8, 8}, DType::f64), true, false)) < 1e-13);
    CHECK(largest_difference(k.w.grad(), matmul(ones({8, 8}, DType::f64), u, false, true) * k.values) <
          1e-13);
  }
}

TEST_CASE("backward does not disturb a seed that stands in a gradient") {
  for (const bool zero_first : {true, false}) {
    Kept k;
    Tensor v = randn({8, 8}, k.rng, DType::f64).requires_grad_();
    const Tensor a = randn({8, 8}, k.rng, DType::f64);
    const Tape tape;
    if (!zero_first) backward(sum(k.w * k.values));
    const Tensor straight = matmul(a, k.w);  // in this order: the later product is stored first
    const Tensor bent = tanh(matmul(v, k.w));
    const Tensor by_bent = k.values * (1.0 - square(bent));
    const Tensor by_w = matmul(a, k.values, true, false) + matmul(v, by_bent, true, false);
    backward(straight + bent + v, {.grad_output = k.gradient.view({64}).view({8, 8})});
    CHECK(largest_difference(k.w.grad(), zero_first ? by_w : by_w + k.values) < 1e-13);
    CHECK(largest_difference(v.grad(), matmul(by_bent, k.w, false, true) + k.values) < 1e-13);
  }
}

TEST_CASE("A sweep that fails after the first product leaves the gradient empty") {
  Rng rng(4);
  Tensor w = randn({2, 2}, rng, DType::f64).requires_grad_();
  w.set_grad_buffer(zeros({2, 2}, DType::f64));
  Tensor early = randn({2, 2}, rng, DType::f64);
  Tape tape;
  const Tensor loss =
      sum(matmul(w * early, w));  // the product's gradient comes first, then the early factor's
  early.mutable_data<double>()[0] = 1;
  CHECK(contains(error_message([&] { backward(loss); }), "was changed in place"));
  CHECK(!w.grad().defined());
}

TEST_CASE("A product of the wrong shape, or of another dtype, is refused like any other gradient") {
  const Tensor a = ones({3, 3}, DType::f64), wide = ones({2, 3}, DType::f64);
  Tensor b = ones({3, 3}, DType::f64).requires_grad_();
  b.set_grad_buffer(zeros({3, 3}, DType::f64));
  Tape tape;
  const Tensor misshapen = sum(apply<Misshapen>(wide, b)), singles = sum(apply<OfSingles>(a, b));
  CHECK(contains(error_message([&] { backward(misshapen); }), "misshapen"));
  CHECK(
      contains(error_message([&] { backward(singles); }), "of_singles: its vjp gave f32 for input 1 of f64"));
}

TEST_CASE("a sweep that a vjp ended says so when it is tried again") {
  const Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = sum(square(apply<Throws>(x)));
  CHECK(error_message([&] { grad(y, x); }) == "the vjp has a bug");
  const std::string again = error_message([&] { grad(y, x); });
  CHECK_MESSAGE(again ==
                    "sum: its saved tensors were released by a sweep that failed later on. Hint: fix that "
                    "failure, then record again",
                again);
  const Tensor z = sum(square(x));
  grad(z, x);
  CHECK(contains(error_message([&] { grad(z, x); }), "released by an earlier sweep"));
}

TEST_CASE("what another sweep had released is not put down to the one that failed") {
  const Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_();
  const Tensor v = tensor({3, 4}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor thrown = apply<Throws>(x), z = sum(square(v)), y = sum(square(thrown));
  grad(z, v);
  CHECK_THROWS_AS(grad(y, x), Error);
  CHECK(contains(error_message([&] { grad(z, v); }), "released by an earlier sweep"));
}

TEST_CASE("a vjp that asks for the shape of an operand without gradient is told to ask first") {
  const Tensor a = tensor({1, 2}, {2}, DType::f64), b = tensor({3, 4}, {2}, DType::f64).requires_grad_();
  Tape tape;
  const Tensor y = sum(apply<AsksForBoth>(a, b));
  CHECK(error_message([&] { grad(y, b); }) ==
        "asks_for_both: its vjp asks for the shape of input 0, which wants no gradient. Hint: ask needs(0) "
        "first");
}
