// A loss with a derivative of the net, so backward() differentiates a gradient. The net learns sin from eight
// values and from the slopes f' = cos at the same points (Sobolev training, Czarnecki et al. 2017).
#include <cmath>
#include <cstdio>
#include <numbers>

#include <gradzoo.h>

using namespace gradzoo;

// The largest |f - sin| over a period.
double largest_error(const Module& net) {
  const Tensor x = (arange(101, DType::f64) / 100.0 * 2.0 * std::numbers::pi).view({101, 1});
  return max(abs(net(x) - sin(x))).item();
}

// Trains a net on values and on slopes; `weight` is the weight of the slopes.
double error_with_slopes(double weight) {
  Rng rng(1);
  const Mlp net({1, 32, 32, 1}, rng, {.activation = "tanh", .linear = {.dtype = DType::f64}});
  Learner learner(net, {.clip = 1.0, .ema = 0.99});  // Adam, clipped gradients, an average of the weights
  const Tensor x = (arange(8, DType::f64) / 7.0 * 2.0 * std::numbers::pi).view({8, 1}).requires_grad_();
  for (int64_t step = 0; step < 2000; ++step) {
    const Tape tape;
    const Tensor y = net(x);
    const Tensor slope = grad(sum(y), x, {.create_graph = true});  // recorded, so the loss can use it
    const Tensor loss = mse(y, sin(x.detach())) + weight * mse(slope, cos(x.detach()));
    learner.step(loss, 1e-2 * cosine_decay(step, 2000));
  }
  const auto averaged = learner.averaged();  // the net has its averaged weights until this ends
  return largest_error(net);
}

int main() {
  const double values = error_with_slopes(0), slopes = error_with_slopes(1);
  std::printf("largest error from 8 values: %.4f, from 8 values and slopes: %.4f\n", values, slopes);
  return slopes < 0.01 && slopes < values ? 0 : 1;
}
