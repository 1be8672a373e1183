#include "gradzoo/autograd/trace.h"

#include <string_view>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

using namespace gradzoo;

namespace {

int64_t node_of(const Tensor& t) { return t.impl()->record.index; }

}  // namespace

TEST_CASE("a trace keeps a node's operands, its value and its adjoint") {
  Tape tape({.trace = true});
  const Tensor x = scalar(3, DType::f64).requires_grad_();
  const Tensor c = scalar(5, DType::f64);
  const Tensor y = square(x * c);
  grad(y, x);
  const Trace& product = trace_of(node_of(y) - 1);
  CHECK(product.inputs[0].item() == 3);
  CHECK(product.inputs[1].item() == 5);
  CHECK(product.output.item() == 15);
  CHECK(product.adjoint.item() == 30);  // d(p^2)/dp
}

TEST_CASE("a sweep's visits tell what each rule gave, and the sum that it was added to") {
  Tape tape({.trace = true});
  const Tensor x = scalar(3, DType::f64).requires_grad_();
  const Tensor y = square(x) + x;  // the sum first gives 1 to x, then the square 2 x
  grad(y, x);
  const std::vector<Visit>& visits = trace_log().visits;
  REQUIRE(visits.size() == 3);
  CHECK(visits[0].first);
  CHECK(visits[0].node == node_of(y));
  CHECK(visits[0].gives[1].item() == 1);
  CHECK_FALSE(visits[1].first);
  CHECK(visits[1].gives[0].item() == 6);
  CHECK(visits[1].totals[0].item() == 7);
  CHECK(visits[2].adjoint.item() == 7);
}

TEST_CASE("what would be computed in a gradient's buffer, or added there, is told of too") {
  Tensor w = tensor({1, 2, 3, 4}, {2, 2}, DType::f64).requires_grad_();
  w.set_grad_buffer(zeros({2, 2}, DType::f64));
  const Tensor a = eye(2, DType::f64);
  Tape tape({.trace = true});
  backward(sum(matmul(a, w)) + sum(matmul(a, w)));
  int given = 0;
  for (const Visit& visit : trace_log().visits) {
    if (std::string_view(tape_state().nodes[visit.node].op->name) != "matmul") continue;
    REQUIRE(visit.gives[1].defined());
    CHECK(visit.gives[1].to_vector() == std::vector<double>(4, 1));
    CHECK(visit.totals[1].to_vector() == std::vector<double>(4, ++given));
  }
  CHECK(given == 2);
}

TEST_CASE("nodes that a rule records belong to its visit") {
  Tape tape({.trace = true});
  const Tensor x = scalar(3, DType::f64).requires_grad_();
  const Tensor y = exp(square(x));
  const int64_t before = tape.end();
  grad(y, x, {.create_graph = true});
  const std::vector<Visit>& visits = trace_log().visits;
  int64_t made = before;
  for (const Visit& visit : visits) {
    CHECK(visit.made_begin == made);
    for (; made < visit.made_end; ++made) CHECK(tape_state().nodes[made].origin == visit.node);
  }
  CHECK(made == tape.end());
  CHECK(made > before);
}

TEST_CASE("a tape that doesn't trace keeps nothing, and gradients are the same") {
  const auto gradient = [](bool trace) {
    Tape tape({.trace = trace});
    const Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_();
    const Tensor g = grad(sum(exp(x) * x), x);
    CHECK(trace_log().visits.empty() != trace);
    CHECK(trace_log().nodes.empty() != trace);
    return g.to_vector();
  };
  CHECK(gradient(false) == gradient(true));
  CHECK(trace_log().visits.empty());
  CHECK(trace_log().nodes.empty());
}

TEST_CASE("a trace scope switches tracing, and switches it back") {
  Tape tape;
  {
    const TraceScope on(true);
    CHECK(tape_state().mode.tracing);
    const TraceScope off(false);
    CHECK_FALSE(tape_state().mode.tracing);
  }
  CHECK_FALSE(tape_state().mode.tracing);
}
