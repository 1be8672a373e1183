#pragma once

#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "support/take_over.h"

namespace gradzoo::test {

/// RbmLearning's steps by the formulas of its header, in plain ops, from the same draws: the oracle of the
/// products on raw buffers. Moments of the model, where they are exact, are sums over all pairs (x, h).
struct RbmTwin {
  RbmLearningOptions options;
  Tensor w, b, c;     // (n, m), (n), (m)
  Tensor vw, vb, vc;  // momentum
  Tensor mu, lambda;  // moving means
  Tensor chains;      // (C, n)
  Rng rng;

  RbmTwin(const RbmLayer& layer, const RbmLearningOptions& how, uint64_t seed, const std::string& stream)
      : options(how),
        w(layer.weight().detach().clone()),
        b(layer.visible_bias().detach().clone()),
        c(layer.hidden_bias().detach().clone()),
        vw(zeros_like(w)),
        vb(zeros_like(b)),
        vc(zeros_like(c)),
        mu(full(b.shape(), 0.5, b.dtype())),
        lambda(full(c.shape(), 0.5, c.dtype())),
        rng(seed, stream) {
    if (options.chains == RbmChains::persistent)
      chains = bernoulli(full({options.particles, b.size()}, 0.5, b.dtype()), rng);
  }

  void begin_at(const Tensor& means) {
    mu = means;
    const Tensor p = clamp(means, 0.001, 0.999);
    b = log(p / (1.0 - p));
    if (options.chains == RbmChains::persistent)
      chains = bernoulli(broadcast_to(p, {options.particles, b.size()}), rng);
  }

  Tensor up(const Tensor& x) const { return sigmoid(matmul(x, w) + c); }
  Tensor down(const Tensor& h) const { return sigmoid(matmul(h, w, false, true) + b); }
  double free_energy(const Tensor& x) const {
    return -mean(sum(x * b, 1) + sum(softplus(matmul(x, w) + c), 1)).item();
  }

  struct Step {
    double f_data, f_sample, grad_norm;
  };
  Step step(const Tensor& x, double rate) {
    const NoGrad quiet;
    const Tensor p = up(x);
    Tensor xs, ps, weight;  // (C, n), (C, m), (C, 1): what stands for the model
    if (options.chains == RbmChains::exact) {
      const int64_t n = b.size(), m = c.size();
      xs = binary_patterns(0, int64_t{1} << n, n, b.dtype());
      const Tensor h = binary_patterns(0, int64_t{1} << m, m, b.dtype());
      const Tensor log_joint = matmul(matmul(xs, w), h, false, true) + sum(xs * b, 1, true) + sum(h * c, 1);
      const Tensor joint = exp(log_joint - logsumexp(log_joint));
      weight = sum(joint, 1, true);
      ps = matmul(joint, h) / weight;
    } else {
      Tensor h;
      xs = chains;
      if (options.chains == RbmChains::data) h = bernoulli(p, rng);
      for (int64_t k = 0; k < options.chain_steps; ++k) {
        if (k > 0 || options.chains == RbmChains::persistent) h = bernoulli(up(xs), rng);
        xs = bernoulli(down(h), rng);
      }
      ps = up(xs);
      weight = full({xs.dim(0), 1}, 1 / static_cast<double>(xs.dim(0)), b.dtype());
    }
    const double f_data = free_energy(x), f_sample = free_energy(xs);
    const Tensor of_mu = options.centred ? mu : zeros_like(mu),
                 of_lambda = options.centred ? lambda : zeros_like(lambda);
    const Tensor gw = matmul((xs - of_mu) * weight, ps - of_lambda, true) -
                      matmul(x - of_mu, p - of_lambda, true) / static_cast<double>(x.dim(0));
    const Tensor gb = sum(xs * weight, 0) - mean(x, 0) - sum(gw * of_lambda, 1);
    const Tensor gc =
        sum(ps * weight, 0) - mean(p, 0) - reshape(matmul(reshape(of_mu, {1, b.size()}), gw), {c.size()});
    const Tensor decayed = gw + w * options.weight_decay;
    const double norm =
        std::sqrt(sum(square(decayed)).item() + sum(square(gb)).item() + sum(square(gc)).item());
    vw = vw * options.momentum + decayed;
    vb = vb * options.momentum + gb;
    vc = vc * options.momentum + gc;
    w = w - vw * rate;
    b = b - vb * rate;
    c = c - vc * rate;
    mu = mu + (mean(x, 0) - mu) * 0.01;
    lambda = lambda + (mean(p, 0) - lambda) * 0.01;
    if (options.chains == RbmChains::persistent) chains = xs;
    return {f_data, f_sample, norm};
  }

  void check_equal(const RbmLayer& layer, double most) const {
    const NoGrad quiet;
    CHECK(max(abs(layer.weight() - w)).item() < most);
    CHECK(max(abs(layer.visible_bias() - b)).item() < most);
    CHECK(max(abs(layer.hidden_bias() - c)).item() < most);
  }
};

}  // namespace gradzoo::test
