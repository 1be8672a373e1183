#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {

TEST_CASE("an image's score is minus the bound at one code, written out") {
  const DataShape shape{.example = {4, 4}, .classes = 3};
  const auto vae = test::small_model<Vae>("vae", {"hidden=8", "latent=2", "pixels=dynamic-binary"}, shape);
  Rng draws(1, "anomaly_test"), again(1, "anomaly_test");
  const Tensor x = bernoulli(full({5, 16}, 0.4), draws);
  again.set_draw(draws.draw());
  const AnomalyScores found = vae->abilities().anomaly({x, draws});
  const Posterior q = vae->network().encode(x, {});
  const Tensor z = q.mean + exp(q.logvar * 0.5) * randn({5, 2}, again);
  const Tensor logits = vae->network().decode(z, {});
  const Tensor log_px = sum(x * logits - softplus(logits), 1);
  const Tensor kl = sum(square(q.mean) + exp(q.logvar) - 1.0 - q.logvar, 1) * 0.5;
  CHECK(max(abs(found.scores - (kl - log_px))).item() < 1e-4);
  CHECK(test::contains(found.statistic, "lower bound of log p(x)"));
  const auto told = test::small_model<Vae>("vae", {"hidden=8", "conditional=true"}, shape);
  CHECK_FALSE(told->abilities().anomaly);
  CHECK(test::contains(lacks_target(told->abilities(), "judge"), "conditional on a label"));
}

}  // namespace gradzoo
