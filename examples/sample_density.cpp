// Samples from your own density, which is known up to a factor: a banana, x0 ~ N(0, 1) and x1 | x0 ~ N(x0^2,
// 1/4). Hamiltonian Monte Carlo computes the gradient by autodiff and adapts step and mass.
#include <cmath>
#include <cstdio>
#include <vector>

#include <gradzoo.h>
#include <gradzoo/samplers/chains.h>
#include <gradzoo/samplers/kinds/hmc.h>

using namespace gradzoo;

// log p of each row, (B, 2) -> (B), up to a constant.
Tensor log_banana(const Tensor& x) {
  const Tensor x0 = squeeze(slice(x, 1, 0, 1), 1);
  const Tensor x1 = squeeze(slice(x, 1, 1, 2), 1);
  return square(x0) * -0.5 - square(x1 - square(x0)) * 2.0;
}

int main() {
  Rng rng(1);
  Hmc hmc({.leapfrog_steps = 30, .acceptance = 0.95});  // small steps: the banana bends sharply
  const Target banana{.log_prob = log_banana};
  const ChainResult chains =
      run_chains(banana, randn({1000, 2}, rng), hmc, {.steps = 400, .warmup = 200}, rng);
  for (size_t i = 0; i < chains.statistics.size(); ++i) {
    std::printf("%s: R-hat %.3f, effective draws %.0f\n", chains.statistics[i].c_str(), chains.rhat[i],
                chains.ess[i]);
  }
  // Exact values: means 0 and E x0^2 = 1, variances 1 and 1/4 + Var x0^2 = 9/4. With 1,000 independent chains
  // the standard errors of the means are 0.03 and 0.05, and those of the variances 0.04 and 0.2.
  const std::vector<double> m = mean(chains.x, 0).to_vector(), v = var(chains.x, {0}).to_vector();
  std::printf("means of the last states: %.2f, %.2f; variances: %.2f, %.2f\n", m[0], m[1], v[0], v[1]);
  const bool agree = chains.rhat[0] < 1.02 && chains.rhat[1] < 1.02;
  const bool right = std::abs(m[0]) < 0.15 && std::abs(m[1] - 1) < 0.25 && std::abs(v[0] - 1) < 0.2 &&
                     std::abs(v[1] - 2.25) < 0.9;
  return agree && right ? 0 : 1;
}
