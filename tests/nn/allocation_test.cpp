// What training asks of the system allocator, over all of nn together.

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/allocation_count.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/nn/learn/schedule.h"

namespace gradzoo {

TEST_CASE("after warm-up a training step makes no system allocation") {
  if (!counts_allocations()) return;
  Rng rng(1);
  const Mlp net({784, 64, 10}, rng, {.activation = "softplus"});
  Parameters parameters(net);
  Adam adam(parameters);
  Sgd sgd(parameters, {.momentum = 0.9});
  Ema ema(parameters);
  const Tensor images = rand({100, 784}, rng);
  const auto step = [&](int64_t s) {
    parameters.zero_grad();
    {
      const Tape tape;
      backward(mean(square(net.forward(images))), parameters.tensors());
    }
    clip_grad_norm(parameters, 1e-3);
    adam.step(1e-3 * warm_up(s, 10) * cosine_decay(s, 100));
    sgd.step(1e-3 * linear_decay(s, 100));
    ema.update();
    const Ema::Scope scope(ema);
  };
  for (int64_t s = 0; s < 3; ++s) step(s);
  const uint64_t before = allocation_count();
  for (int64_t s = 3; s < 50; ++s) step(s);
  CHECK(allocation_count() == before);
}

}  // namespace gradzoo
