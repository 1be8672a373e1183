#include "tools/bench/tape_overhead.h"

#include <utility>
#include <vector>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/clock.h"
#include "tools/bench/meters.h"

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
  return quantile(std::move(seconds), 0.5) * 1e9 / static_cast<double>(chain.ops);
}

double allocations_of_one_repeat(const OpChain& chain) {
  const double before = allocations_so_far();
  for (const auto run : {forward_no_tape, forward_tape, forward_backward, grad_of_grad}) run(chain);
  return allocations_so_far() - before;
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
