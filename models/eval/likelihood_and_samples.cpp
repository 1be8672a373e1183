#include "gradzoo/models/eval/likelihood_and_samples.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/c2st.h"
#include "gradzoo/nn/distributions.h"

namespace gradzoo {

Tensor one_percent_data(const Tensor& log_p, const Tensor& log_noise) {
  return logsumexp(stack({log_p + std::log(0.01), log_noise + std::log(0.99)}), 0);
}

double mixture_loss(FunctionRef<Tensor(const Tensor& log_p, const Tensor& log_noise)> log_mixture,
                    int64_t dimensions, uint64_t seed) {
  constexpr int64_t kDraws = 2000;
  constexpr double kWidth = 3;
  const NoGrad quiet;
  Rng rng(seed, "ledger/quality");
  const Tensor x = randn({kDraws, dimensions}, rng, DType::f64);
  const Tensor log_p = sum(standard_normal_log_prob(x), 1);
  const Tensor log_noise =
      sum(standard_normal_log_prob(x / kWidth), 1) - static_cast<double>(dimensions) * std::log(kWidth);
  return mean(log_p - log_mixture(log_p, log_noise)).item();
}

Tensor kernel_log_density(const Tensor& train, double width, const Tensor& x) {
  const auto n = static_cast<size_t>(train.dim(0));
  return make_mixture({std::vector<double>(n, 1.0), train, std::vector<double>(n, width)})->log_prob(x);
}

Tensor kernel_samples(const Tensor& train, double width, int64_t n, Rng& rng) {
  const Tensor centres = index_select(train, 0, randperm(train.dim(0), rng).rows(0, n).clone());
  return centres + randn_like(centres, rng) * width;
}

Memory measure_memory(const PointModel& model, uint64_t seed) {
  constexpr int64_t kTrain = 2000, kTest = 500, kSamples = 1000;
  const NoGrad quiet;
  Rng rng(seed, "ledger/memoriser");
  const auto truth = make_toy("ring8");
  const Tensor train = truth->sample(kTrain, rng), test = truth->sample(kTest, rng);
  Memory out{{0.1, 0.03, 0.01, 0.003, 0.001, 0.0003}, {}, 0, train, {}};
  for (const double width : out.widths)
    out.log_px.push_back(
        mean(model.log_density(cast(train, DType::f64), width, cast(test, DType::f64))).item());
  out.samples = model.sample(train, out.widths.back(), kSamples, rng);
  out.p_value = c2st(out.samples, truth->sample(kSamples, rng), {.seed = seed}).p_value;
  return out;
}

}  // namespace gradzoo
