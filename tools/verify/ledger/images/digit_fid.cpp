#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// A model, measured with the classifier of its data on `samples` samples, drawn with the option.
FigureRun drawn(const std::string& line, int64_t samples = 10'000, const std::string& option = "") {
  const auto measure = [=](Session& trained) {
    const Examples test = trained.data.evaluation_examples(Split::test);
    const SampleMetrics metrics(*own_classifier({.data = trained.data.name()}, trained.data, true, nullptr),
                                test, trained.data.train(), Pixels::grey);
    Rng rng(1, "ledger/samples");
    const Tensor asked = any_labels(samples, trained.model->labels());
    std::vector<std::string> sampling;
    if (!option.empty()) sampling.push_back(option);
    return quality_numbers(metrics.measure(
        measured_samples(*trained.model, samples, metrics.pixels(), rng, asked, sampling), asked));
  };
  return {line + " seed=1", measure,
          fmt::format("{} samples{}{}", samples, option.empty() ? "" : " with ", option), true};
}

// The textbook VAE: codes from N(0, I), Adam with rate 1e-3.
FigureRun mlp_vae(int64_t samples, const std::string& data = "mnist") {
  return drawn("vae lr=0.001 schedule=constant data=" + data, samples, "prior=normal");
}

const std::vector<QuantityInfo> kSaid = {kFrechetDistance, kConfidentShare};

// Returns the row of the ratio of the first run's distance to the second run's, at most `gate`.
Row share(RowInfo info, FigureRuns runs, double gate, std::string setting,
          std::vector<Planted<Refused>> plants = {}) {
  const auto value = [](Measured of) {
    return of[0][kFrechetDistance].value / of[1][kFrechetDistance].value;
  };
  return figure(std::move(info), std::move(runs), value, AtMost{gate}, std::move(setting), kSaid,
                std::move(plants));
}

// A model with `times` the VAE's distance.
Refused far_off(double times) {
  return measured_as({{quantity(kFrechetDistance, 600 * times, "")}, {quantity(kFrechetDistance, 600, "")}});
}

// Completes the claim. With an option, a third run reports the distance of samples drawn with that option.
Row share_of_vae(RowInfo info, const std::string& line, double gate, std::string setting,
                 int64_t samples = 10'000, const std::string& option = "") {
  FigureRuns runs = {drawn(line, samples), mlp_vae(samples)};
  if (!option.empty()) runs.push_back(drawn(line, samples, option));
  const std::string times = gate == 1 ? "" : fmt::format("{:g} times ", gate);
  info.claim += fmt::format(" at most {}the MLP VAE's digit-FID", times);
  return share(std::move(info), std::move(runs), gate,
               std::move(setting) + "; value: ratio of the Frechet distance to the MLP VAE's",
               {{"a ratio that is 0.5 % above the bound", far_off(1.005 * gate)},
                {"a hundred times the VAE's distance", far_off(100)}});
}

// Returns the row of the share of samples that the classifier labels as requested.
Row agreement(RowInfo info, const std::string& line, double gate, std::string setting) {
  return figure(
      std::move(info), {drawn(line)}, least(kCalledAsAsked), AtLeast{gate},
      std::move(setting) +
          ", equally many per label; value: share of samples that the classifier labels as requested",
      {kCalledAsAsked});
}

}  // namespace

Rows image_figure_rows() {
  return {
      figure(
          {"vae.fid",
           "the digits of the MLP VAE have a digit-FID of at most 720 (the denominator of the ratios below)",
           "Heusel et al. 2017, with the features of a digit classifier", 60},
          {mlp_vae(10'000)}, largest(kFrechetDistance), AtMost{720},
          "784-500-20, 10 epochs of 55k grey images; value: Frechet distance from the test set", kSaid),
      // The default VAE draws codes from its mixture. The third run draws them from N(0, I).
      share_of_vae({"vae.mixture_fid", "with codes from a Gaussian mixture fitted to q(z), a VAE has",
                    "Ghosh et al. 2020; Dai & Wipf 2019", 80},
                   "vae", 0.15, "784-500-20, 10 epochs of 55k images, a mixture of 200 Gaussians", 10'000,
                   "prior=normal"),
      share_of_vae({"vae.conv_mixture_fid", "with codes from a Gaussian mixture, a convolutional VAE has",
                    "Ghosh et al. 2020; Dai & Wipf 2019", 300},
                   "vae net=conv", 0.06,
                   "convolutions with 32 and 64 channels, 20 epochs of 55k images, 200 Gaussians; aim 0.04",
                   10'000, "prior=normal"),
      share_of_vae(
          {"flow_matching.mnist_fid", "class-conditional flow matching has", "Lipman et al. 2023", 420},
          "flow-matching epochs=8", 0.06,
          "the default U-Net, classes with ten clusters each, 8 epochs of 55k, guidance 1.25, 20 Euler "
          "steps"),
      share_of_vae(
          {"flow_matching.unconditional_fid", "flow matching without labels has",
           "Lipman et al. 2023; Hu et al. 2023 (self-guided diffusion)", 420},
          "flow-matching epochs=8 classes=clusters:100", 0.10,
          "the default U-Net, only clusters, 8 epochs of 55k, guidance 1.5, 20 Euler steps; aim 0.05"),
      agreement(
          {"flow_matching.conditional",
           "the classifier assigns the requested label to at least 97 % of the digits from flow matching",
           "Ho & Salimans 2022", 420},
          "flow-matching epochs=8", 0.97,
          "the default U-Net, 8 epochs of 55k images, guidance 1.25, 20 Euler steps"),
      // With guidance 0 the labels have no effect.
      share_of_vae(
          {"ddpm.mnist_fid", "class-conditional diffusion has", "Ho et al. 2020; Nichol & Dhariwal 2021",
           900},
          "ddpm", 0.08,
          "the default U-Net, classes with ten clusters each, 10 epochs of 55k, guidance 1.25, 50 DDIM steps",
          10'000, "guidance=0"),
      figure({"ddpm.mnist_bpd",
              "the probability flow of diffusion gives at most 2.5 bits/dim for dequantised digits",
              "Song et al. 2021, section 4.3", 400},
             {{"ddpm seed=1", evaluate_on_test, "", true}}, largest(kBitsPerDim), AtMost{2.5},
             "10 epochs of 55k dequantised images, 200 test images, 48 Runge-Kutta-4 steps; value: bits/dim",
             {kBitsPerDim}),
      share_of_vae(
          {"ncsn.mnist_fid", "a noise-conditional score network with annealed Langevin sampling has",
           "Song & Ermon 2019, 2020", 900},
          "ncsn", 0.5,
          "the default U-Net, classes with ten clusters each, 10 epochs of 55k, guidance 1.25; aim 0.1",
          2'000),
      share({"ncsn.mdsm_fid", "one energy for all noise levels has a lower digit-FID than the MLP VAE",
             "Li, Chen & Sommer 2019", 900},
            {drawn("ncsn net=mdsm epochs=5", 500), mlp_vae(500),
             drawn("ncsn net=mdsm epochs=5 data=fashion", 500), mlp_vae(500, "fashion")},
            1,
            "energy: squared distance of an image from the default U-Net's output, class-conditional, 5 "
            "epochs of 55k images, annealed Langevin sampling; value: ratio of the Frechet distance to the "
            "MLP VAE's; the last two runs are the same models of clothes"),
      share(
          {"ddpm.discriminator",
           "guidance from a discriminator of noisy samples lowers the digit-FID of diffusion without classes",
           "Kim et al. 2023", 900},
          {drawn("ddpm epochs=14 classes=none discriminator=0.3", 2'000),
           drawn("ddpm epochs=14 classes=none discriminator=0.3", 2'000, "discriminator_weight=0")},
          0.95,
          "14 epochs of 55k images, the last 0.3 of them for the discriminator, 50 DDIM steps; value: ratio "
          "of the Frechet distance with twice the discriminator's gradient to the distance without; aim 0.8",
          {{"a ratio that is 0.5 % above the bound", far_off(1.005 * 0.95)}}),
      // This distance uses another classifier, so it is not comparable with digit-FIDs.
      share({"ncsn.fashion_fid",
             "annealed Langevin draws clothes with a lower Frechet distance than an MLP VAE",
             "Song & Ermon 2019, 2020", 900},
            {drawn("ncsn classes=labels data=fashion", 1'000), mlp_vae(1'000, "fashion")}, 1,
            "Fashion-MNIST, features of its own classifier, the default U-Net, class-conditional, 10 epochs "
            "of 55k images; value: ratio of the Frechet distance to the MLP VAE's"),
      share({"nce.mnist_fid",
             "Langevin steps of a flow's codes with NCE's energy at least halve the flow's digit-FID",
             "Gutmann & Hyvarinen 2010; Nijkamp et al. 2022", 900},
            {drawn("nce data=mnist", 1'000, "draw=langevin"), drawn("nce data=mnist", 1'000, "draw=flow"),
             drawn("nce data=mnist", 1'000, "draw=energy")},
            0.5,
            "4 epochs of 55k images, 0.6 of them for only the flow; value: ratio of the Frechet distance "
            "after Langevin steps to the flow's; the last run resamples one of ten samples by weight",
            {{"a ratio that is 0.5 % above the bound", far_off(1.005 * 0.5)}}),
      figure({"nce.mnist_auroc",
              "the energy separates test digits from the flow's samples with an AUROC of at least 0.8",
              "Gutmann & Hyvarinen 2010", 900},
             {{"nce data=mnist seed=1", evaluate_on_test, "", true}}, least(kTiltAuroc), AtLeast{0.8},
             "the run of nce.mnist_fid, 5,000 samples of the flow; value: AUROC",
             {kTiltAuroc, kEffectiveShare, kBitsPerDim, kFlowBits}),
      share({"fce.mnist_fid",
             "a flow trained against an energy has at most 1.1 times the digit-FID of maximum likelihood",
             "Gao et al. 2020", 1800},
            {drawn("fce data=mnist", 1'000, "draw=flow"), drawn("nce data=mnist", 1'000, "draw=flow")}, 1.1,
            "4 epochs of 55k images, 0.6 of them for only the flow; value: ratio of the Frechet distance of "
            "the flow's samples to the distance of a flow that was then kept fixed; aim 0.9"),
      share_of_vae({"dae.mnist_fid", "a denoiser at one noise level has", "Vincent 2011", 300}, "dae", 1.5,
                   "the default perceptron, noise with standard deviation 0.5, 10 epochs"),
      share_of_vae({"dde.mnist_fid", "a generator trained with denoising densities at all noise levels has",
                    "Bigdeli et al. 2020; Luo et al. 2023", 900},
                   "dde generator=true", 1.0,
                   "the default generator, trained for 8,000 steps after the densities' 10,000; aim 0.5"),
      share_of_vae({"dde.levels_fid", "sampling with one log-density for all noise levels has",
                    "Bigdeli et al. 2020; Song et al. 2021", 1500},
                   "dde", 0.75,
                   "the default U-Net, 6 epochs of 55k images, 100 steps from noise 3 to 0.05; aim 0.3",
                   2'000),
      share_of_vae({"realnvp.mnist_fid", "a multi-scale flow has", "Dinh et al. 2017", 1000}, "realnvp", 0.6,
                   "the default flow, 4 epochs of 55k images"),
      share_of_vae({"gan.dcgan_fid", "a convolutional GAN conditioned on clusters instead of labels has",
                    "Radford et al. 2016; Liu et al. 2020", 600},
                   "gan net=dcgan", 0.12,
                   "convolutions with 48 and 96 channels, 50 clusters, the default 10 epochs of 55k images"),
      share({"gan.negative_augmentation",
             "jigsaws of real digits as additional negative examples raise a GAN's digit-FID by at most 20 %",
             "Sinha et al. 2021", 120},
            {drawn("gan net=dcgan clusters=0 channels=16 epochs=2 negative_augmentation=jigsaw", 2'000),
             drawn("gan net=dcgan clusters=0 channels=16 epochs=2", 2'000)},
            1.2,
            "convolutions with 16 and 32 channels, 2 epochs of 55k images, jigsaws as a fifth of the "
            "negative examples; value: ratio of the Frechet distance with jigsaws to the distance without"),
      share_of_vae(
          {"ebm.mnist_fid", "the chains of an energy-based model have", "Tieleman 2008 (the method)", 700},
          "ebm epochs=16", 0.25,
          "the default energy, 16 epochs of 55k images, chains of 400 transitions from noise"),
      agreement({"conditional.accuracy",
                 "the classifier assigns the requested label to at least 95 % of a conditional GAN's digits",
                 "Miyato & Koyama 2018", 240},
                "gan conditional=true epochs=4", 0.95,
                "the default GAN, class-conditional, 4 epochs of 55k images")};
}

}  // namespace gradzoo
