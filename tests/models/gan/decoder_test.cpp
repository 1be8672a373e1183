#include "models/gan/decoder.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/gan/gan.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/stir.h"

namespace gradzoo {
using namespace test;
namespace {

std::unique_ptr<Gan> small_gan(const Strings& more, const char* toy = "mixture") {
  return small_model<Gan>(
      "gan",
      joined({"latent=2", "generator_hidden=32,32", "discriminator_hidden=8", "ema=0", "seed=4"}, more),
      toy_shape(toy));
}

Examples points_of(const char* toy, int64_t n) {
  Rng rng(1, "decoder_test");
  return {toy_shape(toy).toy->sample(n, rng), {}, arange(n, DType::i64)};
}

// Mean and covariance of G's points, side by side with the data's: the largest difference.
double moments_apart(const Gan& gan, const Tensor& data) {
  Rng rng(2, "decoder_test");
  const auto moments = [](const Tensor& x) {
    const Tensor away = x - mean(x, 0);
    return std::pair{mean(x, 0), matmul(away, away, true) / static_cast<double>(x.dim(0))};
  };
  const auto [centre, covariance] = moments(data);
  const auto [drawn_centre, drawn_covariance] = moments(const_cast<Gan&>(gan).generator().draw(4000, rng));
  return std::max(max(abs(centre - drawn_centre)).item(), max(abs(covariance - drawn_covariance)).item());
}

TEST_CASE("G begins where a VAE's decoder ends: its points have the data's mean and covariance") {
  const Examples data = points_of("mixture", 4000);
  const auto fresh = small_gan({}), begun = small_gan({"decoder_steps=4000"});
  const std::vector<double> before = parameter_values(begun->generator()),
                            judge = parameter_values(begun->discriminator());
  CHECK(parameter_values(fresh->generator()) == before);
  fresh->prepare(data);
  begun->prepare(data);
  CHECK(parameter_values(fresh->generator()) == before);
  CHECK(parameter_values(begun->discriminator()) == judge);
  CHECK(moments_apart(*begun, data.values) < moments_apart(*fresh, data.values) / 4);
  // The game goes on from there.
  const std::vector<double> at_decoder = parameter_values(begun->generator());
  step_on(*begun, data.values.rows(0, 50), 1e-4);
  const double moved = largest_difference(parameter_values(begun->generator()), at_decoder);
  CHECK(moved > 0);
  CHECK(moved < 1e-3);
}

TEST_CASE("codes that no VAE has are refused") {
  check_refused("a VAE's codes are normal", [] { small_gan({"decoder_steps=1", "prior=uniform"}); });
}

}  // namespace
}  // namespace gradzoo
