#include "tools/bench/tape_overhead.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/grad.h"
#include "autograd/tape.h"
#include "tools/bench/allocation_count.h"
#include "tools/bench/meters.h"
#include "tools/bench/op_chain.h"

namespace gradzoo {
namespace {

void forward_no_tape(const OpChain& chain) {
  const NoGrad quiet;
  chain();
}

void forward_tape(const OpChain& chain) {
  const Tape tape;
  chain();
}

void forward_backward(const OpChain& chain) {
  const Tape tape;
  grad(sum(chain()), chain.x);
}

void grad_of_grad(const OpChain& chain) {
  const Tape tape;
  const Tensor g = grad(sum(chain()), chain.x, {.create_graph = true});
  grad(sum(g), chain.x);
}

double median_ns_per_op(const OpChain& chain, int64_t repeats, void (*run)(const OpChain&)) {
  std::vector<double> seconds;
  seconds.reserve(static_cast<size_t>(repeats));
  for (int64_t i = 0; i < repeats; ++i) {
    const double begun = steady_seconds();
    run(chain);
    seconds.push_back(steady_seconds() - begun);
  }
  const auto middle = seconds.begin() + repeats / 2;
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle * 1e9 / static_cast<double>(chain.ops);
}

double allocations_of_one_repeat(const OpChain& chain) {
  if (counts_allocations == nullptr || !counts_allocations()) return NAN;
  const uint64_t before = allocation_count();
  for (const auto run : {forward_no_tape, forward_tape, forward_backward, grad_of_grad}) run(chain);
  return static_cast<double>(allocation_count() - before);
}

}  // namespace

TapeOverhead measure_tape_overhead(int64_t repeats) {
  const OpChain chain;
  grad_of_grad(chain);  // warms the pool up
  TapeOverhead out;
  out.forward_no_tape = median_ns_per_op(chain, repeats, forward_no_tape);
  out.forward_tape = median_ns_per_op(chain, repeats, forward_tape);
  out.forward_backward = median_ns_per_op(chain, repeats, forward_backward);
  out.grad_of_grad = median_ns_per_op(chain, repeats, grad_of_grad);
  out.allocations = allocations_of_one_repeat(chain);
  return out;
}

}  // namespace gradzoo
