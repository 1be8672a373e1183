#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "models/dae/dae.h"
#include "samplers/given.h"
#include "support/approx.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const DataShape kTiny{.example = {3, 4}};
constexpr double kVariance = 0.16;  // sigma 0.4

std::unique_ptr<Dae> small(const std::vector<std::string>& more = {}) {
  return test::small_model<Dae>(
      "dae", test::joined({"hidden=8", "sigma=0.4", "chain_steps=5", "chain_step=0.3", "ema=0"}, more),
      kTiny);
}

/// Two steps on unlike batches.
struct Stepped {
  std::unique_ptr<Dae> dae = small();
  Rng rng{1, "sampling_test"};
  Tensor first = rand({6, 12}, rng), second = rand({6, 12}, rng) * 0.5;
  Stepped() {
    test::step_on(*dae, first, 0.01);
    test::step_on(*dae, second, 0.01, 1);
  }
  // r by the score: (r(x) - x) / sigma^2.
  Tensor r(const Tensor& x) const { return x + dae->abilities().target.score(x) * kVariance; }
  Tensor walked(const Target& target, const Tensor& from, Rng& draws) const {
    UnadjustedLangevin sampler({.step = 0.3 * kVariance});
    return run_chains(target, from, sampler, {.steps = 5}, draws).x;
  }
};

TEST_CASE("chains begin with the mean and spread of all batches that were seen, noise included") {
  const Stepped stepped;
  Rng a(2, "sampling_test"), b(2, "sampling_test");
  const Tensor from = stepped.dae->abilities().target.initial(5, a), z = randn({5, 12}, b);
  const Tensor seen = concat(stepped.first, stepped.second, 0);  // two batches of one size
  const Tensor spread = sqrt(mean(square(seen), 0) - square(mean(seen, 0)) + kVariance);
  CHECK(test::max_error(from, (mean(seen, 0) + spread * z).to_vector()) < 1e-5);
}

TEST_CASE("samples are ends of Langevin chains of chain_step sigma^2 a step, and one more step through r") {
  const Stepped stepped;
  Rng a(3, "sampling_test"), b(3, "sampling_test");
  const Tensor drawn = stepped.dae->sample({5, a});
  const Target target = stepped.dae->abilities().target;
  const Tensor raw = stepped.walked(target, target.initial(5, b), b);
  CHECK(test::max_error(drawn, clamp(stepped.r(raw), 0, 1).to_vector()) < 1e-5);
  CHECK(test::max_error(drawn, clamp(raw, 0, 1).to_vector()) > 1e-2);
}

TEST_CASE("what fills an image in walks given the noisy known pixels, and goes through r with them") {
  const Stepped stepped;
  Rng a(4, "sampling_test"), b(4, "sampling_test"), pixels(5, "sampling_test");
  const Tensor images = rand({3, 12}, pixels), known = bernoulli(full({12}, 0.5), pixels);
  const Tensor values = images + randn({3, 12}, b) * 0.4;
  const Target free = stepped.dae->abilities().target;
  const Tensor raw = stepped.walked(given({.score = free.score}, values, known), free.initial(3, b), b);
  const Tensor wanted = completed(stepped.r(completed(raw, values, known)), images, known);
  CHECK(test::max_error(stepped.dae->abilities().inpaint({images, known, a}), wanted.to_vector()) < 1e-5);
}

TEST_CASE("r is a perceptron of the activation that is asked for, behind a sigmoid") {
  const auto dae = small({"activation=tanh"});
  Rng init(0, "dae/init");
  const Mlp mlp({12, 8, 12}, init, {.activation = "tanh"});
  const Tensor x = test::wave({4, 12}, DType::f32);
  const Tensor wanted = (sigmoid(mlp.forward(x)) - x) / kVariance;
  CHECK(test::max_error(dae->abilities().target.score(x), wanted.detach().to_vector()) < 1e-5);
}

TEST_CASE("errors are told beside that of leaving the noise: d sigma^2, or what masking took away") {
  Rng rng(6, "sampling_test");
  const Tensor x = rand({10, 12}, rng);
  const Examples images{cast(rand({20, 3, 4}, rng) * 255.0, DType::u8), {}, arange(20, DType::i64)};
  const DataView view{images, images, 7};
  const auto gaussian = small();
  std::map<std::string, double> metrics = test::step_on(*gaussian, x, 0);
  CHECK(metrics["denoising_error"] / metrics["error_per_noise"] == approx(12 * kVariance).epsilon(1e-6));
  const Quantities found = gaussian->evaluate(view);
  CHECK(found[kDaeNoise].value == approx(12 * kVariance).epsilon(1e-6));
  CHECK(found[kDaeErrorPerNoise].value == approx(found[kDaeError].value / found[kDaeNoise].value));
  const Tensor clean = read_examples(images, 0, 20, Pixels::grey, Rng(0)).x;
  Rng noise(7, "dae/held_out");
  const Tensor noisy = clean + randn({20, 12}, noise) * 0.4;
  const Tensor back = noisy + gaussian->abilities().target.score(noisy) * kVariance;
  CHECK(found[kDaeError].value == approx(mean(sum(square(back - clean), 1)).item()).epsilon(1e-4));

  const auto masking = small({"noise=masking", "masked=0.3"});
  Rng blanks(7, "dae/held_out");
  const Tensor blanked = clean * bernoulli(full({20, 12}, 0.7), blanks);
  CHECK(masking->evaluate(view)[kDaeNoise].value ==
        approx(mean(sum(square(blanked - clean), 1)).item()).epsilon(1e-5));
}

TEST_CASE("a chain of masking noise blanks and draws at every step: from its law, not its mean") {
  for (const int64_t steps : {1, 4}) {
    const auto dae = small({"noise=masking", "chain_steps=" + std::to_string(steps)});
    Rng rng(8, "sampling_test");
    dae->sample({3, rng});
    CHECK(rng.draw() == static_cast<uint64_t>(1 + 2 * steps));
  }
}

}  // namespace
}  // namespace gradzoo
