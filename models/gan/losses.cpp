#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/gan/gan.h"

namespace gradzoo {
namespace {

Tensor negative_value(const Tensor& real, const Tensor& fake) { return neg(gan_value(real, fake)); }
Tensor minus_log_d(const Tensor& fake) { return mean(softplus(neg(fake))); }
Tensor log_not_d(const Tensor& fake) { return neg(mean(softplus(fake))); }
Tensor gap_below(const Tensor& real, const Tensor& fake) { return mean(fake) - mean(real); }
Tensor minus_mean(const Tensor& fake) { return neg(mean(fake)); }
Tensor squares(const Tensor& real, const Tensor& fake) {
  return (mean(square(real - 1.0)) + mean(square(fake + 1.0))) * 0.5;
}
Tensor square_from_middle(const Tensor& fake) { return mean(square(fake)) * 0.5; }
Tensor margins(const Tensor& real, const Tensor& fake) {
  return mean(relu(1.0 - real)) + mean(relu(fake + 1.0));
}

// (rows of scores, 1): |ds/dx|^2 in all that the score was made from.
Tensor squared_slopes(const Tensor& x, const Tensor& scores) {
  const Tensor slope = grad(sum(scores), x, {.create_graph = true});
  return sum(square(reshape(slope, {scores.dim(0), x.size() / scores.dim(0)})), 1, true);
}

constexpr const char* kValueMeans =
    "D's loss -V = -E log D(x) - E log(1 - D(G(z))). log 4 = 1.386 if D cannot distinguish real from fake; "
    "near 0 D wins";
constexpr const char* kScoreMeans = "G's loss -E s(G(z)), up to a constant that depends on D";

}  // namespace

const GanLoss non_saturating = {negative_value,
                                minus_log_d,
                                true,
                                "discriminator_loss",
                                kValueMeans,
                                "generator_loss",
                                "G's loss -E log D(G(z)). log 2 = 0.693 at the equilibrium; large if D wins"};

const GanLoss minimax = {
    negative_value,
    log_not_d,
    true,
    "discriminator_loss",
    kValueMeans,
    "generator_minimax_loss",
    "G's loss E log(1 - D(G(z))). -log 2 = -0.693 at the equilibrium; near 0 D wins, and G learns nothing"};

const GanLoss minus_logit = {
    negative_value,
    minus_mean,
    true,
    "discriminator_loss",
    kValueMeans,
    "generator_reverse_kl",
    "G's loss -E logit D(G(z)): KL(q || p) for the best D. 0 at the equilibrium; large if D wins"};

const GanLoss wasserstein = {
    gap_below,
    minus_mean,
    false,
    "critic_loss",
    "D's loss E s(G(z)) - E s(x), without its penalty: minus the critic's estimate of the distance W1 "
    "between data and samples. 0 if they have the same distribution",
    "generator_loss",
    kScoreMeans};

const GanLoss least_squares = {
    squares,
    square_from_middle,
    false,
    "critic_loss",
    "D's loss E (s(x) - 1)^2 / 2 + E (s(G(z)) + 1)^2 / 2. 1 if D cannot distinguish real from fake; near 0 D "
    "wins",
    "generator_loss",
    "G's loss E s(G(z))^2 / 2. 0 if D cannot distinguish real from fake; 1/2 if D wins"};

const GanLoss hinge = {margins,
                       minus_mean,
                       false,
                       "critic_loss",
                       "D's loss E max(0, 1 - s(x)) + E max(0, 1 + s(G(z))). 2 if D cannot distinguish real "
                       "from fake; near 0 D wins",
                       "generator_loss",
                       kScoreMeans};

Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits) {
  return neg(mean(softplus(neg(real_logits))) + mean(softplus(fake_logits)));
}

Tensor label_smoothing_term(const Tensor& real_logits, double smoothing) {
  // log D - log(1 - D) = l: a share of the real examples' weight moves from the one to the other.
  return mean(real_logits) * smoothing;
}

Tensor r1_penalty(const Tensor& x, const Tensor& scores) { return mean(squared_slopes(x, scores)) * 0.5; }

Tensor gradient_penalty(const Tensor& x, const Tensor& scores) {
  constexpr double kTiny = 1e-12;  // a critic that is flat somewhere has a gradient there
  return mean(square(sqrt(squared_slopes(x, scores) + kTiny) - 1.0));
}

Tensor points_between(const Tensor& real, const Tensor& fake, int64_t pac, Rng& rng) {
  const int64_t packs = real.dim(0) / pac;
  const Shape packed{packs, real.size() / packs};
  const Tensor u = rand({packs, 1}, rng, real.dtype());
  const Tensor from = reshape(fake.detach(), packed), to = reshape(real.detach(), packed);
  return reshape(from + u * (to - from), real.shape()).requires_grad_();
}

}  // namespace gradzoo
