#include "gradzoo/models/vae/vae.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/nn/distributions.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"

namespace gradzoo {
using namespace test;
namespace {

struct Small {
  Rng rng{5, "vae_test"};
  VaeNetwork network{{.data = {.example = {6}},
                      .latent = 2,
                      .hidden = 5,
                      .encoder_activation = "softplus",
                      .dtype = DType::f64},
                     rng};
  Tensor x = bernoulli(full({3, 6}, 0.4, DType::f64), rng);
  Batch batch() const { return {x, {}, {}}; }
};

TEST_CASE("the ELBO's parts are what their definitions say, image by image") {
  Small s;
  const Tensor eps = randn({3, 2}, s.rng, DType::f64);
  const VaeTerms terms = vae_objective(s.network, s.batch(), eps, {});
  const Posterior q = s.network.encode(s.x);
  const Doubles mu = q.mean.to_vector(), lv = q.logvar.to_vector(), e = eps.to_vector(), x = s.x.to_vector();
  Doubles z(6);
  for (size_t i = 0; i < 6; ++i) z[i] = mu[i] + std::exp(lv[i] / 2) * e[i];
  const Doubles logits = s.network.decode(tensor(z, {3, 2}, DType::f64)).to_vector();
  for (size_t b = 0; b < 3; ++b) {
    double kl = 0, bce = 0;
    for (size_t j = 2 * b; j < 2 * b + 2; ++j) kl += (std::exp(lv[j]) + mu[j] * mu[j] - 1 - lv[j]) / 2;
    for (size_t i = 6 * b; i < 6 * b + 6; ++i) {
      const double p = 1 / (1 + std::exp(-logits[i]));
      bce -= x[i] * std::log(p) + (1 - x[i]) * std::log(1 - p);
    }
    CHECK(terms.kl.to_vector()[b] == approx(kl).epsilon(1e-12));
    CHECK(terms.reconstruction.to_vector()[b] == approx(bce).epsilon(1e-12));
    CHECK(terms.bound.to_vector()[b] == approx(-bce - kl).epsilon(1e-12));
  }
  CHECK(terms.loss.item() == approx(-mean(terms.bound).item()).epsilon(1e-12));
}

TEST_CASE("beta weighs the KL in the loss and leaves the bound alone") {
  Small s;
  const Tensor eps = randn({3, 2}, s.rng, DType::f64);
  const VaeTerms one = vae_objective(s.network, s.batch(), eps, {}),
                 half = vae_objective(s.network, s.batch(), eps, {.kl_weight = 0.5});
  CHECK(one.loss.item() - half.loss.item() == approx(0.5 * mean(one.kl).item()).epsilon(1e-12));
  CHECK(one.bound.to_vector() == half.bound.to_vector());
}

TEST_CASE("the IWAE bound with one sample is a one-sample ELBO, and grows with K towards log p(x)") {
  Small s;
  const NoGrad quiet;
  const Posterior q = s.network.encode(s.x);
  const auto bound = [&](int64_t k, int64_t repeats) {
    double total = 0;
    for (int64_t r = 0; r < repeats; ++r) {
      const Tensor eps = randn({3 * k, 2}, s.rng, DType::f64);
      total +=
          mean(
              vae_objective(s.network, s.batch(), eps, {.objective = VaeObjective::iwae, .samples = k}).bound)
              .item();
    }
    return total / static_cast<double>(repeats);
  };
  const double elbo = bound(1, 4000), five = bound(5, 4000), fifty = bound(50, 1000);
  const double log_px =
      mean(importance_log_likelihood(
               [&](int64_t k) { return vae_log_weights(s.network, s.batch(), k, s.rng); }, 20000, 1000))
          .item();
  CHECK(elbo < five);
  CHECK(five < fifty);
  CHECK(fifty == approx(log_px).epsilon(0.002));
}

TEST_CASE("the objectives are differentiable to second order in the parameters") {
  Small s;
  for (VaeObjective objective : {VaeObjective::elbo, VaeObjective::iwae}) {
    const Tensor eps = randn({6, 2}, s.rng, DType::f64);
    const Tensor mu = randn({3, 2}, s.rng, DType::f64), logvar = randn({3, 2}, s.rng, DType::f64);
    const Tensor inputs[] = {mu, logvar};
    const auto loss = [&](std::span<const Tensor> in) {
      const Tensor x2 = concat(s.x, s.x, 0);
      return vae_objective({in[0], in[1]}, [&](const Tensor& z) { return s.network.log_likelihood(x2, z); },
                           eps, {.objective = objective, .samples = 2})
          .loss;
    };
    CHECK(gradcheck(loss, inputs).message == "");
    CHECK(gradgradcheck(loss, inputs).message == "");
  }
}

TEST_CASE("settings that make no sense together are refused, and an architecture fills what was not set") {
  const DataShape images{.example = {28, 28}};
  const auto resolved = [&](const Strings& assignments) { return options_for("vae", assignments, images); };
  const auto examples = resolved({"architecture=pytorch-examples", "hidden=300"});
  CHECK(examples->training.batch == 128);
  CHECK(examples->table().find("hidden").text() == "300");
  CHECK(examples->table().find("encoder_activation").text() == "relu");
  CHECK(examples->table().find("decoder_activation").text() == "relu");
  check_refused("set estimator=reparam", [&] { resolved({"estimator=log-derivative", "objective=iwae"}); });
  check_refused("set samples=2", [&] { resolved({"estimator=log-derivative", "baseline=leave-one-out"}); });
  check_refused("Hint: set beta=1", [&] { resolved({"objective=iwae", "beta=2"}); });
  check_refused("did you mean 'latent'", [&] { resolved({"latnet=3"}); });
  check_refused("'many' is not a whole number", [&] { resolved({"latent=many"}); });
  check_refused("out of range. Hint: from 1", [&] { resolved({"latent=0"}); });
  check_refused("out of range", [&] { resolved({"beta=nan"}); });
  check_refused("'dequantised' is not known", [&] { resolved({"pixels=dequantised"}); });
}

TEST_CASE("one setting is the textbook's listing whole, of which each choice of one's own stays") {
  const DataShape mnist{.example = {28, 28}, .classes = 10};
  check_options(
      "vae", {"preset=textbook"}, mnist,
      {"hidden=500", "latent=20", "encoder_activation=sigmoid", "decoder_activation=tanh", "pixels=grey",
       "batch=100", "epochs=10", "lr=0.001", "schedule=constant", "prior=normal", "draw=mean"});
  check_options("vae", {"preset=textbook", "lr=0.002", "schedule=cosine", "prior=mixture"}, mnist,
                {"lr=0.002", "schedule=cosine", "prior=mixture"});
}

TEST_CASE("a dimension counts as active where the posterior's mean varies over the images") {
  VaeBound bound;
  bound.codes.mean = tensor({1, 0.01, -1, 0.0, 1, 0.01, -1, 0.0}, {4, 2});
  CHECK(active_units(bound) == 1);
}

TEST_CASE("a conditional network reads the label of each image, and of each of its K codes") {
  const DataShape image{.example = {4, 4}, .classes = 3};
  for (const VaeNet net : {VaeNet::mlp, VaeNet::conv}) {
    CAPTURE(name_of(kVaeNets, net));
    Rng rng(8, "vae_test");
    const VaeNetwork network({.net = net,
                              .data = image,
                              .classes = 3,
                              .channels = 2,
                              .latent = 2,
                              .hidden = 5,
                              .dtype = DType::f64},
                             rng);
    const Tensor x = rand({2, 16}, rng, DType::f64), eps = randn({6, 2}, rng, DType::f64);
    const Tensor labels = cast(tensor({2, 0}, {2}), DType::i64);
    const VaeObjectiveOptions options{.objective = VaeObjective::iwae, .samples = 3};
    const Tensor both = vae_objective(network, {x, labels, {}}, eps, options).bound;
    for (int64_t i = 0; i < 2; ++i) {
      const Batch one{x.rows(i, i + 1).clone(), labels.rows(i, i + 1).clone(), {}};
      const Tensor alone = vae_objective(network, one, eps.rows(3 * i, 3 * i + 3).clone(), options).bound;
      CHECK(alone.item() == approx(both.to_vector()[static_cast<size_t>(i)]).epsilon(1e-12));
    }
    const Tensor other = cast(tensor({1, 0}, {2}), DType::i64);
    const auto differs = [](const Tensor& a, const Tensor& b, int64_t row) {
      return a.rows(row, row + 1).to_vector() != b.rows(row, row + 1).to_vector();
    };
    const Tensor z = eps.rows(0, 2).clone();
    CHECK(differs(network.encode(x, labels).mean, network.encode(x, other).mean, 0));
    CHECK(!differs(network.encode(x, labels).mean, network.encode(x, other).mean, 1));
    CHECK(differs(network.decode(z, labels), network.decode(z, other), 0));
    check_refused("there are none", [&] { network.decode(z); });
  }
}

TEST_CASE("a VAE of convolutions learns, and refuses images that cannot be halved twice") {
  const DataShape image{.example = {8, 8}}, odd{.example = {6, 8}};
  const auto made = small_model<Vae>("vae", {"net=conv", "channels=4", "latent=2"}, image);
  Rng rng(9, "vae_test");
  const Tensor x = cast(bernoulli(full({20, 64}, 0.1), rng), DType::f32);
  const double before = step_on(*made, x, 0.003)["bce_kl_nats_per_image"];
  double after = before;
  for (int i = 0; i < 50; ++i) after = step_on(*made, x, 0.003)["bce_kl_nats_per_image"];
  CHECK(after < 0.8 * before);
  CHECK(made->sample({3, rng}).shape() == Shape{3, 8, 8});
  check_refused("multiples of 4", [&] { small_model<Vae>("vae", {"net=conv"}, odd); });
}

TEST_CASE("a step descends the objective that the options name, over the codes and the baseline they name") {
  const DataShape shape{.example = {2, 3}};
  struct Setting {
    Strings assignments;
    VaeObjectiveOptions objective;
  };
  const std::string score = "estimator=log-derivative";
  const Setting settings[] = {
      {{"beta=3"}, {.kl_weight = 3}},
      {{"objective=iwae", "samples=4"}, {.objective = VaeObjective::iwae, .samples = 4}},
      {{score}, {.estimator = VaeEstimator::log_derivative}},
      {{score, "baseline=none"}, {.estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::none}},
      {{score, "baseline=leave-one-out", "samples=2"},
       {.estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::leave_one_out, .samples = 2}}};
  Rng rng(6, "vae_test");
  const Batch batch{bernoulli(full({5, 6}, 0.3), rng), {}, {}};
  for (const Setting& setting : settings) {
    CAPTURE(setting.assignments[0]);
    const auto model = small_model<Vae>("vae", joined({"hidden=5", "latent=2"}, setting.assignments), shape);
    VaeObjectiveOptions options = setting.objective;
    Rng noise(0, "vae/noise");
    // The constant baseline is a running mean of log p(x|z), nine tenths of it old: its first is the first.
    for (int64_t step = 0; step < 4; ++step) {
      const Tensor eps = randn({5 * options.samples, 2}, noise);
      double reconstruction = 0, kl = 0;
      const double norm = gradient_norm(model->network(), [&] {
        const VaeTerms terms = vae_objective(model->network(), batch, eps, options);
        reconstruction = mean(terms.reconstruction).item();
        kl = mean(terms.kl).item();
        return terms.loss;
      });
      std::map<std::string, double> metrics = step_on(*model, batch.x, 0, step);
      CHECK(metrics["grad_norm"] == approx(norm).epsilon(1e-4));
      CHECK(metrics["reconstruction_nats_per_image"] == approx(reconstruction).epsilon(1e-5));
      CHECK(metrics["kl_nats_per_image"] == approx(kl).epsilon(1e-5));
      options.baseline_value =
          step == 0 ? -reconstruction : 0.9 * options.baseline_value - 0.1 * reconstruction;
    }
  }
}

TEST_CASE("the KL's weight rises in equal steps over its share of the run, to beta") {
  const auto norm_at = [](const Strings& weight, int64_t step) {
    const auto model = small_model<Vae>("vae", joined({"hidden=5", "latent=2"}, weight), {.example = {2, 3}});
    Rng rng(7, "vae_test");
    return step_on(*model, rand({5, 6}, rng), 0, step, 100)["grad_norm"];
  };
  const Strings rising = {"beta=8", "kl_warmup=0.5"};
  CHECK(norm_at(rising, 0) == norm_at({"beta=0.16"}, 0));
  CHECK(norm_at(rising, 24) == norm_at({"beta=4"}, 24));
  CHECK(norm_at(rising, 49) == norm_at({"beta=8"}, 49));
  CHECK(norm_at(rising, 99) == norm_at({"beta=8"}, 99));
}

TEST_CASE("an evaluation gives the bound and log p(x) of its examples, as their pixels are drawn") {
  const DataShape shape{.example = {2, 3}};
  const auto model = small_model<Vae>(
      "vae", {"hidden=5", "latent=2", "pixels=dynamic-binary", "importance_samples=7"}, shape);
  Rng rng(8, "vae_test");
  const Examples images{cast(rand({9, 2, 3}, rng) * 255.0, DType::u8), {}, arange(9, DType::i64)};
  const Examples train{images.values, {}, arange(3, DType::i64)};
  const Quantities found = model->evaluate({images, train, 4});
  const VaePrior none(0, 2, 0);
  const VaeBound bound = vae_bound(model->network(), none, images, Pixels::dynamic_binary, 4);
  CHECK(found[kVaeElbo].value ==
        approx(-mean(bound.reconstruction).item() - mean(bound.kl).item()).epsilon(1e-6));
  CHECK(found[kVaeReconstruction].value == approx(mean(bound.reconstruction).item()).epsilon(1e-6));
  CHECK(found[kVaeKl].value == approx(mean(bound.kl).item()).epsilon(1e-6));
  CHECK(found[kVaeLogPx].value ==
        mean(vae_log_likelihood(model->network(), none, images, Pixels::dynamic_binary, 7, 4, [](double) {})
                 .normal)
            .item());
  CHECK(model->validate({images, images, 4})[kVaeNegativeElbo].value == -found[kVaeElbo].value);
}

TEST_CASE("the loss's floor on grey pixels is the entropy of those that are trained on") {
  const auto model = small_model<Vae>("vae", {"hidden=5"}, {.example = {2, 3}});
  const Examples held_out{full({4, 2, 3}, 128, DType::u8), {}, arange(4, DType::i64)},
      train{full({4, 2, 3}, 51, DType::u8), {}, arange(4, DType::i64)};
  const double p = 0.2, floor = -6 * (p * std::log(p) + (1 - p) * std::log(1 - p));
  CHECK(model->levels({held_out, train, 1})[0].value == approx(floor).epsilon(1e-12));
}

TEST_CASE("a sample is the mean of p(x|z), or x drawn from it: bits that are independent given z") {
  const auto model = small_model<Vae>("vae", {"hidden=5", "latent=2"}, {.example = {2, 3}});
  constexpr int64_t kDraws = 20'000;
  const auto drawn = [&](const Strings& options) {
    Rng rng(10, "vae_test");
    return reshape(model->sample({.n = kDraws, .rng = rng, .options = options}), {kDraws, 6});
  };
  Rng rng(10, "vae_test");
  const NoGrad quiet;
  const Tensor p = sigmoid(model->network().decode(randn({kDraws, 2}, rng)));
  CHECK(drawn({}).to_vector() == p.to_vector());
  CHECK(drawn({"draw=mean"}).to_vector() == p.to_vector());
  const Tensor x = drawn({"draw=sample"});
  for (const double bit : x.to_vector()) CHECK((bit == 0 || bit == 1));
  // Sums of (x_i - p_i) and of (x_i - p_i)(x_j - p_j): five standard deviations, of 21 sums.
  const Tensor off = cast(x - p, DType::f64), spread = cast(p * (1.0 - p), DType::f64);
  for (int64_t i = 0; i < 6; ++i) {
    const Tensor off_i = slice(off, 1, i, i + 1), spread_i = slice(spread, 1, i, i + 1);
    CHECK(std::abs(sum(off_i).item()) < 5 * std::sqrt(sum(spread_i).item()));
    for (int64_t j = 0; j < i; ++j) {
      const double both = sum(off_i * slice(off, 1, j, j + 1)).item(),
                   allowed = sum(spread_i * slice(spread, 1, j, j + 1)).item();
      CHECK(std::abs(both) < 5 * std::sqrt(allowed));
    }
  }
}

TEST_CASE("samples of a conditional model are decoded under the label that was asked for") {
  const auto model = small_model<Vae>("vae", {"hidden=5", "latent=2", "conditional=true"},
                                      {.example = {2, 3}, .classes = 3});
  const auto drawn = [&](double label) {
    Rng rng(9, "vae_test");
    return model->sample({.n = 2, .rng = rng, .labels = full({2}, label, DType::i64)}).to_vector();
  };
  Rng rng(9, "vae_test");
  const Tensor z = randn({2, 2}, rng);
  const NoGrad quiet;
  for (const double label : {0.0, 2.0})
    CHECK(drawn(label) == sigmoid(model->network().decode(z, full({2}, label, DType::i64))).to_vector());
  CHECK(drawn(0) != drawn(2));
  Rng any(9, "vae_test"), turns(9, "vae_test");  // without a wish, the classes in turn
  CHECK(model->sample({4, any}).to_vector() ==
        model->sample({4, turns, tensor({0, 1, 2, 0}, {4}, DType::i64)}).to_vector());
}

}  // namespace
}  // namespace gradzoo
