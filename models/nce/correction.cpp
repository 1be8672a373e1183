#include "models/nce/correction.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/samplers/kinds/langevin.h"

namespace gradzoo {
namespace {

constexpr int64_t kWalkers = 250;  // codes that walk together

Tensor log_weights(const Weighted& weighted, const Tensor& x) {
  return cast(weighted.log_weight(x), DType::f64);
}

// n of the weights' indices: an equal step through the running sum of the weights, from one random offset
// (systematic resampling, Kitagawa 1996).
Tensor resampled(const Tensor& log_weight, int64_t n, Rng& rng) {
  const Tensor share = softmax(log_weight, 0);
  const double offset = rand({1}, rng, DType::f64).item();
  Tensor chosen = empty({n}, DType::i64);
  double sum = share.data<double>()[0];
  int64_t at = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double wanted = (static_cast<double>(i) + offset) / static_cast<double>(n);
    while (sum < wanted && at + 1 < share.dim(0)) sum += share.data<double>()[++at];
    chosen.mutable_data<int64_t>()[i] = at;
  }
  return chosen;
}

// One of each row's weights (n, pool), among all of them: the largest of log w plus Gumbel noise is one by
// its weight (Gumbel 1954).
Tensor one_of_each(const Tensor& log_weight, Rng& rng) {
  const Tensor u = clamp(rand(log_weight.shape(), rng, DType::f64), 1e-300, 1);
  const Tensor chosen = argmax(log_weight - log(-log(u)), 1);
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < chosen.dim(0); ++i)
    rows.push_back(i * log_weight.dim(1) + chosen.data<int64_t>()[i]);
  return row_index(rows);
}

Tensor walked(const Weighted& weighted, const ContrastDraws& draws, int64_t n, Rng& rng,
              const ShareDone& done) {
  if (weighted.flow == nullptr)
    throw Error("draw=langevin needs a flow's codes, and this noise has none. Hint: use draw=energy");
  const CouplingFlow& flow = *weighted.flow;
  const Target of_codes{.log_prob = [&](const Tensor& z) {
    return weighted.log_weight(flow.inverse(z).to) - 0.5 * sum(square(z), 1);
  }};
  Tensors ends;
  for (int64_t first = 0; first < n; first += kWalkers) {
    AdjustedLangevin mala({.step = draws.walk_step});
    mala.begin(of_codes, randn({std::min(kWalkers, n - first), flow.numbers()}, rng));
    for (int64_t step = 0; step < draws.walk; ++step) mala.step(of_codes, rng);
    ends.push_back(flow.inverse(mala.x()).to);
    if (done) done(static_cast<double>(std::min(first + kWalkers, n)) / static_cast<double>(n));
  }
  return concat(ends, 0);
}

}  // namespace

Tensor drawn_again(const Weighted& weighted, const ContrastDraws& draws, int64_t n, Rng& rng,
                   const ShareDone& done) {
  if (draws.draw == ContrastDraw::flow) return weighted.noise.sample(n, rng);
  if (draws.draw == ContrastDraw::langevin) return walked(weighted, draws, n, rng, done);
  const Tensor pool = weighted.noise.sample(n * draws.pool, rng);
  const Tensor log_weight = log_weights(weighted, pool);
  return index_select(pool, 0,
                      weighted.own_pools ? one_of_each(reshape(log_weight, {n, draws.pool}), rng)
                                         : resampled(log_weight, n, rng));
}

Tensor kept_by_rejection(const Weighted& weighted, const Tensor& points, Rng& rng) {
  const Tensor log_weight = log_weights(weighted, points);
  const std::vector<double> share = exp(log_weight - max(log_weight)).to_vector();
  const std::vector<double> draws = rand({points.dim(0)}, rng, DType::f64).to_vector();
  std::vector<int64_t> kept;
  for (size_t i = 0; i < share.size(); ++i)
    if (draws[i] < share[i]) kept.push_back(static_cast<int64_t>(i));
  return index_select(points, 0, row_index(kept));
}

Picture corrected_picture(const Toy& toy, const Weighted& weighted, Rng& rng) {
  constexpr int64_t kPoints = 1000;
  const Tensor points = weighted.noise.sample(kPoints, rng);
  const Tensor kept = kept_by_rejection(weighted, points, rng);
  Plane of_noise = samples_over_truth(toy, points), of_kept = samples_over_truth(toy, kept),
        again = samples_over_truth(toy, drawn_again(weighted, {}, kPoints, rng));
  of_noise.title = "noise";
  of_kept.title = fmt::format("kept by rejection, {} of {}", kept.dim(0), kPoints);
  again.title = "resampled by weight";
  return {"corrected",
          "Noise corrected by D: the noise, the points that rejection keeps with probability w / max w, and "
          "fresh noise resampled with weights w = D / (1 - D) = exp(f - c) / (nu p_n). The better the noise, "
          "the more points are kept.",
          Planes{{std::move(of_noise), std::move(of_kept), std::move(again)}}};
}

}  // namespace gradzoo
