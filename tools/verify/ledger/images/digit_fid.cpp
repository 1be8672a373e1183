#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// A model by its line, and what the classifier of its data says of so many samples, drawn with that option.
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
          fmt::format("{} samples{}{}", samples, option.empty() ? "" : " by ", option), true};
}

// The textbook's: codes from N(0, I), Adam at 1e-3.
FigureRun mlp_vae(int64_t samples, const std::string& data = "mnist") {
  return drawn("vae lr=0.001 schedule=constant data=" + data, samples, "prior=normal");
}

const std::vector<QuantityInfo> kSaid = {kFrechetDistance, kConfidentShare};

// The first run's distance over the second's: at most `gate`.
Row share(RowInfo info, FigureRuns runs, double gate, std::string setting,
          std::vector<Planted<Refused>> plants = {}) {
  const auto value = [](Measured of) {
    return of[0][kFrechetDistance].value / of[1][kFrechetDistance].value;
  };
  return figure(std::move(info), std::move(runs), value, AtMost{gate}, std::move(setting), kSaid,
                std::move(plants));
}

// A model whose distance is so many times the VAE's.
Refused far_off(double times) {
  return measured_as({{quantity(kFrechetDistance, 600 * times, "")}, {quantity(kFrechetDistance, 600, "")}});
}

// The model's distance over the VAE's, and beside it the distance of samples drawn with another option.
Row share_of_vae(RowInfo info, const std::string& line, double gate, std::string setting,
                 int64_t samples = 10'000, const std::string& option = "") {
  FigureRuns runs = {drawn(line, samples), mlp_vae(samples)};
  if (!option.empty()) runs.push_back(drawn(line, samples, option));
  return share(std::move(info), std::move(runs), gate,
               std::move(setting) + ", the distance over the MLP VAE's",
               {{"a share that is half a percent too large", far_off(1.005 * gate)},
                {"a hundred times the VAE's distance", far_off(100)}});
}

// Share of samples that the classifier calls what was asked for.
Row agreement(RowInfo info, const std::string& line, double gate, std::string setting) {
  return figure(std::move(info), {drawn(line)}, least(kCalledAsAsked), AtLeast{gate},
                std::move(setting) + ", as many of each label", {kCalledAsAsked});
}

}  // namespace

Rows image_figure_rows() {
  return {
      figure({"vae.fid", "the Frechet distance of the MLP VAE's digits, what others are a share of",
              "Heusel et al. 2017, by a classifier of digits", 60},
             {mlp_vae(10'000)}, largest(kFrechetDistance), AtMost{720},
             "784-500-20, 10 epochs of 55k grey, samples against the test set", kSaid),
      // The default VAE's samples are of its mixture; N(0, I) under the same decoder is said beside it.
      share_of_vae({"vae.mixture_fid",
                    "codes from a mixture fitted to q(z) bring the MLP VAE's digits to .15 of that distance",
                    "Ghosh et al. 2020; Dai & Wipf 2019", 80},
                   "vae", 0.15, "784-500-20, 10 epochs of 55k, 200 Gaussians", 10'000, "prior=normal"),
      share_of_vae({"vae.conv_mixture_fid",
                    "codes from a mixture bring the digits of a VAE of convolutions to .06 of that distance",
                    "Ghosh et al. 2020; Dai & Wipf 2019", 300},
                   "vae net=conv", 0.06,
                   "convolutions of 32 and 64 channels, 20 epochs of 55k, 200 Gaussians, aim .04", 10'000,
                   "prior=normal"),
      share_of_vae({"flow_matching.mnist_fid",
                    "digits of flow matching by class are at most .06 of the VAE's distance from real ones",
                    "Lipman et al. 2023", 420},
                   "flow-matching epochs=8", 0.06,
                   "the default U-Net, by class and ten clusters of each, 8 epochs of 55k, guidance 1.25, 20 "
                   "Euler steps"),
      share_of_vae(
          {"flow_matching.unconditional_fid",
           "digits of flow matching without labels are at most .10 of the VAE's distance from real ones",
           "Lipman et al. 2023; Hu et al. 2023 (self-guided diffusion)", 420},
          "flow-matching epochs=8 classes=clusters:100", 0.10,
          "the default U-Net, clusters in place of labels, 8 epochs of 55k, guidance 1.5, 20 Euler steps, "
          "aim .05"),
      agreement({"flow_matching.conditional", "97 % of the digits are what was asked for",
                 "Ho & Salimans 2022", 420},
                "flow-matching epochs=8", 0.97,
                "the default U-Net, 8 epochs of 55k, guidance 1.25, 20 Euler steps"),
      // Guidance 0 asks for no label.
      share_of_vae({"ddpm.mnist_fid",
                    "digits of diffusion by class are at most .08 of the VAE's distance from real ones",
                    "Ho et al. 2020; Nichol & Dhariwal 2021", 900},
                   "ddpm", 0.08,
                   "the default U-Net, by class and ten clusters of each, 10 epochs of 55k, guidance 1.25, "
                   "50 steps of ddim",
                   10'000, "guidance=0"),
      figure({"ddpm.mnist_bpd", "the probability flow of diffusion gives bits of dequantised digits",
              "Song et al. 2021, section 4.3", 400},
             {{"ddpm seed=1", evaluate_on_test, "", true}}, largest(kBitsPerDim), AtMost{2.5},
             "10 epochs of 55k dequantised, 200 test images, 48 steps of Runge and Kutta's fourth order",
             {kBitsPerDim}),
      share_of_vae(
          {"ncsn.mnist_fid", "annealed Langevin draws digits at most half as far from real ones as the VAE's",
           "Song & Ermon 2019, 2020", 900},
          "ncsn", 0.5,
          "the default U-Net by class and ten clusters of each, guidance 1.25, 10 epochs of 55k, annealed "
          "Langevin, aim .1",
          2'000),
      share(
          {"ncsn.mdsm_fid",
           "one energy for all levels of noise draws digits nearer to real ones than the VAE's",
           "Li, Chen & Sommer 2019", 900},
          {drawn("ncsn net=mdsm epochs=5", 500), mlp_vae(500),
           drawn("ncsn net=mdsm epochs=5 data=fashion", 500), mlp_vae(500, "fashion")},
          1,
          "the default U-Net, whose distance from an image is the energy, by class, 5 epochs of 55k, "
          "annealed Langevin: the distance over the MLP VAE's; beside it that of clothes, and of their VAE"),
      share(
          {"ddpm.discriminator",
           "a discriminator of a model's own noisy samples brings diffusion without classes nearer to digits",
           "Kim et al. 2023", 900},
          {drawn("ddpm epochs=14 classes=none discriminator=0.3", 2'000),
           drawn("ddpm epochs=14 classes=none discriminator=0.3", 2'000, "discriminator_weight=0")},
          0.95,
          "14 epochs of 55k, the last .3 of them the discriminator's, 50 steps of ddim: the distance with "
          "its slope, twice, over that without, aim .8",
          {{"a share that is half a percent too large", far_off(1.005 * 0.95)}}),
      // Of the classifier of these data: no scale of digits.
      share({"ncsn.fashion_fid", "annealed Langevin draws clothes nearer to real ones than a VAE of clothes",
             "Song & Ermon 2019, 2020", 900},
            {drawn("ncsn classes=labels data=fashion", 1'000), mlp_vae(1'000, "fashion")}, 1,
            "Fashion-MNIST by its own classifier, the default U-Net by class, 10 epochs of 55k, annealed "
            "Langevin, the distance over the MLP VAE's"),
      share({"nce.mnist_fid",
             "codes of a flow that walk by the weights of an energy, which tells digits from its samples, "
             "become digits",
             "Gutmann & Hyvarinen 2010; Nijkamp et al. 2022", 900},
            {drawn("nce data=mnist", 1'000, "draw=langevin"), drawn("nce data=mnist", 1'000, "draw=flow"),
             drawn("nce data=mnist", 1'000, "draw=energy")},
            0.5,
            "4 epochs of 55k, the flow alone for .6 of them: the distance of codes that walked over that of "
            "the flow's samples; beside them these, one of ten by weight",
            {{"a share that is half a percent too large", far_off(1.005 * 0.5)}}),
      figure({"nce.mnist_auroc", "the energy tells test digits from the flow's samples",
              "Gutmann & Hyvarinen 2010", 900},
             {{"nce data=mnist seed=1", evaluate_on_test, "", true}}, least(kTiltAuroc), AtLeast{0.8},
             "the same run, 5,000 samples of the flow",
             {kTiltAuroc, kEffectiveShare, kBitsPerDim, kFlowBits}),
      share({"fce.mnist_fid",
             "a flow that plays against the energy draws digits no further off than by likelihood",
             "Gao et al. 2020", 1800},
            {drawn("fce data=mnist", 1'000, "draw=flow"), drawn("nce data=mnist", 1'000, "draw=flow")}, 1.1,
            "4 epochs of 55k, the flow alone for .6 of them: the distance of the flow's samples over that of "
            "a flow that then stayed as it was, aim .9"),
      share_of_vae({"dae.mnist_fid", "digits of a denoiser at one noise level", "Vincent 2011", 300}, "dae",
                   1.5, "the default perceptron, one noise of .5, 10 epochs"),
      share_of_vae({"dde.mnist_fid",
                    "a generator between densities at all noise levels draws digits no further from real "
                    "ones than the VAE's",
                    "Bigdeli et al. 2020; Luo et al. 2023", 900},
                   "dde generator=true", 1.0,
                   "the default generator, 8,000 steps down densities of 10,000, aim .5"),
      share_of_vae({"dde.levels_fid",
                    "steps down the levels of one log-density draw digits nearer to real ones than the VAE's",
                    "Bigdeli et al. 2020; Song et al. 2021", 1500},
                   "dde", 0.75,
                   "the default U-Net, 6 epochs of 55k, 100 steps from noise of 3 to .05, aim .3", 2'000),
      share_of_vae({"realnvp.mnist_fid", "a multi-scale flow draws digits nearer to real ones than the VAE's",
                    "Dinh et al. 2017", 1000},
                   "realnvp", 0.6, "the default flow, 4 epochs of 55k"),
      share_of_vae(
          {"gan.dcgan_fid",
           "a GAN of convolutions that is told clusters in place of labels draws digits nearer to real ones "
           "than the VAE's",
           "Radford et al. 2016; Liu et al. 2020", 600},
          "gan net=dcgan", 0.12,
          "convolutions of 64 and 128 channels, 50 clusters, the default 10 epochs of 55k"),
      share({"gan.negative_augmentation",
             "jigsaws of real digits as further fakes, against the same GAN without them",
             "Sinha et al. 2021", 120},
            {drawn("gan net=dcgan clusters=0 channels=16 epochs=2 negative_augmentation=jigsaw", 2'000),
             drawn("gan net=dcgan clusters=0 channels=16 epochs=2", 2'000)},
            1.2,
            "convolutions of 16 and 32 channels, 2 epochs of 55k, jigsaws as a fifth of the fakes: the "
            "distance with them over that without"),
      share_of_vae(
          {"ebm.mnist_fid", "chains of an energy-based model draw digits nearer to real ones than the VAE's",
           "Tieleman 2008 (the method)", 700},
          "ebm epochs=16", 0.25,
          "the default energy, 16 epochs of 55k, chains of 400 transitions from noise"),
      agreement({"conditional.accuracy", "95 % of a conditional GAN's digits are what was asked for",
                 "Miyato & Koyama 2018", 240},
                "gan conditional=true epochs=4", 0.95, "the default GAN, conditional, 4 epochs of 55k")};
}

}  // namespace gradzoo
