#include "gradzoo/autograd/tape.h"

#include <memory>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

bool same(const Mode& a, const Mode& b) {
  return a.recording == b.recording && a.tracing == b.tracing && a.mark == b.mark && a.origin == b.origin &&
         a.sweep == b.sweep;
}

}  // namespace

TEST_CASE("tapes and pauses nest, and each puts back what it found") {
  CHECK_FALSE(is_recording());
  const Mode outside = tape_state().mode;
  {
    Tape tape;
    CHECK(is_recording());
    {
      const NoGrad pause;
      CHECK_FALSE(is_recording());
      const Tape again({.trace = true});
      CHECK(is_recording());
      CHECK(tape_state().mode.tracing);
    }
    CHECK(is_recording());
    CHECK_FALSE(tape_state().mode.tracing);
  }
  CHECK(same(tape_state().mode, outside));
}

TEST_CASE("a sweep that throws puts the mode back") {
  Tape tape;
  Tensor x = tensor({1, 2}, {2}, DType::f64).requires_grad_();
  const Tensor y = sum(square(x));
  const Mode before = tape_state().mode;
  x.mutable_data<double>()[0] = 5;
  CHECK_THROWS_AS(grad(y, x, {.create_graph = true}), Error);
  CHECK(same(tape_state().mode, before));
}

TEST_CASE("a record is alive while its tape is, and a node that takes its place does not revive it") {
  const Tensor x = scalar(2, DType::f64).requires_grad_();
  Tensor y;
  {
    Tape tape;
    y = square(x);
    CHECK(y.requires_grad());
    CHECK(tape.size() == 2);  // the leaf and the square
  }
  CHECK_FALSE(y.requires_grad());
  Tape tape;
  const Tensor z = exp(x);
  CHECK(z.impl()->record.index == y.impl()->record.index);
  CHECK(z.requires_grad());
  CHECK_FALSE(y.requires_grad());
}

TEST_CASE("references to nodes stay good while the list grows over its chunks") {
  Tape tape;
  const Tensor x = scalar(1, DType::f64).requires_grad_();
  Tensor y = x * 1.0;
  const Node& first = tape_state().nodes[y.impl()->record.index];
  const uint64_t serial = first.serial;
  for (int64_t i = 0; i < 3 * NodeList::kChunk; ++i) y = y * 1.0;
  CHECK(first.serial == serial);
  CHECK(tape.size() == 3 * NodeList::kChunk + 2);
  CHECK(grad(y, x).item() == 1);
}

TEST_CASE("tapes that end out of order leave the mode and the list as they found them") {
  const Tensor x = scalar(2, DType::f64).requires_grad_();
  const Mode outside = tape_state().mode;
  const int64_t nodes = tape_state().nodes.size();
  auto outer = std::make_unique<Tape>();
  const Tensor below = square(x);
  auto inner = std::make_unique<Tape>();
  const Tensor y = square(below);
  outer.reset();
  CHECK(is_recording());
  CHECK(grad(y, x).item() == approx(32));  // what the inner tape stands on is kept until it ends
  inner.reset();
  CHECK(same(tape_state().mode, outside));
  CHECK(tape_state().nodes.size() == nodes);
  CHECK(tape_state().innermost == nullptr);

  auto first = std::make_unique<Tape>(TapeOptions{.trace = true});
  auto pause = std::make_unique<NoGrad>();
  auto third = std::make_unique<Tape>();
  pause.reset();
  first.reset();
  CHECK(is_recording());
  third.reset();
  CHECK(same(tape_state().mode, outside));
  CHECK(tape_state().nodes.size() == nodes);
}
