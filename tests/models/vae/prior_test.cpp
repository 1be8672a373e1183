#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/small_model.h"
#include "support/take_over.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kCodeSize = 2, kCodedImages = 900;

/// A network of small images in three classes, far from where it was initialised, so that codes differ.
struct Coded {
  explicit Coded(int64_t classes) : network(shape(classes), rng) {
    for (NamedTensor& p : network.named_parameters()) {
      const Tensor larger = p.tensor.detach() * 4.0;
      std::copy_n(larger.data<float>(), larger.size(), p.tensor.mutable_data<float>());
    }
  }
  static VaeShape shape(int64_t classes) {
    return {.data = {.example = {2, 3}, .classes = 3}, .classes = classes, .latent = kCodeSize, .hidden = 8};
  }
  static Tensor labels() {
    std::vector<uint8_t> all;
    for (int64_t i = 0; i < kCodedImages; ++i) all.push_back(static_cast<uint8_t>(i % 3));
    return tensor(all, {kCodedImages});
  }
  Rng rng{3, "prior_test"};
  VaeNetwork network;
  Examples images{cast(rand({kCodedImages, 2, 3}, rng) * 255.0, DType::u8), labels(),
                  arange(kCodedImages, DType::i64)};
};

Tensor codes_of(const Coded& coded, Rng& rng) {
  const NoGrad quiet;
  const Batch batch = read_examples(coded.images, 0, kCodedImages, Pixels::grey, Rng(0));
  const Tensor labels = coded.network.shape().classes > 0 ? batch.labels : Tensor();
  return draw_codes(coded.network.encode(batch.x, labels), rng);
}

TEST_CASE("the prior is N(0, I) until it is fitted, and then more likely to have made the codes") {
  Coded coded(0);
  VaePrior prior(5, kCodeSize, 0);
  Rng rng(4, "prior_test"), again(4, "prior_test");
  const Tensor z = codes_of(coded, rng);
  static_cast<void>(codes_of(coded, again));
  CHECK(prior.in_use(Prior::mixture) == Prior::normal);
  CHECK(largest_difference(prior.log_prob(Prior::mixture, z, {}), sum(standard_normal_log_prob(z), 1)) == 0);
  CHECK(largest_difference(prior.sample(Prior::mixture, 4, {}, rng), randn({4, kCodeSize}, again)) == 0);
  State unfitted;
  VaePrior(5, kCodeSize, 0).add_to(unfitted);

  prior.fit(coded.network, coded.images, Pixels::grey, 1);
  CHECK(prior.in_use(Prior::mixture) == Prior::mixture);
  CHECK(prior.in_use(Prior::normal) == Prior::normal);
  const double normal = mean(prior.log_prob(Prior::normal, z, {})).item(),
               mixture = mean(prior.log_prob(Prior::mixture, z, {})).item();
  CHECK(mixture > normal + 0.5);
  // Its samples have the codes' means, within four standard errors and the fit's own error.
  const Tensor drawn = prior.sample(Prior::mixture, 20'000, {}, rng);
  CHECK(drawn.dtype() == DType::f32);
  const std::vector<double> of_codes = mean(z, 0).to_vector(), of_draws = mean(drawn, 0).to_vector(),
                            spread = stddev_axis(z, 0).to_vector();
  for (size_t j = 0; j < 2; ++j)
    CHECK(std::abs(of_codes[j] - of_draws[j]) < 6 * spread[j] / std::sqrt(900.0));
  // Monte Carlo of log q - log p has the closed form's mean where p is N(0, I).
  const Batch batch = read_examples(coded.images, 0, kCodedImages, Pixels::grey, Rng(0));
  const Posterior q = coded.network.encode(batch.x);
  const Tensor by_hand = sum(normal_log_prob(z, q.mean, q.logvar), 1) - prior.log_prob(Prior::mixture, z, {});
  CHECK(largest_difference(prior.kl(Prior::mixture, q, z, {}), by_hand) < 1e-5);
  CHECK(largest_difference(prior.kl(Prior::normal, q, z, {}), kl_standard_normal_rows(q.mean, q.logvar)) <
        1e-6);

  State state, other;
  prior.add_to(state);
  VaePrior restored(5, kCodeSize, 0);
  restored.add_to(other);
  take_over(state, other);
  CHECK(largest_difference(restored.log_prob(Prior::mixture, z, {}), prior.log_prob(Prior::mixture, z, {})) ==
        0);
  prior.forget();
  CHECK(state.bytes() == unfitted.bytes());
  CHECK(prior.in_use(Prior::mixture) == Prior::normal);
}

TEST_CASE("a conditional prior has the codes of each class") {
  Coded coded(3);
  VaePrior prior(9, kCodeSize, 3);
  prior.fit(coded.network, coded.images, Pixels::grey, 1);
  Rng rng(5, "prior_test");
  const Tensor z = codes_of(coded, rng), labels = cast(Coded::labels(), DType::i64);
  const Tensor own = prior.log_prob(Prior::mixture, z, labels);
  for (int64_t label = 0; label < 3; ++label) {
    const Tensor all_of_it =
        prior.log_prob(Prior::mixture, z, full({kCodedImages}, static_cast<double>(label), DType::i64));
    for (int64_t i = 0; i < kCodedImages; ++i) {
      if (i % 3 == label) CHECK(own.data<float>()[i] == all_of_it.data<float>()[i]);
    }
    CHECK(mean(own).item() > mean(all_of_it).item() + 0.05);
  }
  const Tensor asked = tensor(std::vector<int64_t>{2, 0, 0, 2, 1}, {5});
  const Tensor many = tile_rows(asked, 2000), drawn = prior.sample(Prior::mixture, 10'000, many, rng);
  const double as_asked = mean(prior.log_prob(Prior::mixture, drawn, many)).item(),
               as_other = mean(prior.log_prob(Prior::mixture, drawn, tile_rows(flip(asked, 0), 2000))).item();
  CHECK(as_asked > as_other + 0.05);
}

TEST_CASE("KL of the aggregate posterior, written out") {
  Coded coded(0);
  VaePrior prior(4, kCodeSize, 0);
  prior.fit(coded.network, coded.images, Pixels::grey, 1);
  const Examples few{coded.images.values, coded.images.labels, arange(6, DType::i64)};
  const VaeBound bound = vae_bound(coded.network, prior, few, Pixels::grey, 2);
  CHECK(largest_difference(bound.kl_mixture, prior.kl(Prior::mixture, bound.codes, bound.z, {})) < 1e-6);
  const Quantities kls = aggregate_kls(bound, prior);
  for (const Prior which : {Prior::normal, Prior::mixture}) {
    const std::vector<double> log_p = prior.log_prob(which, bound.z, {}).to_vector();
    double total = 0;
    for (int64_t i = 0; i < 6; ++i) {
      double q = 0;
      for (int64_t n = 0; n < 6; ++n) {
        const Tensor of_n = normal_log_prob(bound.z.rows(i, i + 1), bound.codes.mean.rows(n, n + 1),
                                            bound.codes.logvar.rows(n, n + 1));
        q += std::exp(sum(of_n).item()) / 6;
      }
      total += (std::log(q) - log_p[static_cast<size_t>(i)]) / 6;
    }
    CHECK(kls[which == Prior::normal ? kVaeAggregateNormal : kVaeAggregateMixture].value ==
          approx(total).epsilon(1e-4));
  }
}

TEST_CASE("a finished VAE draws and measures by its mixture, or by N(0, I) where that is asked for") {
  const DataShape shape{.example = {2, 3}};
  const std::vector<std::string> small = {"hidden=5", "latent=2", "pixels=dynamic-binary",
                                          "importance_samples=50", "components=4"};
  const auto vae = small_model<Vae>("vae", small, shape);
  const Coded coded(0);
  const Examples images{coded.images.values, {}, arange(kCodedImages, DType::i64)};
  const DataView view{images, images, 1};
  const auto samples = [&](const std::vector<std::string>& options) {
    Rng rng(6, "prior_test");
    return vae->sample({.n = 20, .rng = rng, .options = options});
  };
  const Tensor before = samples({});
  CHECK(largest_difference(before, samples({"prior=normal"})) == 0);
  CHECK(vae->evaluate(view).find(kVaeKlNormal) == nullptr);
  vae->finish(images);
  CHECK(largest_difference(samples({"prior=normal"}), before) == 0);
  CHECK(largest_difference(samples({}), before) > 1e-3);
  CHECK(largest_difference(samples({}), samples({"prior=mixture"})) == 0);

  const Quantities found = vae->evaluate(view);
  CHECK(found[kVaeKl].value < found[kVaeKlNormal].value);
  CHECK(found[kVaeElbo].value ==
        approx(-found[kVaeReconstruction].value - found[kVaeKl].value).epsilon(1e-5));
  CHECK(found[kVaeLogPx].value > found[kVaeLogPxNormal].value);
  CHECK(found[kVaeLogPx].value > found[kVaeElbo].value);
  // What KL(q(z|x) || p(z)) loses by the mixture, KL(q(z) || p(z)) does. The normal's is in closed form, so
  // they agree within what one draw for each of 900 images leaves.
  CHECK(found[kVaeKlNormal].value - found[kVaeKl].value ==
        approx(found[kVaeAggregateNormal].value - found[kVaeAggregateMixture].value).epsilon(0.15));
  std::vector<std::string> names;
  for (const Picture& picture : vae->pictures(view)) names.push_back(picture.name);
  CHECK(std::ranges::count(names, "samples_mixture") + std::ranges::count(names, "samples_normal") == 2);
  vae->reopen();
  CHECK(largest_difference(samples({}), before) == 0);

  std::vector<std::string> without = small;
  without.emplace_back("prior=normal");
  const auto normal = small_model<Vae>("vae", without, shape);
  normal->finish(images);
  CHECK(normal->evaluate(view).find(kVaeKlNormal) == nullptr);
  Rng rng(6, "prior_test");
  check_refused("no mixture was fitted",
                [&] { normal->sample({.n = 2, .rng = rng, .options = {"prior=mixture"}}); });
  check_refused("at most 128 dimensions", [&] {
    options_for("vae", {"latent=200", "prior=mixture"}, shape);
  });
  CHECK(option_text("vae", {"latent=200"}, shape, "prior") == "normal");
}

TEST_CASE("codes are those of the averaged weights, by which samples are decoded") {
  const auto vae = small_model<Vae>("vae", {"hidden=5", "latent=2", "components=3", "ema=0.9", "seed=4"},
                                    {.example = {2, 3}});
  const Coded coded(0);
  const Examples images{coded.images.values, {}, arange(kCodedImages, DType::i64)};
  const Tensor x = read_examples(images, 0, kCodedImages, Pixels::grey, Rng(0)).x;
  for (int64_t step = 0; step < 20; ++step) step_on(*vae, x, 0.05, step, 20);
  vae->finish(images);
  VaePrior by_average(3, 2, 0), by_last(3, 2, 0);
  by_last.fit(vae->network(), images, Pixels::grey, 4);
  {
    const auto averages = vae->learners()[0]->averaged();
    by_average.fit(vae->network(), images, Pixels::grey, 4);
  }
  Rng rng(8, "prior_test");
  const Tensor z = randn({20, 2}, rng);
  const auto log_p = [&](const VaePrior& prior) { return prior.log_prob(Prior::mixture, z, {}); };
  CHECK(largest_difference(log_p(vae->prior()), log_p(by_average)) == 0);
  CHECK(largest_difference(log_p(vae->prior()), log_p(by_last)) > 1e-3);
}

TEST_CASE("log p(x) under both priors comes of the same weights") {
  Coded coded(0);
  Rng rng(7, "prior_test"), again(7, "prior_test"), third(7, "prior_test");
  const Batch batch = read_examples(coded.images, 0, 3, Pixels::grey, Rng(0));
  const LogPrior normal = [](const Tensor&z, const Tensor&) { return sum(standard_normal_log_prob(z), 1); },
                 shifted = [&](const Tensor&z, const Tensor&labels) { return normal(z, labels) + 3.0; };
  const LogPrior both[] = {normal, shifted};
  const Tensor found = vae_log_weights(coded.network, batch, 5, rng, both);
  REQUIRE(found.shape() == Shape{6, 5});
  const Tensor alone = vae_log_weights(coded.network, batch, 5, again);
  CHECK(largest_difference(found.rows(0, 3), alone) == 0);
  CHECK(largest_difference(found.rows(3, 6), alone + 3.0) < 1e-4);
}

}  // namespace
}  // namespace gradzoo
