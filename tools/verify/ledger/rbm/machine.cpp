#include "gradzoo/autograd/grad.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/samplers/target.h"
#include "tools/verify/ledger/rbm/random_rbm.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// log p(x, h) + log Z of all pairs (2^n, 2^m), with all visible and hidden states.
struct JointTable {
  Tensor x, h, log_weights;
};

JointTable joint_table(const RbmLayer& layer) {
  const NoGrad quiet;
  const DType dtype = layer.weight().dtype();
  const int64_t n = layer.visible(), m = layer.hidden();
  const Tensor x = all_patterns(n, dtype), h = all_patterns(m, dtype);
  const Tensor of_x = matmul(x, reshape(layer.visible_bias(), {n, 1})),
               of_h = reshape(matmul(h, reshape(layer.hidden_bias(), {m, 1})), {1, h.dim(0)});
  return {x, h, matmul(matmul(x, layer.weight()), h, false, true) + of_x + of_h};
}

/// Both conditional probabilities, and draws of hidden units, x (B, n) -> (B, m).
struct UnitSides {
  Conditionals (*conditionals)(const RbmLayer&) = [](auto& layer) {
    return Conditionals{[&layer](auto& x) { return layer.hidden_probabilities(x); },
                        [&layer](auto& h) { return layer.visible_probabilities(h); }};
  };
  Tensor (*draw)(const RbmLayer&, const Tensor& x, Rng& rng) = [](auto& layer, auto& x, auto& rng) {
    return RbmGibbs(layer).draw_hidden(x, rng);
  };
};

/// Measures for an RBM of 5 x 4 units: largest error of both conditionals against the table of p(x, h), and
/// largest deviation of a hidden unit's mean over 200,000 draws in standard errors.
RowResult rbm_conditionals(const UnitSides& sides, const RowContext& context) {
  constexpr double kError = 1e-14, kStandardErrors = 4.3;
  constexpr int64_t kDraws = 200'000;
  const NoGrad quiet;
  const auto layer = random_rbm(5, 4, 1, DType::f64, 1), drawn = random_rbm(5, 4, 1, DType::f32, 1);
  const JointTable table = joint_table(*layer);
  const Conditionals found = sides.conditionals(*layer);
  const Tensor of_h = matmul(softmax(table.log_weights, 1), table.h);        // (2^n, m)
  const Tensor of_x = matmul(softmax(table.log_weights, 0), table.x, true);  // (2^m, n)
  const double error =
      std::max(largest_abs(found.hidden(table.x) - of_h), largest_abs(found.visible(table.h) - of_x));

  const Tensor x = binary_patterns(0b10110, 0b10111, 5, DType::f32);
  Rng rng(context.seed, "ledger/draws");
  const Tensor means = mean(sides.draw(*drawn, broadcast_to(x, {kDraws, 5}), rng), 0);
  const Tensor p = reshape(drawn->hidden_probabilities(x), {4});
  const double z = largest_abs((means - p) / sqrt(p * (1.0 - p) / static_cast<double>(kDraws)));
  return {std::max(error / kError, z / kStandardErrors), AtMost{1},
          fmt::format("f64, 5 x 4 units: both conditionals of all states differ from the table of p(x, h) by "
                      "at most {:.1e} (allowed {:.0e}); 200000 draws of h from the fused kernel: {:.2f} SE "
                      "(allowed {}; false-alarm rate 7e-5); value: the larger share of what is allowed",
                      error, kError, z, kStandardErrors)};
}

using FreeEnergy = Tensor (*)(const RbmLayer& layer, const Tensor& x);

/// Returns the largest |F(x) + log sum_h exp(x^T W h + b^T x + c^T h)| over all x, 6 x 5 units.
RowResult rbm_free_energy(FreeEnergy free_energy, const RowContext&) {
  const NoGrad quiet;
  const auto layer = random_rbm(6, 5, 1, DType::f64, 2);
  const JointTable table = joint_table(*layer);
  return {largest_abs(free_energy(*layer, table.x) + logsumexp(table.log_weights, 1)), AtMost{1e-12},
          "f64, 6 x 5 units, all 64 x; value: largest difference, nats"};
}

using LogPartitionOf = double (*)(const RbmLayer& layer);

/// Returns the largest error of log Z against the table of p(x, h), for 5 x 9 and 9 x 5 units.
RowResult rbm_exact_logz(LogPartitionOf log_partition_of, const RowContext&) {
  double worst = 0;
  for (const bool wide : {false, true}) {
    const auto layer = random_rbm(wide ? 9 : 5, wide ? 5 : 9, 1, DType::f64, 3);
    const double exact = logsumexp(joint_table(*layer).log_weights).item();
    worst = std::max(worst, std::abs(log_partition_of(*layer) - exact));
  }
  return {worst, AtMost{1e-11},
          "f64, 5 x 9 and 9 x 5 units; value: largest difference between enumeration of the smaller layer "
          "and the sum over all pairs (x, h), nats"};
}

/// Returns the gradients of weight and biases, centred at mu (n) and lambda (m) if these are defined.
using RbmGradient = Tensors (*)(RbmLayer& layer, const Tensor& data, const Tensor& samples, const Tensor& mu,
                                const Tensor& lambda);

/// Returns the relative error of the gradient against automatic differentiation of mean F(data) - mean
/// F(samples), plain or in the centred parameters, converted to W, b and c.
double rbm_gradient_error(RbmGradient gradient, bool centred) {
  constexpr int64_t kVisible = 7, kHidden = 5;
  const auto layer = random_rbm(kVisible, kHidden, 1, DType::f64, 4);
  Rng rng(5, "ledger/rbm-gradient");
  const auto patterns = [&](int64_t rows) { return bernoulli(full({rows, kVisible}, 0.4, DType::f64), rng); };
  const Tensor data = patterns(11), samples = patterns(6);
  const Tensor mu = centred ? rand({kVisible}, rng, DType::f64) : Tensor(),
               lambda = centred ? rand({kHidden}, rng, DType::f64) : Tensor();
  const Tensors found = gradient(*layer, data, samples, mu, lambda);

  // The RBM in centred parameters b', c': b = b' - W lambda, c = c' - W^T mu.
  const auto column = [](const Tensor& v) { return reshape(v, {v.size(), 1}); };
  Tensor w = layer->weight().detach().clone(), b = layer->visible_bias().detach().clone(),
         c = layer->hidden_bias().detach().clone();
  if (centred) {
    b = b + reshape(matmul(w, column(lambda)), {kVisible});
    c = c + reshape(matmul(w, column(mu), true), {kHidden});
  }
  for (Tensor* p : {&w, &b, &c}) p->requires_grad_();
  const Tape tape;
  const Tensor b_plain = centred ? b - reshape(matmul(w, column(lambda)), {kVisible}) : b;
  const Tensor c_plain = centred ? c - reshape(matmul(w, column(mu), true), {kHidden}) : c;
  const auto f = [&](const Tensor& x) {
    return neg(reshape(matmul(x, column(b_plain)), {x.dim(0)}) + sum(softplus(matmul(x, w) + c_plain), 1));
  };
  Tensors expected = grad(mean(f(data)) - mean(f(samples)), {w, b, c});
  const NoGrad quiet;
  if (centred) {
    expected[1] = expected[1] - reshape(matmul(expected[0], column(lambda)), {kVisible});
    expected[2] = expected[2] - reshape(matmul(expected[0], column(mu), true), {kHidden});
  }
  return relative_distance(found, expected);
}

Tensors written_gradient(RbmLayer& layer, const Tensor& data, const Tensor& samples, const Tensor& mu,
                         const Tensor& lambda) {
  RbmLearning learning(layer, {.chains = RbmChains::data, .centred = mu.defined()}, {}, 1);
  if (mu.defined()) learning.centre_at(mu, lambda);
  learning.write_gradient(data, samples);
  return {layer.weight().grad(), layer.visible_bias().grad(), layer.hidden_bias().grad()};
}

RowResult rbm_gradient_vs_tape(RbmGradient gradient, const RowContext&) {
  const double plain = rbm_gradient_error(gradient, false), centred = rbm_gradient_error(gradient, true);
  return {
      std::max(plain, centred), AtMost{1e-13},
      fmt::format("f64, 7 x 5 units, 11 data points and 6 samples: relative error {:.1e} plain and {:.1e} "
                  "centred (against automatic differentiation of the centred RBM); value: the larger",
                  plain, centred)};
}

}  // namespace

std::unique_ptr<RbmLayer> random_rbm(int64_t visible, int64_t hidden, double scale, DType dtype,
                                     uint64_t seed) {
  Rng rng(seed, "ledger/rbm");
  auto layer = std::make_unique<RbmLayer>(visible, hidden, rng, dtype);
  const auto draw = [&](Tensor into, double width) { init::normal(into, rng, 0, width); };
  draw(layer->weight().detach(), scale);
  draw(layer->visible_bias().detach(), 1);
  draw(layer->hidden_bias().detach(), 1);
  return layer;
}

Rows rbm_machine_rows() {
  return {
      identity(
          {"rbm.conditionals", "an RBM's conditionals, and the draws from them, are products of sigmoids",
           "Hinton 2012, section 2", 1},
          rbm_conditionals, {},
          {{"a forgotten hidden bias",
            {.conditionals =
                 [](auto& layer) {
                   Conditionals planted = UnitSides().conditionals(layer);
                   planted.hidden = [&layer](auto& x) { return sigmoid(matmul(x, layer.weight())); };
                   return planted;
                 }}},
           {"weights of the wrong sign in p(x | h)",
            {.conditionals =
                 [](auto& layer) {
                   Conditionals planted = UnitSides().conditionals(layer);
                   planted.visible = [&layer](auto& h) {
                     return sigmoid(layer.visible_bias() - matmul(h, layer.weight(), false, true));
                   };
                   return planted;
                 }}},
           {"draws from logits that are 10 % too large",
            {.draw =
                 [](auto& layer, auto& x, auto& rng) {
                   return draw_units(matmul(x, layer.weight()), layer.hidden_bias(), rng, 1.1);
                 }}}}),
      identity(
          {"rbm.free_energy", "the free energy -b^T x - sum softplus(c + W^T x) is -log sum_h exp(f(x,h))",
           "Hinton 2012, section 16.1", 1},
          rbm_free_energy, [](auto& layer, auto& x) { return layer.free_energy(x); },
          {{"a visible bias of the wrong sign",
            [](auto& layer, auto& x) {
              const Tensor linear =
                  reshape(matmul(x, reshape(layer.visible_bias(), {layer.visible(), 1})), {x.dim(0)});
              return layer.free_energy(x) + linear * 2.0;
            }},
           {"the likeliest h instead of the sum over h",
            [](auto& layer, auto& x) {
              const Tensor logits = matmul(x, layer.weight()) + layer.hidden_bias();
              return layer.free_energy(x) + sum(softplus(logits) - relu(logits), 1);
            }}}),
      identity(
          {"rbm.exact_logz", "enumeration of either layer gives the same log Z as the sum over all pairs",
           "Salakhutdinov & Murray 2008", 1},
          rbm_exact_logz, exact_log_partition,
          {{"a forgotten factor of 2",
            [](auto& layer) { return exact_log_partition(layer) - std::log(2.0); }},
           {"only the hidden units",
            [](auto& layer) {
              const NoGrad quiet;
              const int64_t m = layer.hidden();
              const Tensor h = all_patterns(m);
              return logsumexp(reshape(matmul(h, reshape(layer.hidden_bias(), {m, 1})), {h.dim(0)})).item();
            }}}),
      identity(
          {"rbm.gradient_vs_tape",
           "the RBM's gradient equals autodiff of mean F(data) - mean F(samples), plain and centred",
           "Hinton 2002; Melchior, Fischer & Wiskott 2016", 1},
          rbm_gradient_vs_tape, written_gradient,
          {{"data and samples swapped",
            [](auto& layer, auto& data, auto& samples, auto& mu, auto& lambda) {
              return written_gradient(layer, samples, data, mu, lambda);
            }},
           {"centring left out", [](auto& layer, auto& data, auto& samples, auto&,
                                    auto&) { return written_gradient(layer, data, samples, {}, {}); }},
           {"hidden units centred at a half", [](auto& layer, auto& data, auto& samples, auto& mu, auto&) {
              return written_gradient(layer, data, samples, mu,
                                      mu.defined() ? full({layer.hidden()}, 0.5, DType::f64) : Tensor());
            }}})};
}

namespace {

/// The 30 patterns of bars and stripes, (30, 16).
Tensor bars_and_stripes(DType dtype) {
  std::vector<double> values;
  for (int64_t pattern = 0; pattern < 30; ++pattern) {
    const bool stripes = pattern >= 16;
    const int64_t bits = stripes ? pattern - 15 : pattern;
    for (int64_t i = 0; i < 16; ++i)
      values.push_back(static_cast<double>(bits >> (stripes ? i % 4 : i / 4) & 1));
  }
  return tensor(values, {30, 16}, dtype);
}

/// The training step on the patterns, and the estimate of log Z.
struct ExactLearning {
  void (*train)(RbmLayer&, const Tensor& patterns, int64_t steps) = [](auto& layer, auto& patterns,
                                                                       int64_t steps) {
    RbmLearning learning(layer, {.chains = RbmChains::exact, .momentum = 0.9}, {}, 1);
    for (int64_t step = 0; step < steps; ++step) learning.step(patterns, 0.2);
  };
  double (*log_partition)(const RbmLayer& layer) = exact_log_partition;
};

// The brief measurement has 150 steps and a lower bound.
RowResult rbm_bars_and_stripes(const ExactLearning& learning, const RowContext& context) {
  const int64_t steps = context.count(700, 150);
  Rng rng(1, "ledger/bars");
  RbmLayer layer(16, 16, rng);
  const Tensor patterns = bars_and_stripes(DType::f32);
  learning.train(layer, patterns, steps);
  const NoGrad quiet;
  const double found = -mean(layer.free_energy(patterns)).item() - learning.log_partition(layer);
  const double optimum = -std::log(30.0);
  return {found <= optimum + 1e-4 ? found : NAN, AtLeast{context.brief ? -9 : -3.45},
          fmt::format(
              "16 hidden units, {} steps with the centred exact gradient of all 30 patterns, rate 0.2, "
              "momentum 0.9; value: mean log p from enumeration, nats; at most the optimum -ln 30 = {:.4f}",
              steps, optimum)};
}

}  // namespace

Rows bars_and_stripes_rows() {
  return {identity(
      {"rbm.bars_and_stripes", "exact gradients bring an RBM close to the optimum on bars and stripes",
       "the optimum is -ln 30", 10},
      rbm_bars_and_stripes, {},
      {{"a machine that does not learn", {.train = [](auto&, auto&, int64_t) {}}},
       {"a log Z that is too small",
        {.train = [](auto&, auto&, int64_t) {},
         .log_partition = [](auto& layer) { return exact_log_partition(layer) - 16 * std::log(2.0); }}}})};
}

}  // namespace gradzoo
