#include <doctest/doctest.h>

#include "autograd/kernels/threads/flops.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/allocation_count.h"
#include "gradzoo/models/ebm/ebm.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/numbers.h"
#include "support/short_names.h"
#include "support/small_model.h"

// The energy-based model by convolutions.
namespace gradzoo {
using namespace test;
namespace {

const DataShape kImages{.example = {12, 12}};

std::unique_ptr<Ebm> small(const Strings& assignments = {}) {
  return small_model<Ebm>("ebm",
                          joined({"net=conv", "channels=4", "hidden=8", "buffer=60", "batch=20",
                                  "chain_steps=5", "sample_steps=4"},
                                 assignments),
                          kImages);
}

Tensor images(uint64_t seed) {
  Rng rng(seed, "conv_model_test");
  return rand({20, 144}, rng);
}

void train(Ebm& model, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) step_on(model, images(static_cast<uint64_t>(i)), 1e-3, i);
}

TEST_CASE("chains of convolutions go forward and back to the pixels, and to no weight") {
  const auto model = small();
  const Target target = model->network().target();
  const Tensor x = images(1);
  EbmChains chains(ebm_ula, {.step = 0.01, .noise = 0.1});
  Rng rng(1, "conv_model_test");
  const auto flops = [&](auto&& work) {
    const double before = kernels::counted_flops();
    work();
    return kernels::counted_flops() - before;
  };
  const double forward = flops([&] { log_prob_of(target, x); });
  CHECK(forward > 0);
  // Each evaluation is one pass forward and one back to x; weights' gradients would be a third.
  CHECK(flops([&] { chains.walk(target, x, 9, rng); }) == approx(2 * forward * (9 + 1)));
}

TEST_CASE("a training step of net=conv asks the system for no memory") {
  if (!counts_allocations()) return;
  const auto model = small({"preset=uva"});
  const Tensor x = images(1);
  Doubles row(model->metrics().size());
  const auto step = [&](int64_t i) {
    const Batch batch{x, {}, {}};
    model->train_step({i, 100, 1e-3, batch}, MetricRow(row));
  };
  int64_t at = 0;
  const auto made_in_three = [&] {
    const uint64_t before = allocation_count();
    for (const int64_t end = at + 3; at < end; ++at) step(at);
    return allocation_count() - before;
  };
  made_in_three();
  // Again where a thread had nothing to do in the first steps, and got its scratch only then.
  uint64_t made = made_in_three();
  for (int again = 0; again < 2 && made > 0; ++again) made = made_in_three();
  CHECK(made == 0);
}

TEST_CASE("pixels of clamped chains, and of the noisy data beside them, stay in [0,1]") {
  const auto model = small({"preset=uva", "noise=0.5", "data_noise=0.5"});
  train(*model, 0, 2);
  const Tensor& chains = model->buffer()->chains();
  CHECK(min(chains).item() == 0);
  CHECK(max(chains).item() == 1);
  Rng rng(2, "conv_model_test");
  const Tensor drawn = model->sample({7, rng});
  CHECK(drawn.shape() == Shape{7, 12, 12});
  // f of held-out examples is of noisy ones within [0,1].
  const Examples some{cast(images(3) * 255.0, DType::u8), {}, arange(20, DType::i64)};
  Rng same(5, "ebm/evaluation");
  const Tensor x = read_examples(some, 0, 20, Pixels::grey, same).x;
  const Tensor noisy = clamp(x + randn_like(x, same) * 0.5, 0, 1);
  CHECK(model->validate({some, some, 5})[kEbmFData].value ==
        approx(mean(model->network().log_density(noisy)).item()).epsilon(1e-5));
}

TEST_CASE("the tutorial's setting has its numbers in pixels of [0,1], and its T") {
  const auto number = [](const char* key) {
    return std::stod(option_text("ebm", {"preset=uva"}, {.example = {28, 28}}, key));
  };
  // u = 2x - 1: du = 2 dx, df/dx = 2 df/du, so x' = x + 10/4 clip(df/dx, 2 * .03) + .005/2 z.
  CHECK(number("step") == 10.0 / 4);
  CHECK(number("step_clip") == 2 * 0.03);
  CHECK(number("noise") == 0.005 / 2);
  CHECK(number("data_noise") == 0.005 / 2);
  const ChainMove here{.step = number("step"), .noise = number("noise")}, there{.step = 10, .noise = 0.005};
  CHECK(here.temperature() == approx(there.temperature()));
  CHECK(number("chain_steps") == 60);
  CHECK(number("buffer") == 8192);
  CHECK(number("fresh") == 0.05);
  CHECK(number("l2") == 0.1);
  CHECK(number("clip") == 0.1);
  CHECK(number("lr") == 1e-4);
  CHECK(number("beta1") == 0);
  CHECK(option_text("ebm", {"preset=uva"}, {.example = {28, 28}}, "net") == "conv");
  const auto model = small({"preset=uva"});
  const Examples some{cast(images(3) * 255.0, DType::u8), {}, arange(20, DType::i64)};
  CHECK(contains(model->interpretation({some, some, 1}), "do not sample exp f"));
}

TEST_CASE("a gap beyond what l2 allows stops the step at once, and says what to do") {
  const auto model = small({"preset=uva", "l2=0.1"});
  Tensor bias;
  for (const NamedTensor& p : model->network().named_parameters())
    if (p.name == "conv.head.2.weight") bias = p.tensor;
  REQUIRE(bias.defined());
  float* values = bias.mutable_data<float>();
  for (int64_t i = 0; i < bias.size(); ++i) values[i] = (i % 2 == 0 ? 1e5F : -1e5F);
  const std::string message = error_message([&] { train(*model, 0, 1); });
  check_says(message, {"the model diverges", "more than 20"});
}

TEST_CASE("settings of images are refused for points, and limits beside mala") {
  const DataShape ring = toy_shape("ring8");
  for (const char* setting : {"net=conv", "preset=uva", "clamp=true"})
    check_refused("net=mlp", [&] { option_text("ebm", {setting}, ring, "net"); });
  for (const char* limit : {"step_clip=0.1", "clamp=true"})
    check_refused("sampler=ula", [&] { option_text("ebm", {"sampler=mala", limit}, kImages, "net"); });
}

}  // namespace
}  // namespace gradzoo
