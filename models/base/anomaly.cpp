#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/abilities.h"
#include "samplers/denoised.h"

namespace gradzoo {
namespace {

constexpr int64_t kNoiseDraws = 4;
constexpr double kOwnChoice = 0.5;  // of the noise, where the target knows the score at any

template <class Term>
Tensor mean_over_draws(Term term) {
  Tensor total = term();
  for (int64_t i = 1; i < kNoiseDraws; ++i) total = total + term();
  return total / static_cast<double>(kNoiseDraws);
}

AnomalyScores by_density(const Target& target, const Tensor& x, Rng& rng) {
  const double t = target.data_noise;
  if (t == 0) return {neg(log_prob_of(target, x)), "-log p(x), up to the constant log Z"};
  return {mean_over_draws([&] { return neg(log_prob_of(target, x + randn_like(x, rng) * t)); }),
          fmt::format("-log p(x + {:g} z), up to the constant log Z, mean of {} draws of z", t, kNoiseDraws)};
}

AnomalyScores by_denoising(const Target& target, const Tensor& x, double noise, Rng& rng) {
  const auto wrong = [&] {
    return sum(square(denoised(target, x + randn_like(x, rng) * noise, noise, rng) - x), 1);
  };
  return {mean_over_draws(wrong),
          fmt::format("|D(x + {:g} z) - x|^2, the error of denoising, mean of {} draws of z", noise,
                      kNoiseDraws)};
}

}  // namespace

AnomalyScores anomaly_by(const Target& target, const Tensor& x, Rng& rng) {
  const NoGrad quiet;
  if (target.log_prob) return by_density(target, x, rng);
  const NoiseRange& range = target.noise_range;
  if (target.noisy_score)
    return by_denoising(target, x, std::clamp(kOwnChoice, range.least, range.most), rng);
  if (target.data_noise > 0) return by_denoising(target, x, target.data_noise, rng);
  return {sum(square(value_and_score(target, x).score), 1), "|s(x)|^2, the squared norm of the score"};
}

}  // namespace gradzoo
