#include "gradzoo/models/networks/rbm_layer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/binary.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/init.h"

namespace gradzoo {
namespace {

// bias'x + sum softplus(logits), a row.
Tensor marginal(const Tensor& x, const Tensor& bias, const Tensor& logits) {
  return reshape(matmul(x, reshape(bias, {bias.size(), 1})), {x.dim(0)}) + sum(softplus(logits), 1);
}

}  // namespace

RbmLayer::RbmLayer(int64_t visible, int64_t hidden, Rng& rng, DType dtype) {
  if (visible < 1 || hidden < 1)
    throw Error("rbm: {} visible and {} hidden units. Hint: use at least one of each", visible, hidden);
  weight_ = empty({visible, hidden}, dtype);
  init::normal(weight_, rng, 0.0, 0.01);
  visible_bias_ = zeros({visible}, dtype);
  hidden_bias_ = zeros({hidden}, dtype);
  register_parameter("weight", weight_);
  register_parameter("visible_bias", visible_bias_);
  register_parameter("hidden_bias", hidden_bias_);
}

Tensor RbmLayer::hidden_probabilities(const Tensor& x) const {
  return sigmoid(matmul(x, weight_) + hidden_bias_);
}

Tensor RbmLayer::visible_probabilities(const Tensor& h) const {
  return sigmoid(matmul(h, weight_, false, true) + visible_bias_);
}

Tensor RbmLayer::free_energy(const Tensor& x) const {
  return neg(marginal(x, visible_bias_, matmul(x, weight_) + hidden_bias_));
}

Tensor RbmLayer::hidden_log_density(const Tensor& h) const {
  return marginal(h, hidden_bias_, matmul(h, weight_, false, true) + visible_bias_);
}

Tensor draw_units(const Tensor& logits, const Tensor& bias, Rng& rng, double scale) {
  Tensor draws = empty_like(logits);
  make_units(logits, scale, bias, &rng, &draws, nullptr, 0, 1);
  return draws;
}

void write_probabilities(const Tensor& logits, const Tensor& bias, double factor, Tensor& out,
                         int64_t first) {
  make_units(logits, 1, bias, nullptr, nullptr, &out, first, factor);
}

Tensor draw_and_write(const Tensor& logits, const Tensor& bias, Rng& rng, double factor, Tensor& out,
                      int64_t first) {
  Tensor draws = empty_like(logits);
  make_units(logits, 1, bias, &rng, &draws, &out, first, factor);
  return draws;
}

RbmGibbs::RbmGibbs(const RbmLayer& layer) : layer_(layer), turned_(transpose(layer.weight().detach())) {}

Tensor RbmGibbs::hidden_logits(const Tensor& x) const { return unit_product(x, layer_.weight()); }

Tensor RbmGibbs::visible_logits(const Tensor& h) const { return unit_product(h, turned_); }

Tensor RbmGibbs::draw_hidden(const Tensor& x, Rng& rng) const {
  return draw_units(hidden_logits(x), layer_.hidden_bias(), rng);
}

Tensor RbmGibbs::draw_visible(const Tensor& h, Rng& rng) const {
  return draw_units(visible_logits(h), layer_.visible_bias(), rng);
}

Tensor RbmGibbs::walk(Tensor x, int64_t steps, Rng& rng) const {
  for (int64_t i = 0; i < steps; ++i) x = draw_visible(draw_hidden(x, rng), rng);
  return x;
}

namespace {

constexpr int64_t kLongChain = 10'000;  // Gibbs steps

}  // namespace

Partition rbm_partition(const RbmLayer& layer, const Tensor& base_bias) {
  const auto path = std::make_shared<RbmPath>(layer, base_bias);
  Partition out{.path = path,
                .begin_log_z = path->begin_log_partition(),
                .begin = [path](int64_t n, Rng& rng) { return path->begin(n, rng); }};
  if (is_enumerable(layer)) {
    out.end = [&layer](int64_t n, Rng& rng) { return exact_samples(layer, n, rng); };
    out.exact = [&layer] { return exact_log_partition(layer); };
    return out;
  }
  out.end = [&layer, path](int64_t n, Rng& rng) {
    return RbmGibbs(layer).walk(path->begin(n, rng), kLongChain, rng);
  };
  const int64_t side = std::min(layer.visible(), layer.hidden());
  out.cost = fmt::format("an exact log Z sums 2^{} = 10^{:.0f} states, about a million per second", side,
                         static_cast<double>(side) * std::log10(2.0));
  return out;
}

RbmLogPartition rbm_log_partition(const RbmLayer& layer, const Tensor& base_bias,
                                  const AnnealingOptions& options, uint64_t seed) {
  if (is_enumerable(layer)) return {exact_log_partition(layer), NAN, "log Z exact"};
  Rng rng(seed, "eval/annealing");
  const LogPartition up = anneal_up(rbm_partition(layer, base_bias), options, rng);
  const bool trusted = !up.annealing.is_of_few();
  return {
      up.value, up.annealing.error,
      fmt::format(
          "log Z = {:.2f} ± {:.2f} by annealed importance sampling, {} chains of {} temperatures, ESS "
          "{:.2f}{}",
          up.value, up.annealing.error, options.chains, options.temperatures, up.annealing.ess,
          trusted
              ? ""
              : ": a few chains dominate the estimate, so it cannot be trusted; use more ais_temperatures"),
      trusted};
}

RbmPath::RbmPath(const RbmLayer& layer, const Tensor& base_bias)
    : layer_(layer), gibbs_(layer), base_bias_(base_bias.detach()) {
  const NoGrad quiet;
  rise_ = reshape(layer.visible_bias() - base_bias_, {layer.visible(), 1});
}

Tensor RbmPath::advance(Tensor& x, double from, double to, Rng& rng) {
  const NoGrad quiet;
  const Tensor logits = gibbs_.hidden_logits(x);  // (B, m)
  Tensor log_weights = cast(reshape(matmul(x, rise_), {x.dim(0)}), DType::f64) * (to - from);
  add_softplus_rise(from, to, logits, layer_.hidden_bias(), log_weights);
  const Tensor h = draw_units(logits, layer_.hidden_bias() * to, rng, to);
  const Tensor bias = base_bias_ + reshape(rise_, {layer_.visible()}) * to;
  x = draw_units(gibbs_.visible_logits(h), bias, rng, to);
  return log_weights;
}

double RbmPath::begin_log_partition() const {
  const NoGrad quiet;
  return sum(softplus(cast(base_bias_, DType::f64))).item() +
         static_cast<double>(layer_.hidden()) * std::log(2.0);
}

Tensor RbmPath::begin(int64_t chains, Rng& rng) const {
  const NoGrad quiet;
  return draw_units(zeros({chains, layer_.visible()}, base_bias_.dtype()), base_bias_, rng);
}

}  // namespace gradzoo
