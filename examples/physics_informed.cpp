// A physics-informed net: it learns u with u'' = -pi^2 sin(pi x) and u(0) = u(1) = 0 only from the equation
// (Raissi et al. 2019). The loss contains second derivatives with respect to x, and training differentiates
// them with respect to the weights.
#include <cmath>
#include <cstdio>
#include <numbers>

#include <gradzoo.h>

using namespace gradzoo;

constexpr double kPi = std::numbers::pi;

// x (B, 1) -> u (B), for each row. The factor x (1 - x) meets the boundary conditions for any net.
Tensor solution(const Module& net, const Tensor& x) { return squeeze(x * (1.0 - x) * net(x), 1); }

int main() {
  Rng rng(1), points(2);
  const Mlp net({1, 32, 32, 1}, rng, {.activation = "tanh", .linear = {.dtype = DType::f64}});
  Adam optimizer(net.parameters());
  const auto u = [&](const Tensor& x) { return solution(net, x); };
  const int64_t steps = 1000;
  for (int64_t step = 0; step < steps; ++step) {
    const Tensor x = rand({64, 1}, points, DType::f64);  // new points in each step; there are no data
    const Tape tape;
    // u'' of every row; in d dimensions the sum of the second derivatives.
    const Tensor second = laplacian(u, x, {.create_graph = true});
    const Tensor loss = mse(second, squeeze(sin(x * kPi) * (-kPi * kPi), 1));
    optimizer.zero_grad();
    backward(loss);
    optimizer.step(1e-2 * cosine_decay(step, steps));
    if (step % 200 == 0) std::printf("step %4ld  residual %.2e\n", static_cast<long>(step), loss.item());
  }
  const Tensor grid = (arange(101, DType::f64) / 100.0).view({101, 1});
  const double error = max(abs(u(grid) - squeeze(sin(grid * kPi), 1))).item();
  std::printf("largest |u - sin(pi x)|: %.1e\n", error);
  return error < 1e-2 ? 0 : 1;
}
