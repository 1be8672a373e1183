#include <cmath>
#include <memory>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "gradzoo/samplers/registry.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor log_normal(const Tensor& x) { return sum(square(x) * -0.5, 1); }
const Target kStandardNormal{.log_prob = log_normal};

Tensor one_step(const Target& target, const Tensor& x, Sampler&& sampler, uint64_t seed = 1) {
  Rng rng(seed, "test");
  sampler.begin(target, x);
  sampler.step(target, rng);
  return sampler.x();
}

UnadjustedLangevin ula(double step, double noise = 1) {
  return UnadjustedLangevin({.step = step, .noise = noise});
}

TEST_CASE("an unadjusted Langevin step is x + e grad f + sqrt(2e) z") {
  const Tensor x = wave({6, 3});
  Rng rng(1, "test");
  const Tensor z = randn({6, 3}, rng, DType::f64);
  const Tensor wanted = x - x * 0.3 + z * std::sqrt(0.6);
  CHECK(max_error(one_step(kStandardNormal, x, ula(0.3)), wanted.to_vector()) < 1e-15);
  const Tensor quiet = one_step(kStandardNormal, x, ula(0.3, 0));
  CHECK(max_error(quiet, (x * 0.7).to_vector()) < 1e-15);
}

TEST_CASE("a step of 2e in the half convention is a step of e in the full one, to the byte") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = wave({50, 3}, dtype);
    const StepConvention half = StepConvention::half;
    CHECK(same_bytes(one_step(kStandardNormal, x, UnadjustedLangevin({.step = 0.3})),
                     one_step(kStandardNormal, x, UnadjustedLangevin({.step = 0.6, .convention = half}))));
    CHECK(same_bytes(one_step(kStandardNormal, x, AdjustedLangevin({.step = 0.3})),
                     one_step(kStandardNormal, x, AdjustedLangevin({.step = 0.6, .convention = half}))));
  }
}

TEST_CASE("every chain of a Metropolis step stays or takes the proposal, and its value follows") {
  const Tensor x = wave({200, 2});
  for (const bool langevin : {false, true}) {
    const double step = langevin ? 0.9 : 1.5;
    std::unique_ptr<Sampler> sampler;
    if (langevin) {
      sampler = std::make_unique<AdjustedLangevin>(AdjustedLangevinOptions{.step = step});
    } else {
      sampler = std::make_unique<RandomWalk>(RandomWalkOptions{.step = step});
    }
    Rng rng(3, "test");
    sampler->begin(kStandardNormal, x);
    sampler->step(kStandardNormal, rng);
    const Tensor next = sampler->x();
    Rng same(3, "test");
    const Tensor drift = langevin ? x - x * step : x;
    const double scale = langevin ? std::sqrt(2 * step) : step;
    const Tensor proposal = drift + randn({200, 2}, same, DType::f64) * scale;
    int64_t moved = 0;
    for (int64_t i = 0; i < 200; ++i) {
      const bool stays = same_bytes(next.rows(i, i + 1), x.rows(i, i + 1));
      const bool moves = max_error(next.rows(i, i + 1), proposal.rows(i, i + 1).to_vector()) < 1e-14;
      CHECK(stays != moves);
      moved += moves;
    }
    CHECK(moved > 20);
    CHECK(moved < 180);
    CHECK(sampler->moved() == approx(static_cast<double>(moved) / 200));
    CHECK(max_error(sampler->value().log_prob, log_normal(next).to_vector()) < 1e-14);
    if (langevin) CHECK(max_error(sampler->value().score, neg(next).to_vector()) < 1e-14);
  }
}

TEST_CASE("a chain never enters where the density is 0 or not a number") {
  // a half-normal: log x is NaN below 0
  const Target positive{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5 + log(x) * 0.0, 1); }};
  const Tensor x = full({500, 1}, 0.05, DType::f64);
  const Tensor next = one_step(positive, x, RandomWalk({.step = 1}));
  CHECK(min(next).item() > 0);
  CHECK(max(next).item() > 0.05);
}

TEST_CASE("one evaluation of the target a transition, one draw of normals and one of uniforms") {
  int evaluations = 0;
  const Target counting{.log_prob = [&](const Tensor& x) {
    ++evaluations;
    return log_normal(x);
  }};
  for (const char* name : {"mh", "ula", "mala"}) {
    Rng rng(1, "test");
    const std::unique_ptr<Sampler> sampler = find_sampler(name).options()->make();
    sampler->begin(counting, wave({4, 2}));
    evaluations = 0;
    sampler->step(counting, rng);
    CHECK(evaluations == 1);
    CHECK(sampler->evaluations() == 2);
    sampler->begin(counting, wave({4, 2}));
    CHECK(sampler->evaluations() == 1);
    CHECK(rng.draw() == (sampler->is_exact() ? 2 : 1));
  }
}

// x' = x + p, p' = p + 1: a momentum that belongs to the chains.
class Coasting : public Sampler {
 public:
  std::string_view name() const override { return "coasting"; }
  unsigned needs() const override { return kNeedsLogProb; }
  double step_size() const override { return 1; }
  bool is_exact() const override { return false; }

 protected:
  void on_begin(const Tensor& x) override { momentum_ = zeros_like(x); }
  Transition transition(const Target& target, Rng&, bool) override {
    momentum_ = momentum_ + 1.0;
    const Tensor moved = x() + momentum_;
    return {moved, evaluate(target, moved), 1};
  }

 private:
  Tensor momentum_;
};

TEST_CASE("what a sampler keeps for its chains begins with them, in their shape") {
  Coasting sampler;
  Rng rng(1, "test");
  for (const Shape& shape : {Shape{2, 3}, Shape{4, 1}}) {
    sampler.begin(kStandardNormal, zeros(shape, DType::f64));
    for (int i = 0; i < 3; ++i) sampler.step(kStandardNormal, rng);
    CHECK(sampler.x().shape() == shape);
    CHECK(sampler.x().to_vector() == std::vector<double>(static_cast<size_t>(shape.size()), 6.0));
  }
}

TEST_CASE("every sampler of the list is what its line says, and is found by its name") {
  for (const SamplerEntry& entry : sampler_registry()) {
    const std::unique_ptr<Sampler> sampler = entry.options()->make();
    CHECK(sampler->name() == entry.name);
    CHECK(sampler->needs() == entry.needs);
    CHECK(&find_sampler(entry.name) == &entry);
    OptionTable table;
    const auto options = entry.options();
    options->describe(table);
    CHECK(table.has("step") == (sampler->step_size() > 0));
    if (!table.has("step")) continue;
    table.set("step", "0.25");
    CHECK(options->make()->step_size() == 0.25);
    const auto make_of_no_step = [&] {
      table.set("step", "0");
      options->make();
    };
    check_refused("step", make_of_no_step);
  }
  CHECK(error_message([] { find_sampler("malaa"); }) ==
        "sampler 'malaa' is not known. Hint: did you mean 'mala'?");
  CHECK(error_message([] { ula(0.1, -1); }) == "ula: noise is -1. Hint: use 0 or more; 1 samples the target");
}

// log N(y; x - e x, 2e) up to a constant, of every row: a Langevin proposal of kQuartic's from x.
Tensor log_proposal(const Tensor& y, const Tensor& x, double e) {
  const Tensor drift = x - square(x) * x * e;
  return sum(square(y - drift), 1) * (-1 / (4 * e));
}

TEST_CASE("mala moves exactly the chains whose uniform number lies below p(x') q(x|x') / (p(x) q(x'|x))") {
  const Target quartic{.log_prob = [](const Tensor& x) { return sum(square(square(x)), 1) * -0.25; }};
  constexpr int64_t kChains = 20000;
  constexpr double kStep = 0.4;
  Rng start(5, "test"), draws(6, "test"), same(6, "test");
  const Tensor x = randn({kChains, 2}, start, DType::f64);
  AdjustedLangevin sampler({.step = kStep});
  sampler.begin(quartic, x);
  sampler.step(quartic, draws);
  const Tensor z = randn({kChains, 2}, same, DType::f64), u = rand({kChains}, same, DType::f64);
  const Tensor y = x - square(x) * x * kStep + z * std::sqrt(2 * kStep);
  const Tensor ratio =
      quartic.log_prob(y) + log_proposal(x, y, kStep) - quartic.log_prob(x) - log_proposal(y, x, kStep);
  int64_t moved = 0, wrong = 0;
  for (int64_t i = 0; i < kChains; ++i) {
    const bool moves = u.data<double>()[i] < std::exp(ratio.data<double>()[i]);
    const double to = moves ? y.data<double>()[2 * i] : x.data<double>()[2 * i];
    moved += moves;
    wrong += std::abs(sampler.x().data<double>()[2 * i] - to) > 1e-12;
  }
  CHECK(wrong == 0);
  CHECK(moved > kChains / 3);
  CHECK(moved < kChains * 9 / 10);
}

}  // namespace
}  // namespace gradzoo
