#include "gradzoo/nn/fit/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "nn/fit/kmeans.h"

namespace gradzoo {
namespace {

constexpr int64_t kNumbersAtOnce = int64_t{1} << 20;  // of a block's statistics: 8 MB

// Rows whose statistics are made at once.
int64_t rows_at_once(int64_t d) { return std::max<int64_t>(1, kNumbersAtOnce / (d * (d + 1))); }

/// The pairs i <= j of d axes: a symmetric matrix is its values there.
struct Pairs {
  explicit Pairs(int64_t d) : dimensions(d) {
    std::vector<int64_t> i, j, at, of(static_cast<size_t>(d * d));
    std::vector<double> count;
    for (int64_t row = 0; row < d; ++row) {
      for (int64_t column = row; column < d; ++column) {
        const auto pair = static_cast<int64_t>(i.size());
        of[static_cast<size_t>(row * d + column)] = of[static_cast<size_t>(column * d + row)] = pair;
        i.push_back(row);
        j.push_back(column);
        at.push_back(row * d + column);
        count.push_back(row == column ? 1 : 2);
      }
    }
    const auto n = static_cast<int64_t>(i.size());
    first = tensor(i, {n});
    second = tensor(j, {n});
    occurrences = tensor(count, {n}, DType::f64);
    entry = tensor(at, {n});
    of_entry = tensor(of, {d * d});
  }
  int64_t count() const { return first.size(); }
  /// (k, d, d) symmetric -> (k, pairs), and back.
  Tensor packed(const Tensor& matrices) const {
    return index_select(reshape(matrices, {matrices.dim(0), dimensions * dimensions}), 1, entry);
  }
  Tensor unpacked(const Tensor& values) const {
    return reshape(index_select(values, 1, of_entry), {values.dim(0), dimensions, dimensions});
  }

  int64_t dimensions;
  Tensor first, second;  // i and j (pairs)
  Tensor occurrences;    // of the pair in a matrix: 1 on the diagonal, else 2
  Tensor entry;          // i d + j (pairs)
  Tensor of_entry;       // (d^2), the pair of each entry
};

// Gaussians' sufficient statistics, z beside z_i z_j for i <= j: (n, d) -> (n, d + pairs).
Tensor statistics(const Tensor& z, const Pairs& pairs) {
  return concat({z, index_select(z, 1, pairs.first) * index_select(z, 1, pairs.second)}, 1);
}

/// log(w_k N(z; mean_k, covariance_k)) = a_k + b_k . statistics(z - origin): one product for all k.
struct NaturalParameters {
  Tensor origin;    // (d): statistics of rows around 0 lose no digits
  Tensor constant;  // a (k)
  Tensor linear;    // b (k, d + pairs)
};

// With noise on z of variance `ridge`, the mean of the logarithms over it: ridge/2 tr precision less.
NaturalParameters natural(const GaussianMixture& mixture, const Tensor& origin, const Pairs& pairs,
                          double ridge = 0) {
  const int64_t k = mixture.components(), d = mixture.dimensions();
  const Tensor half_log_det = sum(log(diagonal(cholesky(mixture.covariances))), 1);
  const Tensor precision = inverse(mixture.covariances);
  const Tensor mean = reshape(mixture.means - origin, {k, d, 1});
  const Tensor toward = matmul(precision, mean);  // (k, d, 1)
  const Tensor energy = (reshape(sum(mean * toward, 1), {k}) + trace(precision) * ridge) * 0.5;
  const double log_2pi = std::log(2 * std::numbers::pi);
  return {origin, log(mixture.weights) - half_log_det - energy - 0.5 * static_cast<double>(d) * log_2pi,
          concat({reshape(toward, {k, d}), pairs.packed(precision) * pairs.occurrences * -0.5}, 1)};
}

// log(w_k N(z; ...)) of statistics (n, d + pairs): (n, k).
Tensor component_log_prob(const NaturalParameters& of, const Tensor& t) {
  return matmul(t, of.linear, false, true) + of.constant;
}

/// What an M step reads: for each component the number of rows that are its, and the sum of their statistics.
struct Moments {
  Tensor counts;  // (k)
  Tensor sums;    // (k, d + pairs)
};

// The Gaussians of these moments, around `origin`. A component without rows keeps its place, and weighs
// nothing.
GaussianMixture maximised(const Moments& moments, const GaussianMixture& before, const Tensor& origin,
                          const Pairs& pairs, double ridge) {
  const int64_t k = before.components(), d = before.dimensions();
  const Tensor has_rows = gt(moments.counts, 1e-10);
  const Tensor shares = moments.sums / reshape(maximum(moments.counts, 1e-10), {k, 1});
  const Tensor mean = slice(shares, 1, 0, d);
  const Tensor second = pairs.unpacked(slice(shares, 1, d, d + pairs.count()));
  const Tensor covariance =
      second - reshape(mean, {k, d, 1}) * reshape(mean, {k, 1, d}) + eye(d, DType::f64) * ridge;
  return {where(has_rows, moments.counts, 0.0) / sum(moments.counts),
          where(reshape(has_rows, {k, 1}), mean + origin, before.means),
          where(reshape(has_rows, {k, 1, 1}), covariance, before.covariances)};
}

// Calls fn(begin, statistics) for blocks of rows.
template <class Fn>
void for_each_block(const Tensor& z, const Tensor& origin, const Pairs& pairs, Fn fn) {
  const int64_t n = z.dim(0), step = rows_at_once(pairs.dimensions);
  for (int64_t begin = 0; begin < n; begin += step)
    fn(begin, statistics(z.rows(begin, std::min(begin + step, n)) - origin, pairs));
}

// The moments of clusters, each row in one.
Moments moments_of(const Tensor& z, const Tensor& origin, const Pairs& pairs, const Tensor& labels,
                   int64_t k) {
  Moments all{zeros({k}, DType::f64), zeros({k, z.dim(1) + pairs.count()}, DType::f64)};
  for_each_block(z, origin, pairs, [&](int64_t begin, const Tensor& t) {
    const Tensor own = one_hot(labels.rows(begin, begin + t.dim(0)), k, DType::f64);
    all = {all.counts + sum(own, 0), all.sums + matmul(own, t, true, false)};
  });
  return all;
}

// An E step, with what the next M step reads; `objective` becomes the mean of the rows' logarithms.
Moments expected(const Tensor& z, const NaturalParameters& of, const Pairs& pairs, double& objective) {
  const int64_t k = of.constant.dim(0);
  Moments all{zeros({k}, DType::f64), zeros(of.linear.shape(), DType::f64)};
  objective = 0;
  for_each_block(z, of.origin, pairs, [&](int64_t, const Tensor& t) {
    const Tensor joint = component_log_prob(of, t);         // (n, k)
    const Tensor evidence = logsumexp(joint, 1, true);      // (n, 1)
    const Tensor responsibilities = exp(joint - evidence);  // p(k|z)
    all = {all.counts + sum(responsibilities, 0), all.sums + matmul(responsibilities, t, true, false)};
    objective += sum(evidence).item() / static_cast<double>(z.dim(0));
  });
  return all;
}

}  // namespace

GaussianMixture GaussianMixture::with_room(int64_t k, int64_t d) {
  return {zeros({k}, DType::f64), zeros({k, d}, DType::f64), zeros({k, d, d}, DType::f64)};
}

Tensor GaussianMixture::log_prob(const Tensor& z) const {
  const Pairs pairs(dimensions());
  const NaturalParameters of = natural(*this, mean(means, 0), pairs);
  const Tensor rows = cast(z, DType::f64);
  Tensors parts;
  for_each_block(rows, of.origin, pairs,
                 [&](int64_t, const Tensor& t) { parts.push_back(logsumexp(component_log_prob(of, t), 1)); });
  return concat(parts, 0);
}

// mean_k + L_k noise, L_k L_k' = covariance_k, for a k by its weight.
Tensor GaussianMixture::sample(int64_t n, Rng& rng) const {
  const NoGrad quiet;
  const int64_t d = dimensions();
  const Tensor factors = cholesky(covariances), at = rand({n}, rng, DType::f64),
               noise = randn({n, d}, rng, DType::f64);
  std::vector<double> cumulative = cumsum(weights, 0).to_vector();
  // The last component that weighs anything takes what rounding leaves.
  const auto last = std::ranges::lower_bound(cumulative, cumulative.back()) - cumulative.begin();
  Tensor chosen = zeros({n}, DType::i64);
  for (int64_t i = 0; i < n; ++i) {
    const auto k = std::ranges::upper_bound(cumulative, at.data<double>()[i]) - cumulative.begin();
    chosen.mutable_data<int64_t>()[i] = std::min(k, last);
  }
  Tensors parts;
  const int64_t step = rows_at_once(d);
  for (int64_t begin = 0; begin < n; begin += step) {
    const int64_t end = std::min(begin + step, n);
    const Tensor own = chosen.rows(begin, end);
    const Tensor moved =
        matmul(index_select(factors, 0, own), reshape(noise.rows(begin, end), {end - begin, d, 1}));
    parts.push_back(index_select(means, 0, own) + reshape(moved, {end - begin, d}));
  }
  return concat(parts, 0);
}

void GaussianMixture::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".weights", weights);
  state.add(prefix + ".means", means);
  state.add(prefix + ".covariances", covariances);
}

void GaussianMixture::assign(const GaussianMixture& other) {
  const int64_t lacking = components() - other.components(), d = dimensions();
  if (lacking < 0 || d != other.dimensions())
    throw Error(
        "mixture: {} components in {} dimensions do not fit into {} in {}. Hint: make it with with_room()",
        other.components(), other.dimensions(), components(), d);
  const auto copy = [](Tensor& to, const Tensor& from, const Tensor& rest) {
    assign_values(to, concat(from, rest, 0));
  };
  copy(weights, other.weights, zeros({lacking}, DType::f64));
  copy(means, other.means, zeros({lacking, d}, DType::f64));
  copy(covariances, other.covariances, broadcast_to(eye(d, DType::f64), {lacking, d, d}));
}

MixtureFit fit_mixture(const Tensor& z, const MixtureOptions& options, Rng& rng) {
  const NoGrad quiet;
  const Tensor rows = cast(z, DType::f64);
  const int64_t k = std::min(options.components, std::max<int64_t>(1, rows.dim(0)));
  const Clustering clusters = kmeans(rows, k, rng);
  const int64_t d = rows.dim(1);
  const Pairs pairs(d);
  const Tensor origin = mean(rows, 0);
  const GaussianMixture round_clusters{zeros({k}, DType::f64), clusters.centres,
                                       broadcast_to(eye(d, DType::f64), {k, d, d})};
  MixtureFit fit{maximised(moments_of(rows, origin, pairs, clusters.labels, k), round_clusters, origin, pairs,
                           options.ridge),
                 {}};
  for (int64_t round = 0;; ++round) {
    double objective = 0;
    const Moments moments =
        expected(rows, natural(fit.mixture, origin, pairs, options.ridge), pairs, objective);
    const bool gains = fit.objective.empty() || objective - fit.objective.back() >= options.tolerance;
    fit.objective.push_back(objective);
    if (!gains || round == options.rounds) return fit;
    fit.mixture = maximised(moments, fit.mixture, origin, pairs, options.ridge);
  }
}

}  // namespace gradzoo
