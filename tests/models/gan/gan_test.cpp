#include "gradzoo/models/gan/gan.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "nn/distributions.h"
#include "support/approx.h"
#include "support/small_model.h"

namespace gradzoo {
namespace {

const Tensor kReal = tensor({-2, 0.3, 4, 1}, {4}, DType::f64);
const Tensor kFake = tensor({-1.5, 0.2, 3}, {3}, DType::f64);

double probability(double logit) { return 1 / (1 + std::exp(-logit)); }

TEST_CASE("the value and both losses are what their definitions in probabilities say") {
  double log_d_real = 0, log_not_d_real = 0, log_d_fake = 0, log_not_d_fake = 0;
  for (double l : kReal.to_vector()) {
    log_d_real += std::log(probability(l)) / 4;
    log_not_d_real += std::log(1 - probability(l)) / 4;
  }
  for (double l : kFake.to_vector()) {
    log_d_fake += std::log(probability(l)) / 3;
    log_not_d_fake += std::log(1 - probability(l)) / 3;
  }
  const double value = log_d_real + log_not_d_fake;
  CHECK(gan_value(kReal, kFake).item() == approx(value).epsilon(1e-13));
  CHECK(minimax.discriminator(kReal, kFake).item() == approx(-value).epsilon(1e-13));
  CHECK((minimax.discriminator(kReal, kFake) + label_smoothing_term(kReal, 0.1)).item() ==
        approx(-(0.9 * log_d_real + 0.1 * log_not_d_real + log_not_d_fake)).epsilon(1e-13));
  CHECK(minimax.generator(kFake).item() == approx(log_not_d_fake).epsilon(1e-13));
  CHECK(non_saturating.generator(kFake).item() == approx(-log_d_fake).epsilon(1e-13));
}

TEST_CASE("by the best D reverse-kl's loss of G is KL(q || p), and its gradient in G that of the KL") {
  // p = N(0, 1), q = N(m, s^2) as G(z) = m + s z; z at 4,000 quantiles. The best D is held: in G's gradient
  // E_q of the score of q is 0, so that D's own change with q does not count.
  constexpr double m = 0.5, s = 0.8;
  constexpr int64_t n = 4000;
  std::vector<double> quantiles;
  for (int64_t i = 0; i < n; ++i)
    quantiles.push_back(normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  const Tape tape;
  Tensor mean_of_q = full({1}, m, DType::f64);
  mean_of_q.requires_grad_();
  const Tensor x = mean_of_q + tensor(quantiles, {n}, DType::f64) * s;
  const Tensor log_p = square(x) * -0.5, log_q = square((x - m) / s) * -0.5 - std::log(s);
  const Tensor loss = minus_logit.generator(log_p - log_q);
  CHECK(loss.item() == approx((s * s + m * m - 1) / 2 - std::log(s)).epsilon(1e-3));
  CHECK(grad(loss, mean_of_q).item() == approx(m).epsilon(1e-3));
  CHECK(minus_logit.discriminator(kReal, kFake).item() == minimax.discriminator(kReal, kFake).item());
}

TEST_CASE("losses of scores are what their papers write, number by number") {
  const Tensor real = tensor({-2, 0.5, 3}, {3}, DType::f64), fake = tensor({-4, 2}, {2}, DType::f64);
  CHECK(wasserstein.discriminator(real, fake).item() == approx(-1.0 - 0.5));
  CHECK(wasserstein.generator(fake).item() == approx(1.0));
  CHECK(least_squares.discriminator(real, fake).item() == approx((9 + 0.25 + 4) / 6 + (9 + 9) / 4.0));
  CHECK(least_squares.generator(fake).item() == approx((16 + 4) / 4.0));
  CHECK(hinge.discriminator(real, fake).item() == approx((3 + 0.5 + 0) / 3 + (0 + 3) / 2.0));
  CHECK(hinge.generator(fake).item() == approx(1.0));
}

TEST_CASE("points between real and generated examples lie on their lines, a pack on one, spread evenly") {
  Rng rng(8, "gan_test");
  const Tensor real = randn({2000, 3}, rng, DType::f64), fake = randn({2000, 3}, rng, DType::f64);
  const Tape tape;
  for (const int64_t pac : {1, 4}) {
    const Tensor between = points_between(real, fake, pac, rng);
    const Tensor u = ((between - fake) / (real - fake)).detach();  // (2000, 3)
    const Tensor of_pack = reshape(u, {2000 / pac, 3 * pac});
    CHECK(max(stddev_axis(of_pack, 1)).item() < 1e-8);
    CHECK(min(u).item() >= -1e-9);
    CHECK(max(u).item() <= 1 + 1e-9);
    // U[0, 1]: mean 1/2, variance 1/12; five standard errors of each.
    const double n = 2000.0 / static_cast<double>(pac);
    CHECK(std::abs(mean(u).item() - 0.5) < 5 * std::sqrt(1 / 12.0 / n));
    CHECK(std::abs(var(u).item() - 1 / 12.0) < 5 * std::sqrt(1 / 180.0 / n));
  }
}

TEST_CASE("a discriminator that knows nothing has the value -log 4") {
  CHECK(gan_value(zeros({5}, DType::f64), zeros({7}, DType::f64)).item() ==
        approx(-std::log(4.0)).epsilon(1e-14));
}

TEST_CASE("the losses have true gradients, also of the second order") {
  const Tensor inputs[] = {kReal, kFake};
  const auto losses = [](std::span<const Tensor> x) {
    const auto one = [](const Tensor& loss) { return reshape(loss, {1}); };
    Tensors all{one(gan_value(x[0], x[1])), one(label_smoothing_term(x[0], 0.1))};
    for (const auto& [name, loss] : kGanLosses) {
      all.push_back(one(loss->discriminator(x[0] * 1.1, x[1])));  // off the hinge's kink
      all.push_back(one(loss->generator(x[1])));
    }
    return concat(all, 0);
  };
  CHECK(check_order(losses, inputs, 2).message == "");
}

TEST_CASE("where D is sure, minimax has no gradient left and the non-saturating loss a full one") {
  Tape tape;
  Tensor sure = full({1}, -200, DType::f64);
  sure.requires_grad_();
  CHECK(grad(minimax.generator(sure), sure).item() == approx(0).scale(1).epsilon(1e-12));
  CHECK(grad(non_saturating.generator(sure), sure).item() == approx(-1));
  CHECK(std::isfinite(gan_value(sure, neg(sure)).item()));
}

TEST_CASE("one-sided smoothing makes D = 1 - smoothing the best answer to examples that are all real") {
  Tape tape;
  Tensor logit = full({1}, std::log(0.9 / 0.1), DType::f64);
  logit.requires_grad_();
  const Tensor none = full({1}, -1e3, DType::f64);
  CHECK(std::abs(grad(minimax.discriminator(logit, none) + label_smoothing_term(logit, 0.1), logit).item()) <
        1e-14);
}

TEST_CASE("the networks have the sizes they are asked for, and a bounded generator stays within [-1, 1]") {
  Rng rng(1, "gan_test");
  const GanShape shape = {
      .data = {.example = {2, 3}}, .latent = 3, .generator_hidden = {8, 5}, .discriminator_hidden = {7}};
  const Generator generator(shape, rng);
  const Discriminator discriminator(shape, rng);
  const Tensor x = generator.forward(randn({4, 3}, rng) * 1e3);
  CHECK(x.shape() == Shape{4, 6});
  CHECK(max(abs(x)).item() <= 1);
  CHECK(discriminator.forward(x).shape() == Shape{4, 1});
  CHECK(generator.named_parameters().size() == 6);
  CHECK(discriminator.named_parameters().size() == 4);
}

TEST_CASE("He's initialisation lets z spread the examples at once, PyTorch's begins near one point") {
  const auto spread = [](GeneratorInit init) {
    Rng rng(1, "gan_test");
    const Generator generator({.data = {.example = {784}}, .init = init}, rng);
    return mean(var_axis(generator.draw(500, rng), 0)).item();
  };
  CHECK(spread(GeneratorInit::he) > 0.5);
  CHECK(spread(GeneratorInit::torch) < 0.02);
}

TEST_CASE("curves have the values that theory gives where D cannot tell, and figures do not repeat them") {
  for (const Choice<const GanLoss*>& choice : kGanLosses) {
    CAPTURE(choice.name);
    const GanLoss* loss = choice.value;
    const auto gan = test::small_model<Gan>(
        "gan", {"generator_hidden=8,8", "discriminator_hidden=8,8", "loss=" + std::string(choice.name)},
        test::toy_shape("ring8", {.noise = 0.01}));
    const Examples none;
    std::map<std::string, double> lines;
    for (const CurveLevel& level : gan->levels({none, none, 0})) {
      lines[gan->metrics()[level.metric.index()].name] = level.value;
      CHECK_FALSE(level.is_figure);
    }
    const Tensor logits = zeros({7, 1}, DType::f64);  // D = 1/2
    CHECK(lines[loss->discriminator_name] == approx(loss->discriminator(logits, logits).item()));
    if (!loss->logits) continue;
    CHECK(lines[loss->generator_name] == approx(loss->generator(logits).item()));
    CHECK(lines["d_real"] == 0.5);
    CHECK(lines["d_fake"] == 0.5);
  }
}

}  // namespace
}  // namespace gradzoo
