#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

// Energies whose chains need no gradient: proposals at random, of points or of one number of 0 and 1.
namespace gradzoo {
using namespace test;
namespace {

TEST_CASE("mh proposes as far as a Langevin step's noise, and reports what it accepts") {
  const Target target{.log_prob = [](const Tensor& x) { return sum(square(square(x)) * -0.25, 1); }};
  const Tensor from = wave({300, 2});
  Rng a(1, "metropolis_test"), b(1, "metropolis_test");
  double accepted = 0;
  const Tensor walked =
      EbmChains(ebm_mh, {.step = 0.3, .noise = std::sqrt(0.6)}).walk(target, from, 7, a, &accepted);
  const ChainResult wanted = run_chains(target, from, RandomWalk({.step = std::sqrt(0.6)}), {.steps = 7}, b);
  CHECK(same_bytes(walked, wanted.x));
  CHECK(accepted == approx(wanted.acceptance).epsilon(1e-12));
}

const std::vector<std::string> kSmallFlips = {"sampler=flip", "hidden=32", "input_scale=1", "batch=60",
                                              "buffer=600",   "fresh=0",   "ema=0",         "chain_steps=64"};

// {0,1}^16, a state a row.
Tensor all_states() {
  std::vector<double> bits;
  for (int64_t state = 0; state < 65'536; ++state)
    for (int64_t i = 0; i < 16; ++i) bits.push_back(static_cast<double>((state >> i) & 1));
  return tensor(bits, {65'536, 16});
}

TEST_CASE("an energy that is trained by flips learns a law on 0 and 1") {
  const DataShape patterns = toy_shape("bars-and-stripes");
  const auto model = small_model<Ebm>("ebm", kSmallFlips, patterns);
  Rng rng(2, "metropolis_test");
  const Tensor states = all_states();
  const auto mean_log_prob = [&] {  // of the patterns, by enumeration
    const NoGrad quiet;
    const Tensor f = model->network().log_density(states);
    Rng same(3, "metropolis_test");
    const Tensor f_data = model->network().log_density(patterns.toy->sample(3000, same));
    return mean(f_data).item() - logsumexp(f, 0).item();
  };
  const double before = mean_log_prob();  // of f = 0 it is -16 log 2 = -11.1, and -log 30 = -3.4 is the best
  constexpr int64_t kSteps = 1500;
  for (int64_t i = 0; i < kSteps; ++i) step_on(*model, patterns.toy->sample(60, rng), 0.002, i, kSteps);
  const double after = mean_log_prob();
  CHECK(before < -10);
  CHECK(after > -5);
  CHECK(after < -std::log(30.0) + 0.05);
  for (const double x : model->sample({50, rng}).to_vector()) CHECK((x == 0 || x == 1));
  const DataView view{{}, {}, 1};
  CHECK(contains(model->interpretation(view), "change one element"));
}

TEST_CASE("digits of 0 and 1 begin at the data, without noise; what does not fit is refused in words") {
  const DataShape image{.example = {8, 8}};
  check_options("ebm", {"sampler=flip"}, image,
                {"pixels=dynamic-binary", "data_noise=0", "confinement=0", "init=data"});
  check_options("ebm", {"sampler=flip"}, toy_shape("bars-and-stripes"), {"data_noise=0", "jumps=0"});
  check_options("ebm", {}, image, {"pixels=grey"});
  const auto refused = [](const Strings& given, const DataShape& shape) {
    return error_message([&] { small_model<Ebm>("ebm", given, shape); });
  };
  CHECK(contains(refused({"sampler=flip"}, toy_shape("ring8")), "Hint: set sampler=mh"));
  CHECK(contains(refused({"sampler=flip", "pixels=grey"}, image), "Hint: set pixels=dynamic-binary"));
  CHECK(contains(refused({"pixels=fixed-binary"}, image), "Hint: set sampler=flip"));
  CHECK(contains(refused({"sampler=flip", "data_noise=0.1"}, image), "Hint: set data_noise=0"));
  CHECK(contains(refused({"sampler=flip", "jumps=5"}, toy_shape("bars-and-stripes")), "Hint: set jumps=0"));
  CHECK(contains(refused({"sampler=mh", "noise=0.1"}, toy_shape("ring8")), "T ="));
}

TEST_CASE("chains of 0 and 1 begin on either, half and half, and inpainting keeps what is known") {
  const DataShape image{.example = {4, 4}};
  const auto model =
      small_model<Ebm>("ebm", {"sampler=flip", "net=mlp", "hidden=8", "sample_steps=1"}, image);
  Rng rng(4, "metropolis_test");
  // 400 samples of 16 pixels after one flip at most: .5 +- .0063.
  CHECK(std::abs(mean(model->sample({400, rng})).item() - 0.5) < 4 * 0.0063);
  // f of held-out examples is that of their bits.
  const Examples greys{cast(rand({30, 4, 4}, rng) * 255.0, DType::u8), {}, arange(30, DType::i64)};
  Rng draws(9, "ebm/evaluation");
  const Tensor bits = read_examples(greys, 0, 30, Pixels::dynamic_binary, draws).x;
  const DataView held_out{greys, greys, 9};
  CHECK(model->validate(held_out)[kEbmFData].value ==
        approx(mean(model->network().log_density(bits)).item()).epsilon(1e-5));
  Abilities can = model->abilities();
  CHECK(can.target.binary);
  const Tensor images = bernoulli(full({5, 16}, 0.5), rng);
  Tensor known = zeros({16});
  for (int64_t i = 0; i < 8; ++i) known.mutable_data<float>()[i] = 1;
  const Tensor filled = can.inpaint({images, known, rng, {}});
  const Tensor rows = reshape(filled, {5, 16});
  CHECK(slice(rows, 1, 0, 8).to_vector() == slice(images, 1, 0, 8).to_vector());
  for (const double x : rows.to_vector()) CHECK((x == 0 || x == 1));
}

}  // namespace
}  // namespace gradzoo
