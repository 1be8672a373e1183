#include <numeric>

#include "gradzoo/samplers/kinds/gibbs.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/samplers/line_density.h"

namespace gradzoo {
namespace {

constexpr double kLeastP = 3e-5;  // of three: false alarm 9e-5

// Returns the number of each row of bits (n, bits), highest bit first.
std::vector<size_t> states_of(const Tensor& x) {
  std::vector<size_t> out;
  const std::vector<double> all = x.to_vector();
  const auto bits = static_cast<size_t>(x.dim(1));
  for (size_t row = 0; row < all.size(); row += bits) {
    size_t state = 0;
    for (size_t i = 0; i < bits; ++i) state = 2 * state + (all[row + i] > 0.5 ? 1 : 0);
    out.push_back(state);
  }
  return out;
}

// All 2^bits states in order, (2^bits, bits) f64.
Tensor all_states(int64_t bits) { return flip(all_patterns(bits), 1); }

/// A distribution on {0,1}^bits: the probability of each state; x_0 is the highest bit of its number.
struct BitTable {
  int64_t bits;
  std::vector<double> probabilities;  // 2^bits of them

  /// States drawn exactly: (n, bits) f64.
  Tensor sample(int64_t n, Rng& rng) const {
    std::vector<double> upto(probabilities.size());
    std::partial_sum(probabilities.begin(), probabilities.end(), upto.begin());
    std::vector<int64_t> places;
    places.reserve(static_cast<size_t>(n));
    for (const double u : rand({n}, rng, DType::f64).to_vector()) {
      const auto found = std::upper_bound(upto.begin(), upto.end() - 1, u * upto.back());
      places.push_back(found - upto.begin());
    }
    return index_select(all_states(bits), 0, tensor(places, {n}));
  }

  /// Returns the log-probability as a target of chains.
  Target target() const {
    const Tensor log_p = log(tensor(probabilities, {int64_t{1} << bits}, DType::f64));
    return {.log_prob =
                [log_p](const Tensor& x) {
                  const std::vector<size_t> states = states_of(x);
                  const std::vector<int64_t> places(states.begin(), states.end());
                  return index_select(log_p, 0, tensor(places, {x.dim(0)}));
                },
            .binary = true};
  }
};

/// Sixteen probabilities on four bits, between 0.01 and 0.15.
BitTable lopsided_bits() {
  std::vector<double> p(16);
  for (size_t state = 0; state < p.size(); ++state)
    p[state] = 1 + 0.9 * std::sin(1.7 * static_cast<double>(state * state));
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& each : p) each /= total;
  return {4, p};
}

/// A bipartite binary model on three visible and two hidden bits, f(x, h) = x'Wh + b'x + c'h.
struct SmallBipartite {
  Tensor w = tensor({1.5, -1, -2, 0.5, 1, 1.2}, {3, 2}, DType::f64);
  Tensor b = tensor({0.3, -0.4, 0.8}, {3}, DType::f64), c = tensor({-0.5, 0.6}, {2}, DType::f64);

  /// Returns p(x) from the sum over all h.
  BitTable table() const {
    const NoGrad quiet;
    const Tensor x = all_states(3), h = all_states(2);
    const Tensor f = matmul(matmul(x, w), h, false, true) + sum(x * b, 1, true) + sum(h * c, 1);  // (8, 4)
    return {3, softmax(logsumexp(f, 1), 0).to_vector()};
  }

  Target target() const {
    const auto log_prob = [*this](const Tensor& x) {
      return sum(x * b, 1) + sum(softplus(matmul(x, w) + c), 1);
    };
    return {.log_prob = log_prob,
            .conditionals = {
                .hidden = [*this](const Tensor& x) { return sigmoid(matmul(x, w) + c); },
                .visible = [*this](const Tensor& h) { return sigmoid(matmul(h, w, false, true) + b); }},
            .binary = true};
  }
};

double law_p_value(const BitTable& table, const Tensor& x) {
  const std::vector<size_t> states = states_of(x);
  std::vector<double> count(table.probabilities.size(), 0.0);
  for (const size_t state : states) ++count[state];
  return chi_square_tail(chi_square(count, table.probabilities), static_cast<int64_t>(count.size()) - 1);
}

double balance_p_value(const Tensor& x, const Tensor& moved, size_t states) {
  const std::vector<size_t> from = states_of(x), to = states_of(moved);
  std::vector<double> count(states * states, 0.0);
  for (size_t i = 0; i < from.size(); ++i) ++count[from[i] * states + to[i]];
  double chi_square = 0;
  int64_t pairs = 0;
  for (size_t i = 0; i < states; ++i) {
    for (size_t j = 0; j < i; ++j) {
      const double there = count[i * states + j], back = count[j * states + i];
      if (there + back == 0) continue;
      chi_square += (there - back) * (there - back) / (there + back);
      ++pairs;
    }
  }
  return chi_square_tail(chi_square, pairs);
}

/// Returns the smallest p-value of three chi-squared tests: x_next ~ p if x ~ p, (x, x_next) is as frequent
/// as (x_next, x), and after `steps` transitions from zeros the chains are distributed as p.
RowResult table_result(const BitTable& table, FunctionRef<Tensor(const Tensor& x, Rng& rng)> kernel,
                       int64_t chains, int64_t steps, uint64_t seed, std::string_view what) {
  Rng rng(seed, "ledger/tables");
  const NoGrad quiet;
  const Tensor x = table.sample(chains, rng), moved = kernel(x, rng);
  Tensor far = zeros({chains, table.bits}, DType::f64);
  for (int64_t step = 0; step < steps; ++step) far = kernel(far, rng);
  const double law = law_p_value(table, moved), approach = law_p_value(table, far),
               balance = balance_p_value(x, moved, table.probabilities.size());
  return {std::min({law, balance, approach}), AtLeast{kLeastP},
          fmt::format("{}; {} chains; p-values: x_next after one transition from x ~ p, against p: {:.3f}; "
                      "(x, x_next) against (x_next, x): {:.3f}; after {} transitions from zeros, against p: "
                      "{:.3f}; value: the smallest; false-alarm rate 9e-5",
                      what, chains, law, balance, steps, approach)};
}

using GibbsMove = Tensor (*)(const SmallBipartite& model, const Tensor& x, Rng& rng);
Tensor block_gibbs(const SmallBipartite& model, const Tensor& x, Rng& rng) {
  return one_step(BlockGibbs(), model.target(), x, rng);
}

RowResult gibbs_table(GibbsMove move, const RowContext& context) {
  constexpr int64_t kChains = 100'000;
  const SmallBipartite model;
  const auto kernel = [&](const Tensor& x, Rng& rng) { return move(model, x, rng); };
  return table_result(model.table(), kernel, kChains, context.count(30, 20), context.seed,
                      "three visible and two hidden bits, p(x) from a sum over both");
}

// Updates each bit from its conditional, in order: p is stationary, and the transition is not reversible.
Tensor bits_in_order(const SmallBipartite& model, const Tensor& x, Rng& rng) {
  Tensor at = x;
  for (int64_t bit = 0; bit < 3; ++bit) {
    const Tensor here = cast(eq(arange(3, DType::f64), static_cast<double>(bit)), DType::f64),
                 zero = at * (1.0 - here);
    const Tensor logit = model.target().log_prob(zero + here) - model.target().log_prob(zero);
    at = zero + here * reshape(bernoulli(sigmoid(logit), rng), {x.dim(0), 1});
  }
  return at;
}

/// Returns the target of single-flip chains for a table.
using TargetOf = Target (*)(const BitTable& table);

RowResult flip_table(TargetOf target_of, const RowContext& context) {
  const BitTable table = lopsided_bits();
  const Target target = target_of(table);
  const auto kernel = [&](const Tensor& x, Rng& rng) { return one_step(SingleFlip(), target, x, rng); };
  return table_result(table, kernel, context.count(100'000, 30'000), context.count(120, 100), context.seed,
                      "sixteen probabilities of four bits");
}

}  // namespace

Rows bit_table_rows() {
  return {
      identity({"samplers.gibbs_table",
                "block Gibbs of a bipartite model is stationary, reversible, and converges from one state",
                "Geman & Geman 1984", 2},
               gibbs_table, block_gibbs,
               {{"a forgotten bias",
                 [](auto& model, auto& x, auto& rng) {
                   SmallBipartite no_bias = model;
                   no_bias.b = zeros({3}, DType::f64);
                   return block_gibbs(no_bias, x, rng);
                 }},
                {"the hidden units' mean instead of a draw",
                 [](auto& model, auto& x, auto& rng) {
                   Target means = model.target();
                   means.conditionals.hidden = [model](auto& at) {
                     return cast(gt(matmul(at, model.w) + model.c, 0.0), DType::f64);
                   };
                   return one_step(BlockGibbs(), means, x, rng);
                 }},
                {"a kernel that is not reversible", bits_in_order},
                {"chains that do not move", [](auto&, auto& x, auto&) { return x; }}}),
      identity(
          {"samplers.flip_table",
           "single-flip Metropolis is in detailed balance with a table, and converges to it from one state",
           "Metropolis et al. 1953", 4},
          flip_table, [](auto& table) { return table.target(); },
          {{"another temperature",
            [](auto& table) {
              Target warm = table.target();
              warm.log_prob = [table](auto& x) { return table.target().log_prob(x) * 0.8; };
              return warm;
            }},
           {"flips that are always accepted", [](auto& table) {
              Target flat = table.target();
              flat.log_prob = [](auto& x) { return zeros({x.dim(0)}, x.dtype()); };
              return flat;
            }}})};
}

}  // namespace gradzoo
