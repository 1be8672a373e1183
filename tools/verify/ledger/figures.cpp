#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/classifier/classifier.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/rbm/rbm.h"
#include "gradzoo/models/score/eval.h"
#include "gradzoo/models/vae/vae.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

/// Published results, and bounds of ours, about trained models: one table per family.
namespace gradzoo {

namespace {

// Returns the KL, or NaN if the ELBO exceeds log p(x) or the density's integral is not 1.
double vae_kl(const Quantities& found) {
  const Quantity& log_z = found[kLogZ];
  const bool sound =
      found[kVaeElbo].value <= found[kVaeLogPx].value && std::abs(log_z.value) <= 1e-3 && log_z.error <= 1e-3;
  return sound ? found[kVaeKlToTruth].value : NAN;
}

Quantities vae_run(double elbo, double log_px, double log_z, double kl) {
  return {quantity(kVaeElbo, elbo, ""), quantity(kVaeLogPx, log_px, ""), quantity(kLogZ, log_z, "", 0),
          quantity(kVaeKlToTruth, kl, "")};
}

// Returns two valid runs and a third.
Refused vae_found(const Quantities& third) {
  const Quantities sound = vae_run(-2.2, -2.04, 0, 0.02);
  return measured_as({sound, sound, third});
}

}  // namespace

Rows vae_figure_rows() {
  return {
      figure({"vae.pytorch_examples", "the VAE of PyTorch's examples reaches PyTorch's test loss",
              "our runs of pytorch/examples: 105.65, 105.59, 105.60", 70},
             seeds_of("vae architecture=pytorch-examples epochs=10 prior=normal split=train", 3),
             mean_of(kVaeBceKl), Near{105.6, 0.4},
             "784-400-20 with ReLU, Adam with rate 1e-3, batch size 128, 10 epochs of all 60k grey images, z "
             "drawn at evaluation; value: mean test bce_kl, nats/image",
             {kVaeBceKl}),
      figure(
          {"vae.is_nll", "a VAE with one hidden layer reaches the -log p(x) of the same VAE in PyTorch",
           "our run in PyTorch: 89.0, -ELBO 94.5 (Burda et al. 2016, table 1: 86.76 with two hidden layers)",
           450},
          {{"vae pixels=dynamic-binary latent=50 encoder_activation=softplus decoder_activation=softplus "
            "epochs=150 prior=normal lr=0.002 schedule=linear importance_samples=1000 seed=1 split=train"}},
          largest([](const Quantities& found) { return -found[kVaeLogPx].value; }), Near{88.5, 1.0},
          "784-500-50 with softplus, 150 epochs of all 60k images, rate falling linearly from 2e-3 (chosen "
          "on validation images among 1e-3, 2e-3, 4e-3) to 0; value: test -log p(x), 1000 importance "
          "samples, nats/image",
          {kVaeElbo}),
      figure({"vae.kl_mixture", "a VAE of points learns three Gaussians to a KL of at most 0.05 nats",
              "Kingma & Welling 2014 (the method)", 20},
             seeds_of("vae data=mixture", 3), largest(vae_kl), AtMost{0.05},
             "default settings, 6,000 steps of 200 points; value: KL(p || model), nats, from quadrature over "
             "codes and plane (not a number if the ELBO exceeds log p(x) or |log Z| exceeds 1e-3); aim 0.03; "
             "for scale: three equal Gaussians 0.069, one Gaussian 1.2",
             {kVaeElbo, kVaeLogPx, kVaeKlToTruth},
             {{"three equal Gaussians", vae_found(vae_run(-2.2, -2.09, 0, 0.069))},
              {"a bound above log p(x)", vae_found(vae_run(-2, -2.04, 0, 0.02))},
              {"a density that integrates to 1.01", vae_found(vae_run(-2.2, -2.04, 0.00995, 0.02))},
              {"a KL that is not a number", vae_found(vae_run(-2.2, -2.04, 0, NAN))}})};
}

namespace {

double median_covered(Measured runs) {
  std::vector<double> modes;
  for (const Quantities& run : runs) modes.push_back(run[kModesCovered].value);
  std::ranges::sort(modes);
  return (modes[(modes.size() - 1) / 2] + modes[modes.size() / 2]) / 2;
}

// Returns the number of runs that cover all 8 modes with 4 % in the smallest and 90 % of high quality.
double count_of_good_rings(Measured runs) {
  return static_cast<double>(std::ranges::count_if(runs, [](const Quantities& run) {
    return run[kModesCovered].value == 8 && run[kSmallestModeShare].value >= 0.04 &&
           run[kHighQualityShare].value >= 0.9;
  }));
}

FigureRuns without_and_with_pairs() {
  FigureRuns runs = seeds_of("gan data=grid25 instance_noise=0 lr=0.001 pac=1", 3);
  for (const FigureRun& run : seeds_of("gan data=grid25 instance_noise=0 lr=0.001 pac=2", 3))
    runs.push_back(run);
  return runs;
}

// Returns `n` runs with the first coverage, and `m` with the second.
Refused ended(size_t n, ModeCoverage first, size_t m = 0, ModeCoverage second = {}) {
  std::vector<Quantities> runs(n, coverage_quantities(first));
  runs.insert(runs.end(), m, coverage_quantities(second));
  return measured_as(runs);
}
const ModeCoverage kSevenOfEight{8, 7, 8, 0.1, 1};

}  // namespace

Rows gan_mode_rows() {
  return {
      figure({"gan.ring8", "the default GAN covers all eight modes of ring8 in at least 8 of 10 seeds",
              "Metz et al. 2017 and Lin et al. 2018 pose the task; the bound is ours", 120},
             seeds_of("gan data=ring8", 10), count_of_good_rings, AtLeast{8},
             "default settings (non-saturating loss, latent dimension 2, 12,000 steps, instance noise 0.2 "
             "for the first half), 2500 samples; value: seeds of 10 that cover 8 of 8 modes with at least 4 "
             "% of the samples in the smallest mode and 90 % of high quality (aim 10)",
             {kModesCovered, kSmallestModeShare, kHighQualityShare},
             {{"seven modes of eight", ended(10, kSevenOfEight)},
              {"3 % of the samples in the smallest mode", ended(10, {8, 8, 8, 0.03, 1})},
              {"89 % of the samples of high quality", ended(10, {8, 8, 8, 0.1, 0.89})}}),
      figure({"gan.ring8_collapse",
              "a minimax GAN with a much faster discriminator collapses onto at most half of the eight modes",
              "Goodfellow et al. 2014, section 3, warns of it; the bound is ours", 60},
             seeds_of("gan data=ring8 preset=collapse", 10), median_covered, AtMost{4},
             "rates 1e-4 (generator) and 1e-2 (discriminator), 6,000 steps, 2500 samples; value: median of "
             "the covered modes",
             {kModesCovered},
             {{"six runs with five modes and four with one (mean 3.4)",
               ended(6, {8, 5, 5, 0, 1}, 4, {8, 1, 1, 0, 1})}}),
      figure({"gan.grid25", "the default GAN touches more of grid25's modes than PacGAN's plain GAN",
              "Lin et al. 2018, table 1", 90},
             seeds_of("gan data=grid25", 3), mean_of(kModesTouched), AtLeast{17.3},
             "default settings, 2500 samples; value: mean number of the 25 modes with at least one sample of "
             "high quality (PacGAN's rule; its table 1 has 17.3 for a plain GAN; aim 25)",
             {kModesTouched, kModesCovered, kHighQualityShare},
             {{"17 modes of 25", ended(3, {25, 25, 17, 0, 1})}}),
      figure({"gan.pac",
              "a GAN whose discriminator judges pairs touches at most one mode fewer; no gain was observed",
              "Lin et al. 2018, table 1", 180},
             without_and_with_pairs(), rise_of(kModesTouched), AtLeast{-1},
             "no instance noise, rate 1e-3, 12,000 steps, 2500 samples; value: mean number of touched modes "
             "of 25 with pac=2, minus the mean with pac=1 (PacGAN's table 1: 23.8 and 17.3)",
             {kModesTouched, kModesCovered, kHighQualityShare},
             {{"two modes fewer with pairs", ended(3, {25, 20, 22, 0, 1}, 3, {25, 20, 20, 0, 1})}}),
      figure({"wgan_gp.ring8", "the Wasserstein GAN with a gradient penalty covers all eight modes of ring8",
              "Gulrajani et al. 2017, figure 1; the bound is ours", 120},
             seeds_of("gan data=ring8 loss=wgan-gp", 2), least(kModesCovered), AtLeast{8},
             "default settings of loss=wgan-gp (SiLU, lambda 0.1, 30,000 steps, every fifth of the "
             "generator), 2500 samples; value: fewest covered modes of 8",
             {kModesCovered, kHighQualityShare}, {{"seven modes of eight", ended(2, kSevenOfEight)}})};
}

namespace {

// Returns the KL, or NaN if doubling the box changes log Z by more than 1e-3.
double kl_in_a_box(const Quantities& found) { return found[kLogZ].error <= 1e-3 ? found[kKl].value : NAN; }
constexpr const char* kByQuadrature =
    "value: KL(p || model), nats, from quadrature; doubling the box must change log Z by less than 1e-3";
constexpr const char* kBesideRing = "; for scale: a ring without modes 0.085";

// Returns the data's density plus a small constant, so that exp f has no finite integral.
std::vector<Quantities> over_a_floor() {
  const auto truth = make_toy("grid25");
  const auto log_density = [&](const Tensor& x) { return log(exp(truth->log_prob(x)) + 1e-4); };
  return {density_quantities(density_fit(*truth, log_density), "")};
}

// Returns grid25's modes with other weights (alternately `heavy` and 1) and other widths.
std::vector<Quantities> wrong_modes(double heavy, double wide) {
  const auto truth = make_toy("grid25");
  const Modes& modes = *truth->modes();
  MixtureParts parts{.weights = {}, .means = modes.centers, .sigmas = {}};
  for (int64_t i = 0; i < modes.centers.dim(0); ++i) {
    parts.weights.push_back(i % 2 == 0 ? heavy : 1);
    parts.sigmas.push_back(wide * modes.sigma);
  }
  const auto model = make_mixture(parts);
  return {density_quantities(density_fit(*truth, [&](const Tensor& x) { return model->log_prob(x); }), "")};
}

}  // namespace

Rows ebm_toy_rows() {
  return {figure({"ebm.kl_ring8", "an energy-based model learns ring8 to a KL of at most 0.02 nats",
                  "Tieleman 2008 (the method)", 100},
                 {{"ebm data=ring8 toy_noise=0.2 epochs=20 seed=1"}}, largest(kl_in_a_box), AtMost{0.02},
                 std::string(kByQuadrature) + kBesideRing, {kLogZ}),
          figure({"ebm.kl_two_moons", "an energy-based model learns two-moons to a KL of at most 0.02 nats",
                  "Tieleman 2008 (the method)", 60},
                 {{"ebm data=two-moons epochs=20 seed=1"}}, largest(kl_in_a_box), AtMost{0.02}, kByQuadrature,
                 {kLogZ}),
          figure({"ebm.kl_grid25",
                  "with chains that jump, an energy-based model learns grid25 to a KL of at most 0.25 nats",
                  "ter Braak 2006 (the jumps)", 220},
                 {{"ebm data=grid25 seed=1"}}, largest(kl_in_a_box), AtMost{0.25},
                 std::string(kByQuadrature) + "; aim 0.1", {kLogZ},
                 {{"every second mode with five times its weight", [] { return wrong_modes(5, 1); }},
                  {"modes of half the width", [] { return wrong_modes(1, 0.5); }},
                  {"a density whose integral grows with the box", over_a_floor}})};
}

Rows score_toy_rows() {
  return {figure({"score.ism_kl_ring8", "implicit score matching learns ring8 to a KL of at most 0.003 nats",
                  "our measurement: 0.0002", 90},
                 {{"score data=ring8 toy_noise=0.2 objective=ism steps=4000 lr=0.005 seed=1"}}, largest(kKl),
                 AtMost{0.003}, std::string(kByQuadrature) + kBesideRing, {kScoreFisher}),
          figure({"score.ism_kl_two_moons",
                  "implicit score matching learns two-moons to a KL of at most 0.01 nats",
                  "our measurement: 0.003", 90},
                 {{"score data=two-moons objective=ism input_scale=6 steps=6000 lr=0.005 seed=1"}},
                 largest(kKl), AtMost{0.01}, kByQuadrature, {kScoreFisher}),
          figure({"score.dsm_kl_ring8",
                  "denoising score matching learns noisy ring8 to a KL of at most 0.005 nats",
                  "our measurement: 0.0002, with noise in antithetic pairs", 90},
                 {{"score data=ring8 toy_noise=0.2 objective=dsm sigma=0.05 steps=4000 lr=0.005 seed=1"}},
                 largest(kScoreKlToNoised), AtMost{0.005}, std::string(kByQuadrature) + kBesideRing,
                 {kScoreFisher})};
}

namespace {

// Returns the larger of two values with the bound 1; NaN if one of them is NaN.
double larger_share(double a, double b) { return std::isnan(a + b) ? NAN : std::max(a, b); }

/// Returns the larger of |c - log Z| / 0.05 and KL / 0.02, because c can be right without any modes.
double nce_share(const Quantities& found) {
  return larger_share(std::abs(found[kNceConstantError].value) / 0.05, found[kKl].value / 0.02);
}

Refused nce_found(double constant_error, double kl) {
  return measured_as({{quantity(kNceConstantError, constant_error, ""), quantity(kKl, kl, "")}});
}

/// Returns, for fce, nce and realnvp, the larger of (energy - nce) / 0.002 and (flow - realnvp) / 0.02, KLs.
double fce_share(Measured of) {
  return larger_share((of[0][kKl].value - of[1][kKl].value) / 0.002,
                      (of[0][kFlowKl].value - of[2][kKl].value) / 0.02);
}

Refused fce_found(double energy, double flow) {
  return measured_as({{quantity(kKl, energy, ""), quantity(kFlowKl, flow, "")},
                      {quantity(kKl, 0.03, "")},
                      {quantity(kKl, 0.015, "")}});
}

}  // namespace

Rows nce_toy_rows() {
  return {
      figure(
          {"nce.toy_logz", "NCE learns ring8 and two-moons, and its constant c is their log Z",
           "Gutmann & Hyvarinen 2010; the bounds are ours: |c - log Z| at most 0.05 and KL at most 0.02", 90},
          runs_of("nce", {"data=ring8 seed=1", "data=ring8 seed=2", "data=two-moons seed=1",
                          "data=two-moons seed=2"}),
          largest(nce_share), AtMost{1},
          "default settings (2-128-128-1 with SiLU, noise from a fitted Gaussian, 1.2 times as wide, nu 2, "
          "batch size 512, 40 epochs of 50,000 points); value: larger of |c - log Z| / 0.05 and KL / 0.02",
          {kNceConstantError, kKl, kKlWithoutModes},
          {{"a ring without modes, perfectly normalised", nce_found(0, 0.085)},
           {"all modes, and a c that is 0.06 too small", nce_found(-0.06, 0.001)},
           {"a c that is not a number", nce_found(NAN, 0.001)},
           {"a KL that is not a number", nce_found(0.001, NAN)}}),
      figure(
          {"nce.vs_noise", "NCE learns ring8 to a KL of at most 0.02 nats with each noise distribution",
           "Gutmann & Hyvarinen 2010, section 4; the bound is ours", 150},
          runs_of("nce data=ring8 seed=1", {"noise=gaussian", "noise=fitted", "noise=mixture", "noise=flow"}),
          largest(kKl), AtMost{0.02}, "value: the largest KL(p || exp(f) / Z), nats", {kKl}),
      figure({"fce.ring8",
              "fce's energy and flow are as good as NCE's energy and the flow of maximum likelihood",
              "Gao et al. 2020; the bounds are ours: 0.002 and 0.02 nats", 250},
             {{"fce data=ring8 seed=1"}, {"nce data=ring8 seed=1"}, {"realnvp data=ring8 seed=1"}}, fce_share,
             AtMost{1},
             "default settings, 3,920 steps of 512 points, for maximum likelihood 4,000; differences of KL(p "
             "|| model): fce's energy minus nce's energy (with fixed Gaussian noise) in units of 0.002 nats, "
             "and fce's flow minus the flow of maximum likelihood in units of 0.02 nats; value: the larger",
             {kKl, kFlowKl},
             {{"an energy that is worse than NCE's", fce_found(0.033, 0.01)},
              {"a flow that is worse than with maximum likelihood", fce_found(0.03, 0.04)},
              {"an energy whose KL is not a number", fce_found(NAN, 0.01)},
              {"a flow whose KL is not a number", fce_found(0.03, NAN)}})};
}

// Two-moons is a thin toy with a long training: if the network is not bounded outside of the data, some seeds
// reach a KL of 1e5 from cells that contain 1e-8 of the data.
Rows flow_figure_rows() {
  return {
      figure(
          {"flow_matching.kl_ring8", "flow matching learns ring8 to a KL of at most 0.01 nats",
           "Lipman et al. 2023", 120},
          {{"flow-matching data=ring8 seed=1"}}, largest(kKl), AtMost{0.01},
          "perceptron with three layers of 256 units and SiLU, 6,000 steps of 1,000 points; density from the "
          "divergence, 48 Runge-Kutta steps of fourth order, 128 x 128 cells; value: KL(p || model), nats",
          {kLogZ}),
      figure({"flow_matching.kl_two_moons",
              "flow matching learns two-moons to a KL of at most 0.01 nats for every seed",
              "Lipman et al. 2023", 720},
             seeds_of("flow-matching data=two-moons steps=32000", 3), largest(kKl), AtMost{0.01},
             "32,000 steps of 1,000 points; value: the largest KL(p || model), nats, from quadrature", {kKl}),
      figure(
          {"ncsn.kl_ring8", "score matching at many noise levels learns ring8 to a KL of at most 0.01 nats",
           "Song & Ermon 2019; Song et al. 2021", 120},
          {{"ncsn data=ring8 toy_noise=0.2 sigma_end=0.05 seed=1"}}, largest(kKl), AtMost{0.01},
          "perceptron with three layers of 256 units and SiLU, the default 10,000 steps of 1,000 points; "
          "density from the probability flow, 128 x 128 cells; value: KL(p || model), nats",
          {kLogZ})};
}

Rows classifier_rows() {
  return {
      figure({"classifier.test_error", "the perceptron classifier errs on at most 2.5 % of the test digits",
              "Simard, Steinkraus & Platt 2003, table 1: 1.6 % with 800 hidden units", 80},
             seeds_of("classifier net=mlp", 3), largest(kClassifierError), AtMost{2.5},
             "784-512-256-10 with ReLU, 10 epochs of 55k images; value: largest test error, percent",
             {kClassifierError}),
      figure({"classifier.cnn_error", "the convolutional classifier errs on at most 0.8 % of the test digits",
              "LeCun et al. 1998, table 1: LeNet-5 0.95 %, with distortions 0.8 %", 300},
             seeds_of("classifier", 1), largest(kClassifierError), AtMost{0.8},
             "the default network: 3x3 convolutions with 16, 16, 32 and 32 channels, a layer of 128 units, "
             "16 epochs of 55k images, shifted by up to 2 pixels; value: test error, percent")};
}

namespace {

constexpr QuantityInfo kAnnealedOff{"annealed_log_z_off", "nats"};

// Returns the quantities of `eval`, and the difference of log Z from annealing and from enumeration.
Quantities with_annealing(Session& trained) {
  Quantities found = evaluate_on_test(trained);
  Rng rng(1, "ledger/784x16");
  const std::optional<Partition> partition = trained.model->abilities().partition;
  const LogPartition up = anneal_up(*partition, {.chains = 1000, .temperatures = 10'000}, rng);
  found.add(quantity(kAnnealedOff, up.value - found[kLogZ].value, "", up.annealing.error));
  return found;
}

}  // namespace

Rows rbm_mnist_rows() {
  return {
      figure({"rbm.784x16",
              "an RBM with 16 hidden units reaches the published log p(x) of MNIST, with Z from enumeration",
              "Melchior, Fischer & Wiskott 2016: about -143 with PyDeep", 60},
             {{"rbm hidden=16 chains=persistent chain_steps=1 centred=true epochs=40 split=train seed=1",
               with_annealing}},
             largest([](const Quantities& found) {
               const Quantity& off = found[kAnnealedOff];
               return off.error <= 0.3 && std::abs(off.value) <= 4 * off.error
                          ? found[kRbmLogLikelihood].value
                          : NAN;
             }),
             AtLeast{-144},
             "dynamic-binary, all 60k images; value: mean log p(x) of the test images, nats/image, with the "
             "enumerated log Z (not a number unless annealing with 1000 chains of 10000 temperatures has an "
             "SE of at most 0.3 and is within 4 SE of this log Z)",
             {kLogZ, kAnnealedOff}),
      figure({"rbm.784x500",
              "an RBM with 500 hidden units, trained with CD-25, reaches the published log p(x) up to 4 nats",
              "Salakhutdinov & Murray 2008, table 2: -86.3", 900},
             {{"rbm hidden=500 chains=data chain_steps=25 epochs=60 split=train seed=1"}},
             least(kRbmLogLikelihood), AtLeast{-90},
             "dynamic-binary, all 60k images; value: mean log p(x) of the test images, nats/image, with log "
             "Z from annealed importance sampling, 100 chains of 10000 temperatures",
             {kLogZ})};
}

Rows realnvp_figure_rows() {
  return {figure({"realnvp.toys", "a flow learns ring8 and two-moons to a KL of at most 0.02 nats",
                  "Dinh et al. 2017", 200},
                 runs_of("realnvp seed=1", {"data=ring8", "data=two-moons"}), largest(kKl), AtMost{0.02},
                 "value: the larger KL(p || flow), nats, from quadrature", {kKl}),
          figure({"realnvp.mnist_bpd", "a small flow reaches at most 1.35 bits/dim on dequantised MNIST",
                  "Dinh et al. 2017", 600},
                 {{"realnvp data=mnist seed=1"}}, largest(kBitsPerDim), AtMost{1.35},
                 "value: bits/dim of the test set; published: RealNVP 1.06, Glow 1.05 (Grathwohl et al. "
                 "2019, table 2), from larger networks and much longer training",
                 {kBitsPerDim})};
}

}  // namespace gradzoo
