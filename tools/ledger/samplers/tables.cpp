#include "tools/ledger/samplers/tables.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "samplers/kinds/flip.h"
#include "samplers/kinds/gibbs.h"

namespace gradzoo {
namespace {

constexpr double kLeastP = 3e-5;  // of three: false alarm 9e-5

// The number of every row of bits (n, bits), the first bit the highest.
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
Tensor all_states(int64_t bits) {
  std::vector<double> out;
  for (int64_t state = 0; state < int64_t{1} << bits; ++state) {
    for (int64_t i = bits - 1; i >= 0; --i) out.push_back(static_cast<double>(state >> i & 1));
  }
  return tensor(out, {int64_t{1} << bits, bits}, DType::f64);
}

double law_p_value(const BitTable& table, const Tensor& x) {
  const std::vector<size_t> states = states_of(x);
  std::vector<double> count(table.probabilities.size(), 0.0);
  for (const size_t state : states) ++count[state];
  double chi_square = 0;
  for (size_t state = 0; state < count.size(); ++state) {
    const double expected = static_cast<double>(states.size()) * table.probabilities[state];
    chi_square += (count[state] - expected) * (count[state] - expected) / expected;
  }
  return chi_square_tail(chi_square, static_cast<int64_t>(count.size()) - 1);
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

RowResult table_result(const TablePValues& found, int64_t chains, int64_t steps, std::string_view what) {
  return {
      found.least(), AtLeast{kLeastP},
      fmt::format("{}; {} chains: from x ~ p one transition, x' against p: p-value {:.3f}; (x, x') against "
                  "(x', x): {:.3f}; from zeros, after {} transitions, against p: {:.3f}; value: the least; "
                  "false alarm 9e-5",
                  what, chains, found.law, found.balance, steps, found.approach)};
}

RowResult gibbs_table(const RowContext& context) {
  constexpr int64_t kChains = 100'000, kSteps = 30;
  const SmallBipartite model;
  const Target target = model.target();
  BlockGibbs sampler;
  const TablePValues found = measure_table(
      model.table(),
      [&](const Tensor& x, Rng& rng) {
        sampler.begin(target, x);
        sampler.step(target, rng);
        return sampler.x();
      },
      kChains, kSteps, context.seed);
  return table_result(found, kChains, kSteps, "three visible and two hidden bits, p(x) by summing over both");
}

RowResult flip_table(const RowContext& context) {
  constexpr int64_t kChains = 100'000, kSteps = 120;
  const BitTable table = lopsided_bits();
  const Target target = table.target();
  SingleFlip sampler;
  const TablePValues found = measure_table(
      table,
      [&](const Tensor& x, Rng& rng) {
        sampler.begin(target, x);
        sampler.step(target, rng);
        return sampler.x();
      },
      kChains, kSteps, context.seed);
  return table_result(found, kChains, kSteps, "sixteen probabilities on four bits");
}

}  // namespace

Tensor BitTable::sample(int64_t n, Rng& rng) const {
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

Target BitTable::target() const {
  const Tensor log_p = log(tensor(probabilities, {int64_t{1} << bits}, DType::f64));
  return {.log_prob =
              [log_p](const Tensor& x) {
                const std::vector<size_t> states = states_of(x);
                const std::vector<int64_t> places(states.begin(), states.end());
                return index_select(log_p, 0, tensor(places, {x.dim(0)}));
              },
          .binary = true};
}

BitTable lopsided_bits() {
  std::vector<double> p(16);
  for (size_t state = 0; state < p.size(); ++state)
    p[state] = 1 + 0.9 * std::sin(1.7 * static_cast<double>(state * state));
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& each : p) each /= total;
  return {4, p};
}

SmallBipartite::SmallBipartite()
    : w(tensor({1.5, -1, -2, 0.5, 1, 1.2}, {3, 2}, DType::f64)),
      b(tensor({0.3, -0.4, 0.8}, {3}, DType::f64)),
      c(tensor({-0.5, 0.6}, {2}, DType::f64)) {}

BitTable SmallBipartite::table() const {
  const NoGrad quiet;
  const Tensor x = all_states(3), h = all_states(2);
  const Tensor f = matmul(matmul(x, w), h, false, true) + sum(x * b, 1, true) + sum(h * c, 1);  // (8, 4)
  return {3, softmax(logsumexp(f, 1), 0).to_vector()};
}

Target SmallBipartite::target() const {
  const auto log_prob = [*this](const Tensor& x) {
    return sum(x * b, 1) + sum(softplus(matmul(x, w) + c), 1);
  };
  return {.log_prob = log_prob,
          .conditionals = {
              .hidden = [*this](const Tensor& x) { return sigmoid(matmul(x, w) + c); },
              .visible = [*this](const Tensor& h) { return sigmoid(matmul(h, w, false, true) + b); }},
          .binary = true};
}

double TablePValues::least() const { return std::min({law, balance, approach}); }

TablePValues measure_table(const BitTable& table, Kernel kernel, int64_t chains, int64_t steps,
                           uint64_t seed) {
  Rng rng(seed, "ledger/tables");
  const NoGrad quiet;
  const Tensor x = table.sample(chains, rng), moved = kernel(x, rng);
  Tensor far = zeros({chains, table.bits}, DType::f64);
  for (int64_t step = 0; step < steps; ++step) far = kernel(far, rng);
  return {law_p_value(table, moved), balance_p_value(x, moved, table.probabilities.size()),
          law_p_value(table, far)};
}

// Q(a + 1, h) = Q(a, h) + h^a e^-h / Gamma(a + 1) from Q(1/2, h) = erfc sqrt h or Q(1, h) = e^-h, h = x/2.
double chi_square_tail(double x, int64_t k) {
  const double h = x / 2;
  const bool is_odd = k % 2 == 1;
  if (k == 0 || h <= 0) return 1;
  double tail = is_odd ? std::erfc(std::sqrt(h)) : std::exp(-h);
  for (double a = is_odd ? 0.5 : 1; a < static_cast<double>(k) / 2; ++a)
    tail += std::exp(a * std::log(h) - h - std::lgamma(a + 1));
  return tail;
}

Row gibbs_table_row() {
  return {"samplers.gibbs_table",
          RowKind::identity,
          "block Gibbs leaves the law of a bipartite model as it is, is reversible, and gets there from one "
          "state",
          "Geman & Geman 1984",
          true,
          2,
          gibbs_table};
}

Row flip_table_row() {
  return {"samplers.flip_table",
          RowKind::identity,
          "single-flip Metropolis is in detailed balance with a table, and gets there from one state",
          "Metropolis et al. 1953",
          true,
          4,
          flip_table};
}

}  // namespace gradzoo
