#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/gan/gan.h"
#include "support/error_message.h"
#include "support/small_model.h"

// Players that are told the label.
namespace gradzoo {
using namespace test;
namespace {

std::unique_ptr<Gan> small_conditional(const Strings& assignments, const DataShape& shape) {
  return small_model<Gan>(
      "gan",
      joined({"generator_hidden=8,8", "discriminator_hidden=8,8", "latent=3", "ema=0", "conditional=true"},
             assignments),
      shape);
}

TEST_CASE("a conditional game tells both players the label, and nobody else's") {
  const DataShape image{.example = {4, 4}, .classes = 3};
  for (const char* net : {"net=mlp", "net=dcgan"}) {
    CAPTURE(net);
    const auto gan = small_conditional({net, "channels=4", "norm_groups=2"}, image);
    Rng rng(7, "gan_model_test");
    const Tensor z = randn({2, 3}, rng), x = rand({2, 16}, rng);
    const auto labels = [](double a, double b) { return cast(tensor({a, b}, {2}), DType::i64); };
    const auto rows = [](const Tensor& t, int64_t row) { return t.rows(row, row + 1).to_vector(); };
    const Tensor first = gan->generator().generate(z, labels(0, 1)),
                 second = gan->generator().generate(z, labels(2, 1));
    CHECK(rows(first, 0) != rows(second, 0));
    CHECK(rows(first, 1) == rows(second, 1));
    const Tensor d = gan->discriminator().forward(x, labels(0, 1)),
                 e = gan->discriminator().forward(x, labels(2, 1));
    CHECK(d.shape() == Shape{2, 1});
    CHECK(rows(d, 0) != rows(e, 0));
    CHECK(rows(d, 1) == rows(e, 1));
    Rng again(8, "gan_model_test"), once(8, "gan_model_test");
    const Tensor any = gan->sample({4, again});
    CHECK(any.to_vector() == gan->sample({4, once, cast(tensor({0, 1, 2, 0}, {4}), DType::i64)}).to_vector());
  }
  CHECK(contains(error_message([] { small_conditional({}, toy_shape("ring8")); }), "no labels"));
}

TEST_CASE("a conditional D learns that an image has the wrong label") {
  // Both classes are real, each under its own label; G's are of either kind.
  const DataShape image{.example = {4, 4}, .classes = 2};
  const auto gan = small_conditional({"net=mlp", "instance_noise=0"}, image);
  const Tensor labels = cast(tensor({0, 1, 0, 1}, {4}), DType::i64);
  const Tensor x = concat({zeros({1, 16}), ones({1, 16}), zeros({1, 16}), ones({1, 16})}, 0);
  for (int64_t i = 0; i < 200; ++i) step_on(*gan, Batch{x, labels, {}}, 0.005, i, 200);
  const Tensor right = gan->discriminator().forward(x, labels),
               wrong = gan->discriminator().forward(x, cast(tensor({1, 0, 1, 0}, {4}), DType::i64));
  CHECK(mean(right - wrong).item() > 0);
}

}  // namespace
}  // namespace gradzoo
