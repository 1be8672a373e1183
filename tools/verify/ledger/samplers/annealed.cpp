#include "gradzoo/samplers/kinds/annealed.h"

#include "gradzoo/autograd/ops.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// Where chains end that begin at x and take a whole annealed walk, with steps of this size and meaning.
using AnnealedWalk = Tensor (*)(const Tensor& x, double step, StepConvention convention, uint64_t seed);

// A Gaussian blurred, in closed form: the score of N(1, 0.25 + sigma^2).
Tensor annealed_walk(const Tensor& x, double step, StepConvention convention, const char* sigmas,
                     uint64_t seed) {
  const Target target{
      .score = [](const Tensor& at) { return (1.0 - at) * 4.0; },
      .noisy_score = [](const Tensor& at, double sigma) { return (1.0 - at) / (0.25 + sigma * sigma); }};
  AnnealedLangevin sampler(
      {.step = step, .convention = convention, .sigmas = sigmas, .level_steps = 20, .denoise = true});
  Rng rng(seed, "ledger/annealed");
  sampler.begin(target, x);
  for (int64_t i = 0; i < sampler.length().steps; ++i) sampler.step(target, rng);
  return sampler.x();
}
constexpr const char* kSigmas = "1,0.5,0.2";

Tensor walk(const Tensor& x, double step, StepConvention convention, uint64_t seed) {
  return annealed_walk(x, step, convention, kSigmas, seed);
}

/// In how many bytes a walk of steps 2e in the half convention differs from one of steps e in the full one.
double convention_difference(AnnealedWalk walk_by, DType dtype, uint64_t seed) {
  constexpr double kStep = 0.02;
  Rng rng(1, "ledger/annealed-start");
  const Tensor x = randn({1000, 3}, rng, dtype);
  const Tensor full = walk_by(x, kStep, StepConvention::full, seed),
               half = walk_by(x, 2 * kStep, StepConvention::half, seed);
  return visit_floating(dtype, [&]<class T>() {
    const auto* a = reinterpret_cast<const unsigned char*>(full.data<T>());
    const auto* b = reinterpret_cast<const unsigned char*>(half.data<T>());
    double differing = 0;
    for (size_t i = 0; i < sizeof(T) * static_cast<size_t>(x.size()); ++i) differing += a[i] != b[i];
    return differing;
  });
}

RowResult annealed_conventions(AnnealedWalk walk_by, const RowContext& context) {
  const double bytes = convention_difference(walk_by, DType::f32, context.seed) +
                       convention_difference(walk_by, DType::f64, context.seed);
  return {
      bytes, AtMost{0},
      "1000 chains, three noise levels of 20 steps and the denoising step, f32 and f64: bytes that differ "
      "between steps of 0.02 with x + e grad f + sqrt(2e) z and of 0.04 with x + e/2 grad f + sqrt(e) z"};
}

}  // namespace

std::vector<Row> annealed_rows() {
  return {identity(
      {"samplers.annealed_conventions",
       "a step of 2e in one convention of annealed Langevin is a step of e in the other, to the byte",
       "Song & Ermon 2019; Roberts & Tweedie 1996", 1},
      annealed_conventions, walk,
      {{"steps that mean something else",
        [](const Tensor& x, double step, StepConvention convention, uint64_t seed) {
          return annealed_walk(x, convention == StepConvention::half ? step / 2 : step, convention, kSigmas,
                               seed);
        }},
       {"levels that are not the same",
        [](const Tensor& x, double step, StepConvention convention, uint64_t seed) {
          return annealed_walk(x, step, convention,
                               convention == StepConvention::half ? "1,0.5,0.3" : kSigmas, seed);
        }}})};
}

}  // namespace gradzoo
