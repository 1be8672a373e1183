#include "gradzoo/models/eval/probe.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/learn/learner.h"

namespace gradzoo {
namespace {

constexpr int64_t kProbeBatch = 500, kFewestProbeSteps = 1000, kProbeEpochs = 20;
constexpr double kProbeRate = 0.01;
constexpr double kWeightDecays[] = {1e-4, 1e-3, 1e-2, 1e-1};

void check_features(const LabelledFeatures& fit, const LabelledFeatures& other) {
  if (fit.features.dim(1) != other.features.dim(1))
    throw Error("probe: features of {} and of {} elements. Hint: give codes from one model",
                fit.features.dim(1), other.features.dim(1));
  if (!std::isfinite(sum(other.features).item()))
    throw Error("probe: a feature is not finite. Hint: use a run that did not diverge");
}

/// To mean 0 and variance 1, of what the classifier learns from.
struct Standard {
  Tensor mean, deviation;  // (1, features)

  explicit Standard(const Tensor& rows)
      : mean(gradzoo::mean(rows, 0, true)),
        deviation(sqrt(gradzoo::mean(square(rows - mean), 0, true) + 1e-6)) {}
  LabelledFeatures of(const LabelledFeatures& some) const {
    return {(some.features - mean) / deviation, some.labels};
  }
};

// The least mean cross-entropy plus decay/2 |W|^2, a convex function: by Adam, its rate falling to 0.
std::unique_ptr<Linear> fitted_linear(const LabelledFeatures& fit, int64_t classes, double decay,
                                      uint64_t seed) {
  Rng rng(seed, "probe");
  auto linear = std::make_unique<Linear>(fit.features.dim(1), classes, rng);
  Learner learner(*linear);
  const int64_t n = fit.features.dim(0), batch = std::min(kProbeBatch, n);
  const int64_t steps = std::max(kFewestProbeSteps, kProbeEpochs * (n / batch));
  Tensor order;
  for (int64_t step = 0, next = n; step < steps; ++step, next += batch) {
    if (next + batch > n) order = randperm(n, rng), next = 0;
    const Tensor rows = order.rows(next, next + batch);
    const Tensor x = index_select(fit.features, 0, rows), y = index_select(fit.labels, 0, rows);
    const Tape tape;
    const double left = 1 - static_cast<double>(step) / static_cast<double>(steps);
    learner.step(mean(cross_entropy(linear->forward(x), y)) + sum(square(linear->weight())) * (decay / 2),
                 kProbeRate * left);
  }
  return linear;
}

// 1 where a row is called another class than its own.
Tensor mistakes(const Linear& linear, const LabelledFeatures& some) {
  const NoGrad quiet;
  const Tensor called = argmax(linear.forward(some.features), 1);
  return cast(ne(called, some.labels), DType::f64);
}

}  // namespace

ProbeResult probe(const LabelledFeatures& fit, const LabelledFeatures& valid, const LabelledFeatures& test,
                  int64_t classes, uint64_t seed) {
  for (const LabelledFeatures* some : {&fit, &valid, &test}) check_features(fit, *some);
  const Standard standard(fit.features);
  const LabelledFeatures of_fit = standard.of(fit), of_valid = standard.of(valid),
                         of_test = standard.of(test);
  ProbeResult best;
  best.valid_error = INFINITY;
  for (const double decay : kWeightDecays) {
    const std::unique_ptr<Linear> linear = fitted_linear(of_fit, classes, decay, seed);
    const double error = mean_of_rows(mistakes(*linear, of_valid)).value;
    if (error < best.valid_error) best = {mean_of_rows(mistakes(*linear, of_test)), error, decay};
  }
  return best;
}

}  // namespace gradzoo
