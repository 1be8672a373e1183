#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "samplers/chains.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

Tensor log_normal(const Tensor& x) { return sum(square(x) * -0.5, 1); }
const Target kNormal{.log_prob = log_normal};

Tensor one_step(const Target& target, const Tensor& x, const ChainOptions& options, uint64_t seed = 1) {
  Rng rng(seed, "test");
  PointValue value = evaluate(target, x, options.kind);
  return transition(target, x, value, options, rng);
}

TEST_CASE("an unadjusted Langevin step is x + e grad f + sqrt(2e) z") {
  const Tensor x = test::wave({6, 3});
  Rng rng(1, "test");
  const Tensor z = randn({6, 3}, rng, DType::f64);
  const Tensor wanted = x - x * 0.3 + z * std::sqrt(0.6);
  CHECK(test::max_error(one_step(kNormal, x, {.step = 0.3}), wanted.to_vector()) < 1e-15);
  const Tensor quiet = one_step(kNormal, x, {.step = 0.3, .noise_scale = 0});
  CHECK(test::max_error(quiet, (x * 0.7).to_vector()) < 1e-15);
}

TEST_CASE("a step of 2e in the half convention is a step of e in the full one, to the byte") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = test::wave({50, 3}, dtype);
    for (const SamplerKind kind : {SamplerKind::ula, SamplerKind::mala}) {
      const ChainOptions full{.kind = kind, .step = 0.3};
      const ChainOptions half{.kind = kind, .step = 0.6, .convention = StepConvention::half};
      CHECK(test::same_bytes(one_step(kNormal, x, full), one_step(kNormal, x, half)));
    }
  }
}

TEST_CASE("every chain of a Metropolis step stays or takes the proposal, and its value follows") {
  const Tensor x = test::wave({200, 2});
  for (const SamplerKind kind : {SamplerKind::mh, SamplerKind::mala}) {
    const double step = kind == SamplerKind::mh ? 1.5 : 0.9;
    Rng rng(3, "test");
    PointValue value = evaluate(kNormal, x, kind);
    double accepted = 0;
    const Tensor next = transition(kNormal, x, value, {.kind = kind, .step = step}, rng, &accepted);
    Rng same(3, "test");
    const Tensor drift = kind == SamplerKind::mh ? x : x - x * step;
    const double scale = kind == SamplerKind::mh ? step : std::sqrt(2 * step);
    const Tensor proposal = drift + randn({200, 2}, same, DType::f64) * scale;
    int64_t moved = 0;
    for (int64_t i = 0; i < 200; ++i) {
      const bool stays = test::same_bytes(next.rows(i, i + 1), x.rows(i, i + 1));
      const bool moves = test::max_error(next.rows(i, i + 1), proposal.rows(i, i + 1).to_vector()) < 1e-14;
      CHECK(stays != moves);
      moved += moves;
    }
    CHECK(moved > 20);
    CHECK(moved < 180);
    CHECK(accepted == doctest::Approx(static_cast<double>(moved) / 200));
    CHECK(test::max_error(value.log_prob, log_normal(next).to_vector()) < 1e-14);
    if (kind == SamplerKind::mala) CHECK(test::max_error(value.score, neg(next).to_vector()) < 1e-14);
  }
}

TEST_CASE("a chain never enters where the density is 0 or not a number") {
  // a half-normal: log x is NaN below 0
  const Target positive{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5 + log(x) * 0.0, 1); }};
  const Tensor x = full({500, 1}, 0.05, DType::f64);
  const Tensor next = one_step(positive, x, {.kind = SamplerKind::mh, .step = 1});
  CHECK(min(next).item() > 0);
  CHECK(max(next).item() > 0.05);
}

TEST_CASE("one evaluation of the target a transition, one draw of normals and one of uniforms") {
  int evaluations = 0;
  const Target counting{.log_prob = [&](const Tensor& x) {
    ++evaluations;
    return log_normal(x);
  }};
  for (const SamplerKind kind : {SamplerKind::mh, SamplerKind::ula, SamplerKind::mala}) {
    Rng rng(1, "test");
    const Tensor x = test::wave({4, 2});
    PointValue value = evaluate(counting, x, kind);
    evaluations = 0;
    transition(counting, x, value, {.kind = kind}, rng);
    CHECK(evaluations == 1);
    CHECK(rng.draw() == (kind == SamplerKind::ula ? 1 : 2));
  }
}

}  // namespace
}  // namespace gradzoo
