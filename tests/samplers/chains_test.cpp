#include "samplers/chains.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "autograd/ops.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

using test::error_message;

const Target kNormal{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5, 1); }};
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
constexpr SamplerKind kKinds[] = {SamplerKind::mh, SamplerKind::ula, SamplerKind::mala};

ChainResult run(const Target& target, const Tensor& x0, const ChainOptions& options) {
  Rng rng(1, "test/chains");
  return run_chains(target, x0, options, rng);
}
std::string refusal(const Target& target, const Tensor& x0, const ChainOptions& options) {
  return error_message([&] { run(target, x0, options); });
}

TEST_CASE("the same seed gives the same bytes at any thread count, in f32 and f64") {
  const int before = kernels::threads();
  for (const SamplerKind kind : kKinds) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const auto walk = [&](int threads) {
        kernels::set_threads(threads);
        return run(kNormal, test::wave({3000, 3}, dtype), {.kind = kind, .step = 0.4, .steps = 5}).x;
      };
      const Tensor alone = walk(1);
      CHECK(test::same_bytes(walk(2), alone));
      CHECK(test::same_bytes(walk(3), alone));
    }
  }
  kernels::set_threads(before);
}

TEST_CASE("Langevin without noise climbs to the mode") {
  const Target hill{.log_prob = [](const Tensor& x) {
    return sum(square(x - tensor({1, -2}, {2}, DType::f64)) * -0.5, 1);
  }};
  const ChainResult climbed = run(hill, test::wave({5, 2}), {.step = 0.1, .steps = 300, .noise_scale = 0});
  CHECK(test::max_error(climbed.x, {1, -2, 1, -2, 1, -2, 1, -2, 1, -2}) < 1e-12);
}

TEST_CASE("chains traced in few dimensions name coordinates, in many log_prob, mean and norm") {
  const ChainOptions options{.kind = SamplerKind::mala, .step = 0.3, .steps = 200, .warmup = 50};
  const ChainResult few = run(kNormal, test::wave({20, 2}), options);
  CHECK(few.statistics == std::vector<std::string>{"x0", "x1"});
  CHECK(few.ess.size() == 2);
  CHECK(few.rhat[0] < 1.1);
  CHECK(few.gradients == 201);
  CHECK(few.acceptance > 0.7);
  CHECK(few.acceptance < 1);
  const ChainResult many = run(kNormal, test::wave({20, 9}), options);
  CHECK(many.statistics == std::vector<std::string>{"log_prob", "mean", "norm"});
  const Target score_alone{.score = [](const Tensor& x) { return neg(x); }};
  const ChainResult ula = run(score_alone, test::wave({20, 9}), {.step = 0.1, .steps = 3});
  CHECK(ula.statistics == std::vector<std::string>{"mean", "norm"});
  CHECK(std::isnan(ula.ess[0]));
  CHECK(ula.acceptance == 1);
}

TEST_CASE("the ESS of unadjusted Langevin on a Gaussian is that of its autoregression") {
  // x' = (1 - e) x + sqrt(2e) z: rho = 1 - e
  const ChainResult walked = run(kNormal, test::wave({100, 1}), {.step = 0.2, .steps = 2100, .warmup = 100});
  const double rho = 0.8, truth = 100 * 2000 * (1 - rho) / (1 + rho);
  CHECK(walked.ess[0] == doctest::Approx(truth).epsilon(0.06));
}

TEST_CASE("of more chains than are traced, the effective sample size speaks for all") {
  const ChainResult walked = run(kNormal, test::wave({3000, 1}), {.step = 0.5, .steps = 220, .warmup = 20});
  const double rho = 0.5, truth = 3000 * 200 * (1 - rho) / (1 + rho);
  CHECK(walked.ess[0] == doctest::Approx(truth).epsilon(0.06));
}

TEST_CASE("a step or count that is not above 0 is refused by name") {
  const Tensor x = test::wave({3, 2});
  CHECK(contains(refusal(kNormal, x, {.step = 0}), "step is 0"));
  CHECK(contains(refusal(kNormal, x, {.step = -1}), "step is -1"));
  CHECK(contains(refusal(kNormal, x, {.step = std::nan("")}), "above 0"));
  CHECK(contains(refusal(kNormal, x, {.steps = 0}), "steps is 0"));
  CHECK(contains(refusal(kNormal, x, {.steps = 10, .warmup = 10}), "below steps"));
  CHECK(contains(refusal(kNormal, x, {.noise_scale = -1}), "noise is -1"));
  CHECK(contains(refusal(kNormal, x, {.kind = SamplerKind::mala, .noise_scale = 0}), "ula takes any noise"));
  CHECK(contains(refusal(kNormal, zeros({0, 2}), {}), "at least one chain"));
}

TEST_CASE("a chain that starts where the density is not finite is named") {
  const Target log_x{.log_prob = [](const Tensor& x) { return sum(log(x), 1); }};
  const Tensor x = tensor({1, 2, 0, 3}, {4, 1}, DType::f64);
  for (const SamplerKind kind : kKinds) {
    const std::string message = refusal(log_x, x, {.kind = kind});
    CHECK_MESSAGE(contains(message, "log_prob is not finite where chain 2 starts"), message);
  }
  const Target root{.log_prob = [](const Tensor& x) { return sum(sqrt(x), 1); }};
  CHECK(contains(refusal(root, x, {}), "score is not finite where chain 2 starts"));
  CHECK(refusal(root, x, {.kind = SamplerKind::mh, .steps = 1}) == "");
  const Tensor lost = tensor({1, test::kInf}, {2, 1}, DType::f64);
  CHECK(contains(refusal({.score = [](const Tensor& y) { return zeros_like(y); }}, lost, {}), "chain 1"));
}

TEST_CASE("chains that explode are stopped, with a tenth of the step to try") {
  const std::string away = refusal(kNormal, test::wave({3, 2}), {.step = 3});
  CHECK_MESSAGE(contains(away, "explode"), away);
  CHECK_MESSAGE(contains(away, "step=0.3"), away);
  const Target steep{.log_prob = [](const Tensor& x) { return sum(square(square(x)) * -1e6, 1); }};
  const std::string overflow = refusal(steep, test::wave({3, 2}, DType::f32), {.step = 0.5});
  CHECK_MESSAGE(contains(overflow, "explode"), overflow);
  // with its acceptance the same step merely stays where it is
  CHECK(refusal(steep, test::wave({3, 2}, DType::f32),
                {.kind = SamplerKind::mala, .step = 0.5, .steps = 5}) == "");
}

TEST_CASE("a target without a density is refused by what needs one, which names what does not") {
  const Target score_alone{.score = [](const Tensor& x) { return neg(x); }};
  for (const SamplerKind kind : {SamplerKind::mh, SamplerKind::mala}) {
    CHECK(contains(refusal(score_alone, test::wave({2, 2}), {.kind = kind}), "ula needs the score alone"));
  }
  CHECK(contains(refusal({}, test::wave({2, 2}), {}), "neither log-density nor score"));
}

TEST_CASE("samplers and conventions are found by name") {
  for (const SamplerInfo& info : known_samplers()) {
    CHECK(parse_sampler(info.name) == info.kind);
    CHECK(sampler_name(info.kind) == info.name);
  }
  CHECK(contains(error_message([] { parse_sampler("malaa"); }), "mala"));
  CHECK(parse_convention("half") == StepConvention::half);
  CHECK(contains(error_message([] { parse_convention("both"); }), "full"));
}

}  // namespace
}  // namespace gradzoo
